"""Extras: parts of the assistant that are installed when somebody wants them."""

from importlib.util import find_spec

from assistant.errors import AssistantError


def need(module: str, extra: str) -> None:
    """Raises AssistantError, with the command that installs it, where an extra is not there."""
    if find_spec(module) is None:
        raise AssistantError(
            f"The extra {extra!r} is not installed.",
            f'In the folder of the assistant\'s source run `uv tool install ".[{extra}]"`, or '
            f"`uv run --extra {extra} assistant \u2026`.",
        )
