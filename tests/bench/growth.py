"""How a library grows: opening, searching and following files at 1,000 to 100,000 passages.

`uv run python tests/bench/growth.py [SIZE…]` fills a library with passages of made-up words that
are as frequent as words are (Zipf's law), asks for words that stand in 0.4 to 15 % of the passages
(as the words of SQuAD's questions do), and prints a table: seconds to open without and with Chroma;
milliseconds (median, 95 %) of BM25, of the vectors and of retrieval as a whole, and of the
processor's time for the last; how the rate of adding at the end compares with the beginning;
megabytes on disk and of memory; seconds of a sync in which nothing changed.

The vectors are random unit vectors: the embedder would take 40 minutes for 100,000 passages and add
the same to each question. All else is the program's own.
"""

import gc
import os
import random
import resource
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
from assistant.retrieval.search import prepare, search

PASSAGES_PER_FILE = 10
WORDS_PER_PASSAGE = 110
VOCABULARY = 20_000
# Ranks of the words that are asked for: those before are the stop words.
ASKED = (40, 4_000)
SEARCHES = 100


class RandomVectors(OnnxEmbedder):
    """Stands in for the embedder: its shape without its work."""

    def embed(self, texts: list[str], on_progress: object = None) -> Vectors:  # type: ignore[override]
        found = np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimension))
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)

    def embed_tokens(
        self, texts: list[str], *, questions: bool = False
    ) -> list[tuple[list[str], Vectors, Vectors]]:  # type: ignore[override]
        return [([], np.empty((0, 0), np.float32), self.embed([text])[0]) for text in texts]


def vocabulary() -> list[str]:
    """Made-up words, the most frequent first."""
    first = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    words = [f"{a}{b}{c}n" for a in first for b in first for c in first]
    random.Random(1).shuffle(words)
    return words[:VOCABULARY]


def question(words: list[str], rng: random.Random) -> str:
    """Five words, rare and frequent ones."""
    low, high = (np.log(rank) for rank in ASKED)
    return " ".join(words[int(np.exp(rng.uniform(low, high)))] for _ in range(5))


def corpus(folder: Path, passages: int, words: list[str]) -> None:
    rng = random.Random(passages)
    weights = np.cumsum([1 / (rank + 2.7) for rank in range(len(words))]).tolist()
    for number in range(passages // PASSAGES_PER_FILE):
        paragraphs = [
            " ".join(rng.choices(words, cum_weights=weights, k=WORDS_PER_PASSAGE)) + "."
            for _ in range(PASSAGES_PER_FILE)
        ]
        path = folder / str(number % 100) / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
        os.utime(path, ns=(10**18, 10**18))


def times(work: Callable[[int], object], clock: Callable[[], float] = time.perf_counter) -> str:
    took = []
    for number in range(SEARCHES):
        began = clock()
        work(number)
        took.append((clock() - began) * 1000)
    return f"{median(took):5.1f} {quantiles(took, n=20)[-1]:5.1f}"


def memory_mb() -> float:
    """The largest that this process ever was."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(passages: int) -> str:
    words = vocabulary()
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
        rng = random.Random(1)
        asked = [question(words, rng) for _ in range(SEARCHES)]
        queries = [prepare(library, text) for text in asked]
        bm25 = times(lambda n: library.catalogue.match(queries[n].terms, 40))
        probes = embedder.embed([""] * SEARCHES)
        vectors = times(lambda n: library.vectors.nearest(probes[n], 40))

        def retrieve(number: int) -> None:
            assert search(library, prepare(library, asked[number]), 12)[0]

        retrieval, cpu = times(retrieve), times(retrieve, time.process_time)
        began = time.perf_counter()
        for _ in library.sync():
            pass
        synced = time.perf_counter() - began
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    gc.collect()
    return (
        f"{passages:8,} {opened:7.3f} {with_vectors:7.3f}  {bm25}  {vectors}  {retrieval}  {cpu}"
        f"  {rate:5.2f} {size:6.0f} {memory_mb():6.0f} {files:7,} {synced:6.2f}"
    )


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print("Vectors are random ones here; only they are not the program's own.")
    print(
        "passages  open s  +Chroma    BM25 ms   vectors ms retrieval ms     its CPU   rate"
        "     MB memory   files sync s"
    )
    for size in sizes:
        print(row(size), flush=True)


if __name__ == "__main__":
    main()
