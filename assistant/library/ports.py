"""Ports of a library: something that embeds, something that stores vectors."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import LibraryError

Vectors = NDArray[np.float32]


class VectorsUnavailable(LibraryError):
    """The vector store cannot be used; what is in the catalogue still can."""


class VectorsUnreachable(VectorsUnavailable):
    """The vector store is elsewhere and does not answer; what it holds is not lost by that."""


class Embedder(Protocol):
    """Texts to unit vectors, and to the vectors of their tokens."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def describe(self) -> dict[str, str]:
        """Name and sha256 of its weights."""
        ...

    def embed(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors, shape (len(texts), dimension); progress in texts done."""
        ...

    def embed_tokens(
        self, texts: Sequence[str], *, questions: bool = False
    ) -> list[tuple[list[str], Vectors, Vectors]]:
        """For each text: tokens, their unit vectors (tokens, dimension), its own unit vector."""
        ...


class VectorStore(Protocol):
    """Unit vectors by passage id."""

    @property
    def place(self) -> str:
        """The address of the vectors: "" for the library's own folder, else a URL."""
        ...

    def close(self) -> None:
        """Release what it holds open; a later use opens it again."""
        ...

    def put(self, ids: Sequence[int], vectors: Vectors) -> None: ...

    def remove(self, ids: Sequence[int]) -> None: ...

    def nearest(
        self, vector: Vectors, limit: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """(id, cosine) of the nearest, best first; with `among` only of these ids."""
        ...

    def read(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of these ids; ids that are not there are left out."""
        ...

    def ids(self) -> set[int]:
        """The ids of all stored vectors."""
        ...

    def count(self) -> int: ...

    def quick_count(self) -> int | None:
        """The same without opening the store; None where that is not possible."""
        ...

    def earlier(self) -> "VectorStore | None":
        """The store that may have held the library's vectors before, to be copied from there."""
        ...

    def forget_earlier(self) -> None:
        """Forget what the library had elsewhere: it is another embedder's."""
        ...

    def is_lost(self) -> bool:
        """Tell whether it certainly holds nothing that can be used, found without opening it."""
        ...

    def reset(self) -> None:
        """Throw all away and begin anew."""
        ...
