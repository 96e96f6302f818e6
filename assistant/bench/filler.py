"""Vectors for passages that are only to be searched among: embedding 10,000 takes minutes."""

from collections.abc import Callable, Sequence

import numpy as np

from assistant.engines.embedder import OnnxEmbedder
from assistant.library.ports import Vectors

# Real vectors that the others are made from, and how far from them those lie: at cosines of about
# 0.7, as neighbours among real passages do.
_REAL = 32
_NOISE = 1.0


class FillerEmbedder:
    """The embedder's name and shape; each vector lies near to one of the first real ones.

    So an index has the clusters that it has over real passages, which random vectors have not.
    """

    def __init__(self, real: OnnxEmbedder) -> None:
        self._real = real
        self._known: Vectors | None = None
        self._rng = np.random.default_rng(1)

    @property
    def name(self) -> str:
        return self._real.name

    @property
    def dimension(self) -> int:
        return self._real.dimension

    def describe(self) -> dict[str, str]:
        """The real one's description."""
        return self._real.describe()

    def embed(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        if self._known is None:
            self._known = self._real.embed(texts[:_REAL])
        near = self._known[self._rng.integers(0, len(self._known), len(texts))]
        noise = self._rng.normal(size=near.shape) * _NOISE / np.sqrt(self.dimension)
        moved = near + noise
        if on_progress is not None:
            on_progress(len(texts))
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)

    def embed_tokens(
        self, texts: Sequence[str], *, questions: bool = False
    ) -> list[tuple[list[str], Vectors, Vectors]]:
        """The real one's tokens."""
        return self._real.embed_tokens(texts, questions=questions)
