"""The vector store: passages' vectors in Chroma, found by cosine."""

import shutil
import sqlite3
import textwrap
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.library import chroma_core
from assistant.library.chroma_settings import chroma
from assistant.library.ports import VectorsUnavailable

Vectors = NDArray[np.float32]
_COLLECTION = "passages"
# The folder of a library that holds them, where they are not on a server.
# Vectors that are read together where only some documents are searched.
_READ_AT_ONCE = 1_000
LOCAL_FOLDER = "vectors"
# A file of the library's folder with the name of its collection on a server: it follows the library
# when that is renamed, and a copy has none, so that two libraries never share one.
NAME_FILE = "collection"
# Cosine, and no embedding by Chroma itself, which would pad and be slow.
COLLECTION: dict[str, Any] = {
    "embedding_function": None,
    "configuration": {"hnsw": {"space": "cosine"}},
}
_ERROR_CHARS = 200


class ChromaStore(ABC):
    """Vectors by passage id in one Chroma collection, wherever that is.

    Opened on first use: importing Chroma's client takes about 2 s.
    """

    def __init__(self) -> None:
        self._collection: Any = None
        self._client: Any = None
        self._lock = threading.Lock()

    @property
    @abstractmethod
    def place(self) -> str:
        """The address of the vectors: "" for the library's own folder, else a URL."""

    @abstractmethod
    def earlier(self) -> "ChromaStore | None":
        """The store that may have held the library's vectors before, to be copied from there."""

    @abstractmethod
    def forget_earlier(self) -> None:
        """Forget what the library had elsewhere: it is another embedder's."""

    @abstractmethod
    def is_lost(self) -> bool:
        """Tell whether it certainly holds nothing that can be used, found without opening it."""

    @abstractmethod
    def quick_count(self) -> int | None:
        """The number of stored vectors, without opening it; None if that is not clear."""

    @abstractmethod
    def reset(self) -> None:
        """Throw the store away and begin an empty one. Raises VectorsUnavailable."""

    @abstractmethod
    def _connected(self, *, create: bool) -> Any:
        """The collection; if there is none, it is made with `create`, else None."""

    @abstractmethod
    def nothing_there(self) -> VectorsUnavailable:
        """The message where something is looked for and there is no collection."""

    @abstractmethod
    def explained(self) -> AbstractContextManager[None]:
        """A context that turns Chroma's errors into VectorsUnavailable."""

    def open(self) -> None:
        """Open the store for reading now. Raises VectorsUnavailable."""
        self._read_from()

    def close(self) -> None:
        """Release Chroma's files and connections; a later use opens the store again."""
        with self._lock:
            self._collection = None
            client, self._client = self._client, None
            if client is not None:
                client.close()

    def put(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Store unit vectors, shape (len(ids), dimension), in the place of earlier ones."""
        collection = self._opened(create=True)
        with self.explained():
            step = collection._client.get_max_batch_size()
            for i in range(0, len(ids), step):
                collection.upsert(
                    ids=[str(n) for n in ids[i : i + step]], embeddings=vectors[i : i + step]
                )

    def remove(self, ids: Sequence[int]) -> None:
        """Forget these vectors; ids that are not there are ignored."""
        collection = self._opened() if ids else None
        if collection is None:
            return
        with self.explained():
            step = collection._client.get_max_batch_size()
            for i in range(0, len(ids), step):
                collection.delete(ids=[str(n) for n in ids[i : i + step]])

    def nearest(
        self, vector: Vectors, limit: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The passages nearest to a unit vector, as (id, cosine), best first.

        With `among` only of these ids, which may have no vector yet.
        """
        if among is not None:
            cosines = [
                (i, float(vector @ own))
                for first in range(0, len(among), _READ_AT_ONCE)
                for i, own in self.read(among[first : first + _READ_AT_ONCE]).items()
            ]
            return sorted(cosines, key=lambda pair: (-pair[1], pair[0]))[:limit]
        collection = self._read_from()
        if collection is None:
            raise self.nothing_there()
        with self.explained():
            found = collection.query(
                query_embeddings=vector[None, :], n_results=limit, include=["distances"]
            )
            pairs = zip(found["ids"][0], found["distances"][0], strict=True)
            return [(int(i), 1.0 - float(distance)) for i, distance in pairs]

    def read(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of these ids, in order; ids that are not there are left out."""
        collection = self._read_from()
        if collection is None:
            return {}
        with self.explained():
            found = collection.get(ids=[str(n) for n in ids], include=["embeddings"])
            return dict(zip(map(int, found["ids"]), found["embeddings"], strict=True))

    def ids(self) -> set[int]:
        """The ids of all stored vectors."""
        collection = self._read_from()
        if collection is None:
            return set()
        with self.explained():
            return {int(i) for i in collection.get(include=[])["ids"]}

    def count(self) -> int:
        """The number of stored vectors."""
        collection = self._read_from()
        if collection is None:
            return 0
        with self.explained():
            return int(collection.count())

    def _read_from(self) -> Any:
        """The collection for the reading methods, or something that has them."""
        return self._opened()

    def _opened(self, *, create: bool = False) -> Any:
        with self._lock:
            if self._collection is None:
                with self.explained():
                    self._collection = self._connected(create=create)
            return self._collection


class LocalChromaStore(ChromaStore):
    """Vectors in a folder, by Chroma within this process."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._core: chroma_core.CoreCollection | None = None

    @property
    def place(self) -> str:
        return ""

    def earlier(self) -> None:
        """A server's URL is not kept once it is unset."""

    def forget_earlier(self) -> None:
        """On a server, the library begins a new collection from now."""
        self.folder.with_name(NAME_FILE).unlink(missing_ok=True)

    def is_lost(self) -> bool:
        """Tell whether there is no vector, or none that can be read; found without Chroma's
        import."""
        return not self.quick_count()

    def quick_count(self) -> int | None:
        """The number of stored vectors, without Chroma's 2 s of import; None if that is not clear.

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

    def close(self) -> None:
        """Release Chroma's files; a later use opens the store again."""
        with self._lock:
            self._core = None
        super().close()

    def reset(self) -> None:
        """Throw the store away and begin an empty one. Raises VectorsUnavailable."""
        self.close()
        with self._lock, self.explained():
            _forget_clients()
            shutil.rmtree(self.folder, ignore_errors=True)
            self._collection = self._connected(create=True)

    def _read_from(self) -> Any:
        """Chroma's core, without its client where that is not there yet."""
        with self._lock:
            if self._collection is None and self._core is None:
                self._core = chroma_core.open_collection(self.folder, _COLLECTION)
            if self._collection is None and self._core is not None:
                return self._core
        return self._opened()

    def _connected(self, *, create: bool) -> Any:
        self._core = None  # who writes reads what it wrote: by the client from now on
        chromadb, settings = chroma()
        self._client = chromadb.PersistentClient(path=str(self.folder), settings=settings)
        return self._client.get_or_create_collection(_COLLECTION, **COLLECTION)

    def nothing_there(self) -> VectorsUnavailable:
        """Not met: looking makes the collection here."""
        return VectorsUnavailable("The vector store is empty.")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Chroma's errors as VectorsUnavailable."""
        try:
            yield
        except Exception as error:  # Chroma's core is Rust and raises types of its own
            raise VectorsUnavailable(
                f"The vector store cannot be used: {shortened(error)}.",
                "Answers come from the word index alone until it can.",
            ) from error


def shortened(error: Exception) -> str:
    """Chroma's message on one line; it may quote whole vectors."""
    return textwrap.shorten(str(error).rstrip("."), _ERROR_CHARS, placeholder=" \u2026")


def _forget_clients() -> None:
    """Chroma keeps a client for each folder; one of a folder that is gone would be given again."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()
