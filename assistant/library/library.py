"""A library: one folder with its catalogue and its vectors, opened together."""

import os
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from assistant import logs, paths, settings
from assistant.errors import LibraryError, PageError
from assistant.language.dates import written
from assistant.library import discovery, index_version
from assistant.library.document_store import DocumentRecord, DocumentStore
from assistant.library.events import Fetching, FileFailed, FileIndexed, IndexEvent
from assistant.library.indexer import Indexer
from assistant.library.locks import QueryPriority, WriteLock
from assistant.library.pages import Page, Pages, is_address
from assistant.library.ports import Embedder, VectorStore
from assistant.library.scan import is_below, survey
from assistant.library.settings import LibrarySettings
from assistant.library.sources import REMOVED
from assistant.library.unread import Unread, listed
from assistant.library.vector_sync import VectorSync
from assistant.library.watcher import changes

DEFAULT_LIBRARY = "default"
# A folder beside the libraries that is one in the making, or what is left of one.
UNFINISHED = ".{name}.new"
_log = logs.logger(__name__)


class Library:
    """The documents under one name, to be searched and changed."""

    def __init__(self, folder: Path, vectors: VectorStore, embedder: Embedder) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Documents are the person's own business.
            folder.chmod(0o700)
        except OSError as error:
            raise LibraryError(
                f"The folder {folder} cannot be made: {error.strerror}.",
                "Check its permissions and the disk, or set ASSISTANT_HOME.",
            ) from error
        self.folder = folder
        self.document_store = DocumentStore(folder)
        self.vectors = vectors
        self.embedder = embedder
        self.settings = LibrarySettings(self.document_store)
        self.pages = Pages(self.document_store, folder)
        self._lock = WriteLock(folder)
        self._foreground = QueryPriority(folder)
        embeddings = VectorSync(self.document_store, vectors, embedder, self._foreground)
        self._indexer = Indexer(self._lock, self.document_store, embedder, embeddings)
        self._notice_lost_vectors()

    def _notice_lost_vectors(self) -> None:
        """Let passages wait again if their store was deleted or cannot be read, for whoever
        finishes the library next; nothing is asked of Chroma here, which takes 2 s to import.
        """
        if not self.document_store.embedded_any() or not self.vectors.is_lost():
            return
        with suppress(LibraryError):  # a writer knows better
            for _ in self._lock.acquire(wait=False):
                pass
            try:
                if self.vectors.is_lost():
                    self.document_store.mark_all_waiting()
            finally:
                self._lock.release()

    @property
    def name(self) -> str:
        return self.folder.name

    def close(self) -> None:
        """Close both stores."""
        self.document_store.close()
        self.vectors.close()

    def add(self, sources: Sequence[str], *, wait: bool = True) -> Iterator[IndexEvent]:
        """Read files, folders, and pages by their address, into the library; see Indexer.add."""
        return _logged("add", self._add(sources, wait))

    def _add(self, sources: Sequence[str], wait: bool) -> Iterator[IndexEvent]:
        paths: list[str] = []
        for source in sources:
            if is_address(source):
                paths += yield from self._fetch(source)
            else:
                paths.append(source)
        if paths:
            yield from self._indexer.add(paths, wait=wait)

    def _fetch(self, url: str, known: Page | None = None) -> Generator[IndexEvent, None, list[str]]:
        """Save the page at an address, if it is not as it is `known`; the copy's path, or none."""
        from assistant.page_fetcher import fetch

        yield Fetching(url)
        etag, modified = (known.etag, known.modified) if known is not None else ("", "")
        try:
            timeout_s = settings.load().pull_timeout_s
            fetched = fetch(url, timeout_s=timeout_s, etag=etag, modified=modified)
            return [] if fetched is None else [self.pages.keep(fetched).source]
        except PageError as error:
            kept = f" The copy of {written(known.day)} stays." if known is not None else ""
            yield FileFailed(url, error.message, f"{error.remedy}{kept}".strip())
        except OSError as error:
            yield FileFailed(url, f"Its copy cannot be written: {error.strerror}.", "")
        return []

    def sync(self, *, wait: bool = True, refresh: bool = False) -> Iterator[IndexEvent]:
        """Follow what changed in all that was added; see Indexer.sync.

        With `refresh` every page that was added by its address is asked for again, too.
        """
        return _logged("sync", self._sync(wait, refresh))

    def _sync(self, wait: bool, refresh: bool) -> Iterator[IndexEvent]:
        if refresh:
            yield from self._refresh(wait)
        yield from self._indexer.sync(wait=wait)

    def _refresh(self, wait: bool) -> Iterator[IndexEvent]:
        for page in self.pages.all():
            has_copy = Path(page.source).is_file()
            paths = yield from self._fetch(page.url, page if has_copy else None)
            yield from self._indexer.add(paths, wait=wait)
            if paths and paths != [page.source]:  # the library was renamed, or is another's
                yield from self._indexer.remove([page.source], wait=wait)
                self.document_store.remove_roots([page.source])
                self.pages.forget([page.source])

    def reindex(self, *, wait: bool = True) -> Iterator[IndexEvent]:
        """Sync, and make anew what another embedder or splitting makes; see Indexer.reindex."""
        return _logged("reindex", self._indexer.reindex(wait=wait))

    def watch(self, stop: threading.Event | None = None) -> Iterator[IndexEvent]:
        """Sync now and whenever something changes, until `stop` is set."""
        yield from self.sync()
        for _ in changes(self.document_store.roots, stop or threading.Event()):
            yield from self.sync()

    def remove(
        self, wanted: Sequence[str], *, wait: bool = True
    ) -> tuple[list[str], Iterator[IndexEvent]]:
        """Forget what `wanted` names; the sources it stands for, and the events of doing so.

        A name is a path, a folder, or the last part of exactly one source's path. The files stay
        where they are, and `sync` leaves them out. Raises LibraryError, before anything is
        removed, if one of the names stands for nothing or for several.
        """
        wanted = [self._source_of(name) for name in wanted]
        known = [document.source for document in self.document_store.documents()]
        places = {*known, *self.document_store.roots(), *self.document_store.skipped()}
        by_name = {name: _matching(name, known, places) for name in wanted}
        chosen = list(dict.fromkeys(s for found in by_name.values() for s in found))
        return chosen, self._remove(by_name, chosen, wait)

    def _source_of(self, name: str) -> str:
        """The copy's path for the address of a page; any other name as it is."""
        page = self.pages.at(name) if is_address(name) else None
        return page.source if page is not None else name

    def _remove(
        self, by_name: dict[str, list[str]], chosen: list[str], wait: bool
    ) -> Iterator[IndexEvent]:
        yield from _logged("remove", self._indexer.remove(chosen, wait=wait))
        self.pages.forget(chosen)
        roots = self.document_store.roots()
        for name, found in by_name.items():
            place = discovery.absolute(name)
            at = found[0] if len(found) == 1 and found[0] != place else place
            self.document_store.remove_roots([root for root in roots if is_below(root, at)])
            self.document_store.unskip(
                [s for s in self.document_store.skipped() if is_below(s, at)]
            )
            if any(is_below(at, root) and at != root for root in roots):
                self.document_store.skip(at, REMOVED, "You removed it.")

    def finish(self, *, wait: bool = True) -> Iterator[IndexEvent]:
        """Finish what an earlier writer was stopped from doing."""
        return _logged("finish", self._indexer.finish(wait=wait))

    def is_being_changed(self) -> bool:
        """Tell whether some process changes the library at this moment."""
        return not self._lock.is_free()

    def answering(self) -> AbstractContextManager[None]:
        """A context in which a person waits for an answer: indexing goes after it."""
        return self._foreground.asking()

    def progress_notice(self) -> str:
        """A sentence if some passages can be found by their words only as yet, else ""."""
        waiting = self.document_store.waiting_count()
        if not waiting:
            return ""
        return (
            f"Indexing is not done: {waiting:,} of {self.document_store.passage_count():,} passages"
            " are found by their words alone as yet."
        )

    def vectors_match(self) -> bool:
        """Tell whether the vectors were made by this embedder: those of another say nothing to
        it."""
        made_with = index_version.recorded(self.document_store)
        return made_with is None or made_with.same_vectors(index_version.current(self.embedder))

    def reindex_notice(self) -> str:
        """A sentence with the command if the library should be indexed anew, else ""."""
        made_with, now = (
            index_version.recorded(self.document_store),
            index_version.current(self.embedder),
        )
        if made_with is None:
            return ""
        if not made_with.same_vectors(now):
            return (
                f"This library's vectors were made by the embedder {made_with.embedder}, not by"
                f" {now.embedder}: it is searched by words alone until"
                f" `{self.reindex_command()}` has made them anew."
            )
        if index_version.begun(self.document_store) is not None:
            return f"Re-indexing was stopped; `{self.reindex_command()}` goes on with it."
        if made_with.passage_version != now.passage_version:
            return (
                "Documents are split into passages in a better way now;"
                f" `{self.reindex_command()}` does so here. Until then all is as before."
            )
        return ""

    def reindex_command(self) -> str:
        """The command that indexes this library anew."""
        where = "" if self.name == DEFAULT_LIBRARY else f" --library {self.name}"
        return f"assistant sync --reindex{where}"

    def sources(self) -> list[DocumentRecord]:
        """The documents of the library, by path."""
        return self.document_store.documents()

    def unread(self) -> tuple[Unread, ...]:
        """Files that the added folders hold and the library does not; found by a look there.

        The same is true after a restart, and of files that came since the last sync.
        """
        skipped = self.document_store.skipped()
        now = survey(
            self.document_store.roots(),
            self.document_store.states(),
            skipped,
            self.settings.exclude,
        )
        return listed(now.unread, skipped)

    def seed(self) -> Iterator[IndexEvent] | None:
        """Index the shipped documents if nothing was ever added here, else None."""
        if self.document_store.setting("seeded") or self.document_store.documents():
            return None
        return self._seed()

    def _seed(self) -> Iterator[IndexEvent]:
        yield from self._indexer.add([str(paths.shipped("seeds"))])
        self.document_store.set_settings({"seeded": "yes"})


