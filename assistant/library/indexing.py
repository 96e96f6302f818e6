"""Adding and removing documents, so that being stopped at any moment loses and doubles nothing.

The order of things makes it safe: a document's text, passages and terms are written in one
transaction of the catalogue, together with the list of vectors that are now stale; vectors follow,
and only when they are stored is their passage marked. Whoever writes next finishes what is open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from assistant.documents.isolation import Sandbox
from assistant.errors import DocumentError, LibraryError
from assistant.library import files
from assistant.library.catalogue import Catalogue, Passage, SourceFile
from assistant.library.passages import PASSAGE_VERSION, split
from assistant.library.stores import Embedder, VectorStore

# Passages whose vectors are made and stored together: what a stop in between costs again.
_EMBED_AT_ONCE = 64
_LOCK_PATIENCE_S = 0.2


@dataclass(frozen=True)
class FileIndexed:
    """A file is in the library; its text can be found from now on, its vectors follow."""

    source: str
    change: Literal["added", "changed", "unchanged"]
    passages: int = 0
    note: str = ""


@dataclass(frozen=True)
class FileFailed:
    """A file or folder that could not be read, and why."""

    source: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Embedding:
    """How many of the passages that wait for their vector have it."""

    done: int
    total: int


@dataclass(frozen=True)
class Waiting:
    """Another process is writing; this one waits for it."""


@dataclass(frozen=True)
class Rebuilding:
    """The vector store is not the catalogue's; its vectors are made anew."""

    passages: int


IndexEvent = FileIndexed | FileFailed | Embedding | Waiting | Rebuilding


class Indexer:
    """The writer of one library; a lock file keeps a second one out."""

    def __init__(
        self, folder: Path, catalogue: Catalogue, vectors: VectorStore, embedder: Embedder
    ) -> None:
        self._lock = FileLock(folder / "write.lock")
        self._catalogue = catalogue
        self._vectors = vectors
        self._embedder = embedder
        self._sandbox = Sandbox()

    def add(self, paths: Sequence[str]) -> Iterator[IndexEvent]:
        """Read files and folders into the library, saying what happens.

        Unchanged files (by sha256) cost their reading only; changed ones replace their passages.
        A file that cannot be read is a FileFailed event and does not stop the others.
        """
        yield from self._wait()
        try:
            self._check_origin()
            for path in paths:
                yield from self._add_path(path)
            self._sandbox.close()
            yield from self._finish()
        finally:
            self._sandbox.close()
            self._lock.release()

    def remove(self, sources: Sequence[str]) -> Iterator[IndexEvent]:
        """Forget documents, in both stores."""
        yield from self._wait()
        try:
            for source in sources:
                self._catalogue.remove(source)
            yield from self._finish()
            self._catalogue.scrub()
        finally:
            self._lock.release()

    def finish(self) -> Iterator[IndexEvent]:
        """Do what an earlier writer was stopped from doing."""
        yield from self._wait()
        try:
            yield from self._finish()
        finally:
            self._lock.release()

    def _wait(self) -> Iterator[IndexEvent]:
        try:
            self._lock.acquire(timeout=_LOCK_PATIENCE_S)
        except Timeout:
            yield Waiting()
            self._lock.acquire()
        except OSError as error:
            raise LibraryError(
                f"The library cannot be locked: {error.strerror}.",
                "Check the folder's permissions and the disk.",
            ) from error

    def _check_origin(self) -> None:
        """Vectors of two embedders cannot be compared; a library keeps to one."""
        made_by = self._catalogue.setting("embedder")
        if made_by is None:
            self._catalogue.set_settings(
                {
                    "embedder": self._embedder.name,
                    "dimension": str(self._embedder.dimension),
                    "passage_version": str(PASSAGE_VERSION),
                }
            )
        elif made_by != self._embedder.name:
            raise LibraryError(
                f"The library was indexed with the embedder {made_by}.",
                f"Use that one, or add the documents to a new library for {self._embedder.name}.",
            )

    def _add_path(self, path: str) -> Iterator[IndexEvent]:
        try:
            source = files.absolute(path)
            found = files.find(source)
        except DocumentError as error:
            yield FileFailed(printable_path(path), error.message, error.remedy)
            return
        for file in found:
            try:
                yield self._add_file(file)
            except DocumentError as error:
                yield FileFailed(printable_path(str(file)), error.message, error.remedy)

    def _add_file(self, path: Path) -> FileIndexed:
        source = files.absolute(path)
        content = files.read(path)
        before = self._catalogue.state(source)
        if before is not None and before[0] == content.sha256:
            if before[1] != content.mtime_ns:
                self._catalogue.touch(source, content.mtime_ns)
            return FileIndexed(source, "unchanged")
        document, parser = self._sandbox.parse(path, content.data)
        number = self._catalogue.put(
            SourceFile(source, content.sha256, len(content.data), content.mtime_ns, parser),
            document,
            split(document),
        )
        change: Literal["added", "changed"] = "added" if before is None else "changed"
        return FileIndexed(source, change, number, document.note)

    def _finish(self) -> Iterator[IndexEvent]:
        """Bring the vector store in step with the catalogue."""
        stale = self._catalogue.stale_vectors()
        if stale:
            self._vectors.remove(stale)
            self._catalogue.clear_stale_vectors(stale)
        waiting = self._catalogue.waiting_count()
        expected = self._catalogue.passage_count() - waiting
        if (waiting or stale) and self._vectors.count() < expected:
            self._catalogue.mark_all_waiting()
            waiting += expected
            yield Rebuilding(waiting)
        done = 0
        while ids := self._catalogue.waiting(_EMBED_AT_ONCE):
            passages = self._catalogue.passages(ids)
            vectors = self._embedder.embed([embedded_text(passages[i]) for i in ids])
            self._vectors.put(ids, vectors)
            self._catalogue.mark_embedded(ids)
            done += len(ids)
            yield Embedding(done, waiting)


def embedded_text(passage: Passage) -> str:
    """What of a passage is embedded: its text, below the headings that say what it is about."""
    return "\n".join((*passage.headings, passage.text))


def printable_path(path: str) -> str:
    """A path that can be written anywhere: bytes that are not text are shown escaped."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
