"""Adding and removing documents, so that being stopped at any moment loses and doubles nothing.

The order of things makes it safe: a document's text, passages and terms are written in one
transaction of the catalogue, together with the list of vectors that are now stale; vectors follow,
and only when they are stored is their passage marked. Whoever writes next finishes what is open.
"""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from assistant.documents import ocr
from assistant.documents.document import Document
from assistant.documents.recognition import Kind
from assistant.documents.sandbox import Sandbox
from assistant.errors import DocumentError, LibraryError, NoTextError
from assistant.language.detection import language_of
from assistant.library import discovery, index_version
from assistant.library.document_store import DocumentState, DocumentStore, SourceFile
from assistant.library.events import (
    Change,
    Embedding,
    FileFailed,
    FileIndexed,
    FileRemoved,
    IndexEvent,
    NotRead,
    PageRecognised,
    Rebuilding,
    SourceMissing,
    Waiting,
)
from assistant.library.index_version import Reindexing
from assistant.library.locks import WriteLock
from assistant.library.ports import Embedder
from assistant.library.scan import is_below, survey
from assistant.library.settings import LibrarySettings
from assistant.library.sources import REMOVED
from assistant.library.splitter import split
from assistant.library.unread import Unread, listed
from assistant.library.vector_sync import VectorSync

__all__ = [
    "Embedding",
    "FileFailed",
    "FileIndexed",
    "FileRemoved",
    "IndexEvent",
    "Indexer",
    "NotRead",
    "PageRecognised",
    "Rebuilding",
    "SourceMissing",
    "Waiting",
]


