"""Vectors follow the catalogue: what waits is embedded, what is stale forgotten, loss made good."""

from collections.abc import Iterator
from contextlib import closing

from assistant.library import vector_transfer
from assistant.library.document_store import DocumentStore, Passage
from assistant.library.events import Embedding, IndexEvent, Rebuilding
from assistant.library.locks import QueryPriority
from assistant.library.ports import (
    Embedder,
    VectorStore,
    VectorsUnavailable,
    VectorsUnreachable,
)

# Passages whose vectors are made and stored together: what a stop in between costs again.
_AT_ONCE = 64
_STORE = "store"


class VectorSync:
    """Keeps the vector store in step with the catalogue; used by whoever holds the write lock."""

    def __init__(
        self,
        catalogue: DocumentStore,
        vectors: VectorStore,
        embedder: Embedder,
        foreground: QueryPriority,
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._embedder = embedder
        self._foreground = foreground

    def finish(self) -> Iterator[IndexEvent]:
        """Do all that is open, in steps; between them questions go first."""
        self._settle()
        vector_transfer.adopt(self._catalogue, self._vectors)
        lost = self._make_good()
        if lost:
            yield Rebuilding(lost)
        waiting = self._catalogue.waiting_count()
        done = 0
        while ids := self._catalogue.waiting(_AT_ONCE):
            self._embed(ids)
            done += len(ids)
            yield Embedding(done, waiting)

    def forget_all(self) -> None:
        """Give up all vectors, here and where they were before: they are another embedder's."""
        self._vectors.reset()
        self._vectors.forget_earlier()
        for name in (vector_transfer.IDS_FILE, vector_transfer.VECTORS_FILE):
            self._catalogue.path.with_name(name).unlink(missing_ok=True)

    def _settle(self) -> None:
        """Look into a store that is another than the last time for vectors of this library.

        An id is never used twice, so what it holds from earlier times is still right.
        """
        if (self._catalogue.setting(_STORE) or "") == self._vectors.place:
            return
        try:
            stored = self._vectors.ids()
        except VectorsUnreachable:
            raise
        except VectorsUnavailable:
            stored = set()
        self._catalogue.mark_all_waiting()
        held = stored & set(self._catalogue.waiting(self._catalogue.passage_count()))
        self._vectors.remove(sorted(stored - held))
        self._catalogue.mark_embedded(sorted(held))
        earlier = self._vectors.earlier()
        if earlier is not None:
            with closing(earlier):
                vector_transfer.carry(self._catalogue, earlier, self._vectors)
        self._catalogue.set_settings({_STORE: self._vectors.place})

    def _make_good(self) -> int:
        """Bring the store to hold no vector too many; how many it has lost, which wait from now."""
        try:
            stale = self._catalogue.stale_vectors()
            if stale:
                self._vectors.remove(stale)
                self._catalogue.clear_stale_vectors(stale)
            expected = self._catalogue.passage_count() - self._catalogue.waiting_count()
            count = self._vectors.quick_count()
            if (self._vectors.count() if count is None else count) >= expected:
                return 0
            lost = sorted(set(self._catalogue.embedded()) - self._vectors.ids())
            self._catalogue.mark_waiting(lost)
            return len(lost)
        except VectorsUnreachable:
            raise
        except VectorsUnavailable:
            # What it held is derived: a new one is filled from the catalogue.
            self._vectors.reset()
            self._catalogue.mark_all_waiting()
            return self._catalogue.passage_count()

    def _embed(self, ids: list[int]) -> None:
        passages = self._catalogue.passages(ids)
        self._foreground.give_way()
        vectors = self._embedder.embed(
            [embedded_text(passages[i]) for i in ids], lambda _: self._foreground.give_way()
        )
        self._vectors.put(ids, vectors)
        self._catalogue.mark_embedded(ids)


def embedded_text(passage: Passage) -> str:
    """The text of a passage that is embedded: its reading, below the headings that say what it is
    about."""
    return "\n".join((*passage.headings, passage.reading.text))
