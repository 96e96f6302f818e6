"""How a library grows: opening, searching and following files at 1,000 to 100,000 passages.

`uv run python tests/bench/growth.py [SIZE…]` fills a library with passages of made-up words and
random unit vectors (embedding would only take time here) and prints a table: seconds to open
without and with Chroma, milliseconds (median, 95 %) of BM25 and of vector search, the rate of the
last tenth of adding against the first, megabytes on disk, seconds of a sync in which nothing
changed.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from assistant.engines import catalog
from assistant.engines.embedder import OnnxEmbedder
from assistant.library.library import Library
from assistant.library.stores import Vectors
from assistant.library.vectors import ChromaVectors, _forget_clients

PASSAGES_PER_FILE = 10
SEARCHES = 60


class RandomVectors(OnnxEmbedder):
    """The embedder's shape without its work."""

    def embed(self, texts: list[str], on_progress: object = None) -> Vectors:  # type: ignore[override]
        found = np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimension))
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def corpus(folder: Path, passages: int, words: list[str]) -> None:
    rng = random.Random(passages)
    for number in range(passages // PASSAGES_PER_FILE):
        paragraphs = [
            " ".join(rng.choices(words, weights=range(len(words), 0, -1), k=150)) + "."
            for _ in range(PASSAGES_PER_FILE)
        ]
        path = folder / str(number % 100) / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
        os.utime(path, ns=(10**18, 10**18))


def times(work: Callable[[int], object]) -> str:
    took = []
    for number in range(SEARCHES):
        began = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - began) * 1000)
    return f"{median(took):5.1f} {quantiles(took, n=20)[-1]:6.1f}"


def row(passages: int) -> str:
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfgklmnprst"]
    embedder = RandomVectors(catalog.embedder())
    with tempfile.TemporaryDirectory() as place:
        documents, folder = Path(place, "documents"), Path(place, "library")
        documents.mkdir()
        corpus(documents, passages, words)
        library = Library(folder, ChromaVectors(folder / "vectors"), embedder)
        moments = [time.perf_counter()]
        for _ in library.add([str(documents)]):
            moments.append(time.perf_counter())
        library.close()
        _forget_clients()
        tenth = max(1, passages // PASSAGES_PER_FILE // 10)
        files = passages // PASSAGES_PER_FILE
        rate = (moments[tenth] - moments[0]) / (moments[files] - moments[files - tenth])
        began = time.perf_counter()
        library = Library(folder, ChromaVectors(folder / "vectors"), embedder)
        library.progress_notice()
        opened = time.perf_counter() - began
        library.vectors.count()
        with_vectors = time.perf_counter() - began
        queries = random.Random(1)
        bm25 = times(lambda _: library.catalogue.match(queries.sample(words, 5), 40))
        vectors = times(lambda n: library.vectors.nearest(embedder.embed([""] * (n + 1))[n], 40))
        began = time.perf_counter()
        for _ in library.sync():
            pass
        synced = time.perf_counter() - began
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    return (
        f"{passages:8,} {opened:7.3f} {with_vectors:7.3f}   {bm25}   {vectors}   {rate:5.2f}"
        f" {size:6.0f} {files:7,} {synced:6.2f}"
    )


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print("passages  open s  +Chroma    BM25 ms      vectors ms     rate     MB   files sync s")
    for size in sizes:
        print(row(size), flush=True)


if __name__ == "__main__":
    main()
