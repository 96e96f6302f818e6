"""Errors as another program is told them: what it did wrong, never what lies on this machine."""

from assistant.errors import (
    AssistantError,
    EngineError,
    LibraryError,
    PassageError,
    QuestionError,
    WeightsError,
)


def told(error: Exception) -> str:
    """One sentence without paths and names of libraries, for another program."""
    if isinstance(error, QuestionError | PassageError):
        return str(error)
    if isinstance(error, EngineError | WeightsError):
        return "The language model cannot answer now. The server's own messages say why."
    if isinstance(error, LibraryError):
        return "The library cannot be read now. The server's own messages say why."
    return "This could not be answered. The server's own messages say why."


def in_full(error: Exception) -> str:
    """The error as it is, for the owner."""
    known = isinstance(error, AssistantError)
    return str(error) if known else f"{type(error).__name__}: {error}"
