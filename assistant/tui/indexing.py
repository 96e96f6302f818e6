"""What goes on in a library, in words."""

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.tui import words

if TYPE_CHECKING:
    from assistant.library.catalogue import DocumentRecord
    from assistant.library.events import IndexEvent


def progress(event: "IndexEvent") -> str:
    """An event of indexing in a few words."""
    from assistant.library.events import (
        Embedding,
        FileFailed,
        FileIndexed,
        FileRemoved,
        NotRead,
        Rebuilding,
        SourceMissing,
        Waiting,
    )
    from assistant.library.unread import counted

    if isinstance(event, FileIndexed):
        return f"Read {words.file_name(event.source)}, {event.change}"
    if isinstance(event, FileFailed):
        return f"{words.file_name(event.source)}: {event.message} {event.remedy}"
    if isinstance(event, FileRemoved):
        return f"{words.file_name(event.source)} is gone and was forgotten"
    if isinstance(event, SourceMissing):
        kept = words.count(event.documents, "document")
        return f"{words.path(event.path)} is not there now; its {kept} are kept"
    if isinstance(event, Embedding):
        return f"Indexing, {event.done} of {event.total} passages"
    if isinstance(event, Waiting):
        return "Another process is changing this library; waiting for it to end"
    if isinstance(event, NotRead):
        return f"Not read: {counted(file.kind for file in event.files) or 'nothing'}"
    assert isinstance(event, Rebuilding)
    return f"The vectors are made anew, {event.passages} passages"


def state(document: "DocumentRecord") -> str:
    """A source's state in words."""
    path = Path(document.source)
    try:
        changed = path.stat().st_mtime_ns != document.mtime_ns
    except OSError:
        return "file is gone"
    if changed:
        return "changed since"
    if document.embedded < document.passages:
        return f"{document.embedded} of {document.passages} indexed"
    return "ready"