class Indexer:
    """The writer of one library; a lock file keeps a second one out."""

    def __init__(
        self,
        lock: WriteLock,
        catalogue: DocumentStore,
        embedder: Embedder,
        embeddings: VectorSync,
    ) -> None:
        self._lock = lock
        self._catalogue = catalogue
        self._embedder = embedder
        self._embeddings = embeddings
        self._sandbox = Sandbox()

    def add(self, paths: Sequence[str], *, wait: bool = True) -> Iterator[IndexEvent]:
        """Read files and folders into the library, saying what happens; `sync` follows them.

        Unchanged files cost a look at them; changed ones replace their passages. A file that
        cannot be read is a FileFailed event and does not stop the others.
        """
        yield from self._lock.acquire(wait=wait)
        with self._writing():
            self._check_origin()
            unread: dict[str, Kind] = {}
            for path in paths:
                unread |= yield from self._add_path(path)
            yield NotRead(self._unread(unread, [p for p in paths if os.path.isdir(p)]))
            self._sandbox.close()
            yield from self._embeddings.finish()

    def sync(self, *, wait: bool = True) -> Iterator[IndexEvent]:
        """Bring the library in step with what was added: edits, new files, renames, deletions.

        A place that is not there, such as a disk that is not plugged in, keeps its documents.
        """
        yield from self._lock.acquire(wait=wait)
        with self._writing():
            self._check_origin()
            removed = yield from self._follow()
            self._sandbox.close()
            yield from self._embeddings.finish()
            if removed:
                self._catalogue.scrub()

    def reindex(self, *, wait: bool = True) -> Iterator[IndexEvent]:
        """Sync, and read and embed anew what another embedder or splitting would make otherwise.

        What was stopped goes on where it was. A document whose file is not there keeps its
        passages. Until its turn comes, each is found as before; by its words alone if the embedder
        is another.
        """
        yield from self._lock.acquire(wait=wait)
        with self._writing():
            reindexing = self._begin_reindexing()
            yield from self._follow()
            for source in self._catalogue.sources_below(reindexing.below):
                yield from self._read_again(source)
            self._sandbox.close()
            yield from self._embeddings.finish()
            self._catalogue.scrub()
            index_version.end(self._catalogue, reindexing)

    def _begin_reindexing(self) -> Reindexing:
        """Go on with what was begun, or begin; vectors of another embedder are given up."""
        now, made_with = (
            index_version.current(self._embedder),
            index_version.recorded(self._catalogue),
        )
        reindexing = index_version.begun(self._catalogue)
        if reindexing is None or reindexing.origin != now:
            split_alike = made_with and made_with.passage_version == now.passage_version
            new_vectors = made_with and not made_with.same_vectors(now)
            # Another embedder alone does not change what the passages are.
            below = 0 if split_alike and new_vectors else self._catalogue.next_document()
            reindexing = Reindexing(now, below)
            index_version.begin(self._catalogue, reindexing)
        if made_with is None or not made_with.same_vectors(now):
            self._catalogue.mark_all_waiting()
            self._embeddings.forget_all()
            index_version.record_vectors(self._catalogue, now)
        return reindexing

    def _read_again(self, source: str) -> Iterator[IndexEvent]:
        """Parse and split a document again; it stays as it is if that changes nothing."""
        try:
            path = Path(source)
            content = discovery.read(path)
            document, parser = yield from self._parse(path, content.data)
        except DocumentError:  # its text is kept, as it would be by a sync
            return
        passages = split(document)
        if self._catalogue.holds(source, document, passages):
            yield FileIndexed(source, "unchanged")
            return
        mark = discovery.settled(content.signature)
        size = len(content.data)
        file = SourceFile(source, content.sha256, size, content.mtime_ns, parser, mark)
        yield FileIndexed(
            source, "changed", self._catalogue.put(file, document, passages), document.note
        )

    def remove(self, sources: Sequence[str], *, wait: bool = True) -> Iterator[IndexEvent]:
        """Forget documents, in both stores."""
        yield from self._lock.acquire(wait=wait)
        with self._writing():
            for source in sources:
                self._catalogue.remove(source)
            yield from self._embeddings.finish()
            self._catalogue.scrub()

    def finish(self, *, wait: bool = True) -> Iterator[IndexEvent]:
        """Do what an earlier writer was stopped from doing, but nothing with another embedder."""
        yield from self._lock.acquire(wait=wait)
        with self._writing():
            made_with = index_version.recorded(self._catalogue)
            if made_with and not made_with.same_vectors(index_version.current(self._embedder)):
                return
            yield from self._embeddings.finish()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._sandbox.close()
            self._lock.release()

    def _check_origin(self) -> None:
        """Vectors of two embedders cannot be compared; a library keeps to one."""
        now, made_with = (
            index_version.current(self._embedder),
            index_version.recorded(self._catalogue),
        )
        if made_with is None:
            index_version.record(self._catalogue, now)
        elif not made_with.same_vectors(now):
            raise LibraryError(
                f"The library was indexed with the embedder {made_with.embedder}.",
                "`assistant sync --reindex` changes it over to the one that is set.",
            )

    def _unread(self, found: dict[str, Kind], folders: Sequence[str]) -> tuple[Unread, ...]:
        """Files that were found and not read, with those that failed to be read in the folders."""
        within = [discovery.absolute(folder) for folder in folders]
        skipped = {
            source: why
            for source, why in self._catalogue.skipped().items()
            if any(is_below(source, folder) for folder in within)
        }
        return listed(found, skipped)

    def _add_path(self, path: str) -> Generator[IndexEvent, None, dict[str, Kind]]:
        """Add a file or folder; returns what in the folder is no document."""
        try:
            source = discovery.absolute(path)
            found = discovery.look(source, LibrarySettings(self._catalogue).exclude)
        except DocumentError as error:
            yield FileFailed(printable_path(path), error.message, error.remedy)
            return {}
        self._catalogue.add_root(source, is_folder=os.path.isdir(source))
        states = self._catalogue.states()
        seen: set[tuple[int, int]] = set()
        for file in sorted(found.signatures, key=lambda f: (f not in states, f)):
            identity = found.identities.get(file, (0, 0))
            if identity[1] and identity in seen:  # another name of a file that was just read
                continue
            seen.add(identity)
            yield from self._store(file, found.signatures[file], states.get(file), {})
        return found.unread | dict.fromkeys(found.closed, "folder")

    def _follow(self) -> Generator[IndexEvent, None, bool]:
        """Compare the places with the documents and follow; returns whether any was removed."""
        states = self._catalogue.states()
        skipped = self._catalogue.skipped()
        now = survey(
            self._catalogue.roots(), states, skipped, LibrarySettings(self._catalogue).exclude
        )
        for place, count in now.missing.items():
            yield SourceMissing(place, count)
        moved = {states[source].sha256: source for source in now.gone}
        for source, mark in now.signatures.items():
            known, why = skipped.get(source, ("", ""))
            if mark and known == mark and not (ocr.is_installed() and why in ocr.WAITING):
                continue
            yield from self._store(source, mark, states.get(source), moved)
        gone = [source for source in now.gone if self._catalogue.state(source) is not None]
        for source in gone:
            self._catalogue.remove(source)
            self._catalogue.remove_roots([source])
            yield FileRemoved(source)
        left = [
            s for s, (mark, _) in skipped.items() if mark != REMOVED and s not in now.signatures
        ]
        if left:
            self._catalogue.unskip(left)
        yield NotRead(listed(now.unread, self._catalogue.skipped()))
        return bool(gone)

    def _store(
        self, source: str, mark: str, before: DocumentState | None, moved: dict[str, str]
    ) -> Iterator[IndexEvent]:
        """Bring one file in; `moved` holds documents without a file by the content they had."""
        if before is not None and mark and before.signature == mark and not _waits(before):
            yield FileIndexed(source, "unchanged")
            return
        try:
            yield (yield from self._read(source, before, moved))
        except NoTextError as error:
            if before is not None or source in self._catalogue.roots():
                yield FileFailed(printable_path(source), error.message, error.remedy)
            else:  # one of the photographs of a folder
                self._catalogue.skip(source, discovery.settled(mark), error.message)
        except DocumentError as error:
            if before is None and os.path.exists(source):
                self._catalogue.skip(source, discovery.settled(mark), error.message)
            yield FileFailed(printable_path(source), error.message, error.remedy)

    def _parse(self, path: Path, data: bytes) -> Generator[IndexEvent, None, tuple[Document, str]]:
        """The document of a file in its language, and the parser's name."""
        steps = self._sandbox.steps(path, data)
        while True:
            try:
                read = next(steps)
            except StopIteration as end:
                document, parser = end.value
                prose = any(b.kind not in {"code", "keys"} for b in document.blocks)
                language = language_of(document.text) if prose else "en"
                return replace(document, language=language), parser
            yield PageRecognised(printable_path(str(path)), read.page, read.pages)

    def _read(
        self, name: str, before: DocumentState | None, moved: dict[str, str]
    ) -> Generator[IndexEvent, None, FileIndexed]:
        source = discovery.absolute(name)
        path = Path(source)
        content = discovery.read(path)
        mark = discovery.settled(content.signature)
        if before is not None and before.sha256 == content.sha256 and not _waits(before):
            self._catalogue.touch(source, content.mtime_ns, mark)
            return FileIndexed(source, "unchanged")
        file = SourceFile(source, content.sha256, len(content.data), content.mtime_ns, "", mark)
        old = moved.pop(content.sha256, None) or self._orphan(content.sha256)
        if old is not None and Path(old).suffix.lower() == path.suffix.lower():
            return self._rename(old, file)
        document, parser = yield from self._parse(path, content.data)
        number = self._catalogue.put(replace(file, parser=parser), document, split(document))
        change: Change = "added" if before is None else "changed"
        alike = tuple(self._catalogue.alike(source))
        return FileIndexed(source, change, number, document.note, alike)

    def _rename(self, old: str, file: SourceFile) -> FileIndexed:
        number = self._catalogue.rename(old, file)
        if old in self._catalogue.roots():
            self._catalogue.remove_roots([old])
            self._catalogue.add_root(file.source, is_folder=False)
        return FileIndexed(file.source, "renamed", number)

    def _orphan(self, sha256: str) -> str | None:
        """A document of this content whose file is gone from a folder that is there."""
        for source in self._catalogue.with_content(sha256):
            if not os.path.exists(source) and os.path.isdir(os.path.dirname(source)):
                return source
        return None


def _waits(state: DocumentState) -> bool:
    """Tell if a document has pages that could not be read when it was, and can be now."""
    return state.unread_pages > 0 and ocr.is_installed()


def printable_path(path: str) -> str:
    """A path that can be written anywhere: bytes that are not text are shown escaped."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
