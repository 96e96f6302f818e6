"""Chroma and its settings, of which none come from the folder that the program is run in."""

from typing import Any


def chroma() -> tuple[Any, Any]:
    """Chroma's module and settings for a client.

    Chroma reads a file `.env` of the current folder, at its import and again for every client.
    That folder may be one of a stranger's documents, and the file could name another server.
    """
    from pydantic_settings import BaseSettings

    own = BaseSettings.__dict__["settings_customise_sources"]
    BaseSettings.settings_customise_sources = classmethod(_without_files)  # type: ignore[assignment]
    try:
        import chromadb
        from chromadb.config import Settings

        return chromadb, Settings(anonymized_telemetry=False)
    finally:
        BaseSettings.settings_customise_sources = own  # type: ignore[method-assign]


def _without_files(
    _: type,
    settings_cls: type,
    init_settings: Any,
    env_settings: Any,
    dotenv_settings: Any,
    file_secret_settings: Any,
) -> tuple[Any, ...]:
    return init_settings, env_settings
