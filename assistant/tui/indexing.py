"""An event of indexing as the chat shows it: files by their names alone."""

from typing import TYPE_CHECKING

from assistant import formatting
from assistant.formatting import state_in_words as state
from assistant.tui import words

if TYPE_CHECKING:
    from assistant.library.events import IndexEvent

__all__ = ["progress", "state"]


def progress(event: "IndexEvent") -> str:
    """An event of indexing in a few words."""
    return formatting.progress(event, words.file_name)
