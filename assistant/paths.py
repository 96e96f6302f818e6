"""Paths: the person's folder, and the data that the project ships."""

import os
from functools import cache
from pathlib import Path

from assistant.errors import AssistantError

_PACKAGE = Path(__file__).parent


def home() -> Path:
    """The folder that holds libraries, sessions and settings (ASSISTANT_HOME, or by platform)."""
    chosen = os.environ.get("ASSISTANT_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("assistant", appauthor=False)


def library_folder(name: str) -> Path:
    """The folder of the library `name`; the name must be one plain path component."""
    if (
        not name
        or name in {".", ".."}
        or any(c in name for c in "/\\:\0")
        or not name.isprintable()
    ):
        raise AssistantError(
            f"{name!r} is not a name for a library.", "Use letters, digits, dots and dashes."
        )
    return home() / "libraries" / name


@cache
def shipped(kind: str) -> Path:
    """The folder `prompts`, `seeds` or `models`: inside the installed package or the checkout."""
    for folder in (_PACKAGE / "data" / kind, _PACKAGE.parent / kind):
        if folder.is_dir():
            return folder
    raise AssistantError(
        f"The program's own folder {kind}/ is missing.", "Install the assistant again."
    )
