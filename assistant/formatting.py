"""One voice for every face: counts, sizes, events of indexing and states of documents in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.printable import safe_line

if TYPE_CHECKING:  # the events come with the catalogue, which the first frame need not wait for
    from assistant.library.document_store import DocumentRecord
    from assistant.library.events import FileFailed, IndexEvent
    from assistant.library.unread import Unread

Shown = Callable[[str], str]
DocumentState = Literal["gone", "changed", "waiting", "ready"]
# The remedy for each state in which a document can be left, where there is room for it.
REMEDIES: dict[DocumentState, str] = {
    "gone": "its text is kept until you remove it",
    "changed": "add it again",
}


def page(number: int | None, *, from_picture: bool) -> str:
    """The page of a quote, to stand behind its lines: ", page 2, read from a picture".

    What was recognised may not be what the picture says.
    """
    told = (f", page {number}" if number else "", ", read from a picture" if from_picture else "")
    return "".join(told)


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 document", "1,200 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """A size in bytes: "12 KB", "1.4 GB"."""
    value = float(number)
    for unit in ("B", "KB", "MB"):
        if value < 999.5:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def origin(address: str, day: date) -> str:
    """The address of a page, and the day of its copy: "https://example.org/x, as of 2026-11-30"."""
    return f"{address}, as of {day.isoformat()}"


def duration(seconds: float) -> str:
    """A time to wait: "40 s", "3 min", "2 h 10 min"."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def state(document: "DocumentRecord") -> DocumentState:
    """The state of a document beside its file, and of its vectors."""
    from assistant.library.discovery import modified

    try:
        changed = modified(Path(document.source).stat())
    except (OSError, ValueError):
        return "gone"
    if changed != document.mtime_ns:
        return "changed"
    return "waiting" if document.embedded < document.passages else "ready"


def state_in_words(document: "DocumentRecord") -> str:
    """A document's state: "ready", "3 of 10 passages indexed"."""
    found = state(document)
    if found == "waiting":
        return f"{document.embedded:,} of {count(document.passages, 'passage')} indexed"
    return {"gone": "its file is gone", "changed": "changed since it was read"}.get(found, found)


def notice(event: "IndexEvent", shown: Shown = safe_line) -> str:
    """An event of indexing that a person should know of; "" for mere progress.

    `shown` is how a path is written.
    """
    from assistant.library import events

    match event:
        case events.FileFailed(source, message, remedy):
            return f"{shown(source)}: {message} {remedy}".rstrip()
        case events.FileIndexed(source, note=note) if note:
            return f"{shown(source)}: {note}"
        case events.FileIndexed(source, "renamed"):
            return f"{shown(source)}: renamed"
        case events.FileRemoved(source):
            return f"{shown(source)}: removed, because its file is gone or now left out"
        case events.SourceMissing(path, documents):
            kept = count(documents, "document")
            return f"{shown(path)} is not there now; what was read stays ({kept})."
        case events.Waiting():
            return "Another process is changing this library; waiting for it to end."
        case events.Rebuilding(passages):
            vectors = count(passages, "vector")
            return f"The vector store was incomplete; {vectors} will be made again."
    return ""


def progress(event: "IndexEvent", shown: Shown = safe_line) -> str:
    """Any event of indexing in a few words."""
    from assistant.library import events
    from assistant.library.unread import counted

    if told := notice(event, shown):
        return told
    match event:
        case events.FileIndexed(source, change):
            return f"Read {shown(source)}, {change}"
        case events.Fetching(url):
            return f"Fetching {safe_line(url)} \u2026"
        case events.PageRecognised(source, done, pages):
            return f"Reading {shown(source)}, page {done:,} of {pages:,}, from its picture"
        case events.Embedding(done, total):
            return f"Indexing, {done:,} of {count(total, 'passage')}"
        case events.NotRead(files):
            return f"Not read: {counted(file.kind for file in files) or 'nothing'}"
    return ""


@dataclass
class IndexSummary:
    """The events of an indexing, counted."""

    files: int = 0
    passages: int = 0
    unchanged: int = 0
    renamed: int = 0
    removed: int = 0
    missing: int = 0
    embedded: int = 0
    alike: int = 0
    failed: "list[FileFailed]" = field(default_factory=list)
    unread: "tuple[Unread, ...]" = ()

    @classmethod
    def of(cls, events: "Iterable[IndexEvent]") -> "IndexSummary":
        """The summary of a whole indexing."""
        made = cls()
        for event in events:
            made.add(event)
        return made

    def add(self, event: "IndexEvent") -> None:
        """Count one event."""
        from assistant.library import events

        match event:
            case events.FileIndexed(change="unchanged"):
                self.unchanged += 1
            case events.FileIndexed(change="renamed"):
                self.renamed += 1
            case events.FileIndexed(passages=passages, alike=alike):
                self.files += 1
                self.passages += passages
                self.alike += bool(alike)
            case events.FileRemoved():
                self.removed += 1
            case events.SourceMissing(documents=documents):
                self.missing += documents
            case events.FileFailed():
                self.failed.append(event)
            case events.Embedding(done):
                self.embedded = done
            case events.NotRead(files):
                self.unread = files

    def sentence(self) -> str:
        """The counts, without the full stop: "1 file read (2 passages), 3 unchanged"."""
        told = (
            (self.renamed, "renamed"),
            (self.removed, "removed"),
            (self.unchanged, "unchanged"),
            (self.missing, "kept although their folder is missing"),
            (len(self.failed), "could not be read"),
        )
        further = [f"{number:,} {what}" for number, what in told if number]
        read = f"{count(self.files, 'file')} read ({count(self.passages, 'passage')})"
        return ", ".join([read, *further])