def exists(name: str) -> bool:
    """Tell whether there is a library of this name."""
    return DocumentStore.exists(paths.library_folder(name))


def names() -> list[str]:
    """The libraries that there are, sorted."""
    folder = paths.home() / "libraries"
    found = folder.iterdir() if folder.is_dir() else ()
    unfinished = UNFINISHED.format(name="*")
    return sorted(p.name for p in found if DocumentStore.exists(p) and not p.match(unfinished))


def _matching(name: str, known: Sequence[str], places: set[str]) -> list[str]:
    path = discovery.absolute(name)
    below = [s for s in known if is_below(s, path)]
    if below or any(is_below(place, path) for place in places):
        return below
    ending = [s for s in known if s.endswith(os.sep + name.strip(os.sep))]
    if len(ending) == 1:
        return ending
    if ending:
        raise LibraryError(
            f"{name!r} stands for {len(ending)} documents.", "Give more of the path."
        )
    raise LibraryError(f"{name!r} is not in the library.", "See `assistant sources`.")


def _logged(action: str, events: Iterator[IndexEvent]) -> Iterator[IndexEvent]:
    """The events as they come; in the log each file that failed, and at the end how many of each
    there were.
    """
    began = time.monotonic()
    counted: Counter[str] = Counter()
    try:
        for event in events:
            counted[event.change if isinstance(event, FileIndexed) else type(event).__name__] += 1
            if isinstance(event, FileFailed):
                _log.warning("not read: %s: %s", logs.Text(event.source), logs.Text(event.message))
            yield event
    finally:
        told = ", ".join(f"{number} {name}" for name, number in counted.items())
        _log.info("%s: %s in %.1f s", action, told or "nothing", time.monotonic() - began)
