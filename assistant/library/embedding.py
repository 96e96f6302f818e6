"""Vectors follow the catalogue: what waits is embedded, what is stale forgotten, loss made good."""

from collections.abc import Iterator

from assistant.library.catalogue import Catalogue, Passage
from assistant.library.events import Embedding, IndexEvent, Rebuilding
from assistant.library.locking import Foreground
from assistant.library.stores import Embedder, VectorStore

# Passages whose vectors are made and stored together: what a stop in between costs again.
_AT_ONCE = 64


class Embeddings:
    """Keeps the vector store in step with the catalogue; used by whoever holds the write lock."""

    def __init__(
        self,
        catalogue: Catalogue,
        vectors: VectorStore,
        embedder: Embedder,
        foreground: Foreground,
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._embedder = embedder
        self._foreground = foreground

    def finish(self) -> Iterator[IndexEvent]:
        """Do all that is open, in steps; between them questions go first."""
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
        while ids := self._catalogue.waiting(_AT_ONCE):
            self._embed(ids)
            done += len(ids)
            yield Embedding(done, waiting)

    def _embed(self, ids: list[int]) -> None:
        passages = self._catalogue.passages(ids)
        self._foreground.give_way()
        vectors = self._embedder.embed(
            [embedded_text(passages[i]) for i in ids], lambda _: self._foreground.give_way()
        )
        self._vectors.put(ids, vectors)
        self._catalogue.mark_embedded(ids)


def embedded_text(passage: Passage) -> str:
    """What of a passage is embedded: its text, below the headings that say what it is about."""
    return "\n".join((*passage.headings, passage.text))
