"""The vector store: passages' vectors in Chroma, found by cosine."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.library.stores import VectorsUnavailable

Vectors = NDArray[np.float32]
_COLLECTION = "passages"


class ChromaVectors:
    """Vectors by passage id. Opened on first use: importing Chroma takes about 2 s."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._collection: Any = None
        self._lock = threading.Lock()

    def open(self) -> None:
        """Open the store now. Raises VectorsUnavailable."""
        self._opened()

    def put(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Store unit vectors, shape (len(ids), dimension), in the place of earlier ones."""
        collection = self._opened()
        with _explained():
            step = collection._client.get_max_batch_size()
            for i in range(0, len(ids), step):
                collection.upsert(
                    ids=[str(n) for n in ids[i : i + step]], embeddings=vectors[i : i + step]
                )

    def remove(self, ids: Sequence[int]) -> None:
        """Forget these vectors; ids that are not there are ignored."""
        if not ids:
            return
        collection = self._opened()
        with _explained():
            step = collection._client.get_max_batch_size()
            for i in range(0, len(ids), step):
                collection.delete(ids=[str(n) for n in ids[i : i + step]])

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """The passages nearest to a unit vector, as (id, cosine), best first."""
        collection = self._opened()
        with _explained():
            size = collection.count()
            if size == 0:
                return []
            found = collection.query(
                query_embeddings=vector[None, :], n_results=min(limit, size), include=["distances"]
            )
            pairs = zip(found["ids"][0], found["distances"][0], strict=True)
            return [(int(i), 1.0 - float(distance)) for i, distance in pairs]

    def read(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of these ids, in order; ids that are not there are left out."""
        collection = self._opened()
        with _explained():
            found = collection.get(ids=[str(n) for n in ids], include=["embeddings"])
            return dict(zip(map(int, found["ids"]), found["embeddings"], strict=True))

    def ids(self) -> set[int]:
        """The ids of all stored vectors."""
        collection = self._opened()
        with _explained():
            return {int(i) for i in collection.get(include=[])["ids"]}

    def quick_count(self) -> int | None:
        """How many vectors are stored, without Chroma's 2 s of import; None if that is not clear.

        Looks into Chroma's own SQLite file, which is a detail of its version: whatever it does not
        find is not known.
        """
        file = self.folder / "chroma.sqlite3"
        if not file.exists():
            return 0
        try:
            # Read-only by URI: looking must not make a file or a lock.
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
            try:
                (number,) = connection.execute("SELECT COUNT(*) FROM embeddings").fetchone()
                if not number:  # what was put first may stand in the queue alone
                    (number,) = connection.execute(
                        "SELECT COUNT(DISTINCT id) FROM embeddings_queue"
                    ).fetchone()
            finally:
                connection.close()
        except sqlite3.Error:
            return None
        return int(number)

    def reset(self) -> None:
        """Throw the store away and begin an empty one. Raises VectorsUnavailable."""
        with self._lock:
            self._collection = None
            with _explained():
                _forget_clients()
                shutil.rmtree(self.folder, ignore_errors=True)
                self._collection = _open(self.folder)

    def count(self) -> int:
        """How many vectors are stored."""
        collection = self._opened()
        with _explained():
            return int(collection.count())

    def _opened(self) -> Any:
        with self._lock:
            if self._collection is None:
                with _explained():
                    self._collection = _open(self.folder)
            return self._collection


def _open(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(
        path=str(folder), settings=Settings(anonymized_telemetry=False)
    )
    return client.get_or_create_collection(
        _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )


def _forget_clients() -> None:
    """Chroma keeps a client for each folder; one of a folder that is gone would be given again."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # Chroma's core is Rust and raises types of its own
        raise VectorsUnavailable(
            f"The vector store cannot be used: {error}.",
            "Answers come from the word index alone until it can.",
        ) from error
