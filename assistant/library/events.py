"""Events of a change of a library, for whoever watches."""

from dataclasses import dataclass
from typing import Literal

from assistant.library.unread import Unread

Change = Literal["added", "changed", "renamed", "unchanged"]


@dataclass(frozen=True)
class FileIndexed:
    """A file is in the library; its text can be found from now on, its vectors follow."""

    source: str
    change: Change
    passages: int = 0
    note: str = ""


@dataclass(frozen=True)
class Fetching:
    """A page is being fetched from its address."""

    url: str


@dataclass(frozen=True)
class FileFailed:
    """A file or folder that could not be read, or a page that could not be fetched, and why."""

    source: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class FileRemoved:
    """A document was forgotten because its file is gone or is left out now."""

    source: str


@dataclass(frozen=True)
class SourceMissing:
    """A place that was added is not there now; its documents are kept."""

    path: str
    documents: int


@dataclass(frozen=True)
class Embedding:
    """The number of the passages that waited for their vector have it."""

    done: int
    total: int


@dataclass(frozen=True)
class Waiting:
    """Another process is writing; this one waits for it."""


@dataclass(frozen=True)
class Rebuilding:
    """The vector store is not the catalogue's; its vectors are made anew."""

    passages: int


@dataclass(frozen=True)
class NotRead:
    """All that the folders hold and the library does not, once they were looked through."""

    files: tuple[Unread, ...]


IndexEvent = (
    FileIndexed
    | Fetching
    | FileFailed
    | FileRemoved
    | SourceMissing
    | Embedding
    | Waiting
    | Rebuilding
    | NotRead
)
