"""How long a person waits: help, evidence and first text, in a library of a given size.

    uv run python tests/bench/latency.py [PASSAGES]

The shipped documents among filler passages whose vectors are random: what is searched and read is
as much as with real ones, and need not be embedded for minutes.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles

import numpy as np

from assistant import paths
from assistant.answering.events import Answered, Found
from assistant.answering.llm import Token
from assistant.assistant import Assistant
from assistant.engines.embedder import OnnxEmbedder, Vectors

QUESTIONS = (
    "When did Ban Ki-moon visit Libya?",
    "How far is Gharyan from Tripoli?",
    "Who ordered the march on the capital?",
    "How do I add a folder?",
    "What did Guterres say about a military solution?",
)
ROUNDS = 4


class Filler(OnnxEmbedder):
    """Random unit vectors in the place of real ones."""

    def embed(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        vectors = np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimension))
        return np.asarray(
            vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32
        )


def fill(assistant: Assistant, folder: Path, number: int) -> None:
    random = Random(1)
    article = max(paths.shipped("seeds").iterdir(), key=lambda p: p.suffix == ".txt")
    vocabulary = article.read_text().split() + [f"word{n}" for n in range(20_000)]
    for n in range(number // 100):
        sentences = [" ".join(random.choices(vocabulary, k=16)) + "." for _ in range(9 * 100)]
        text = "\n\n".join(" ".join(sentences[i : i + 9]) for i in range(0, 900, 9))
        (folder / f"{n}.txt").write_text(text)
    real = assistant.embedder
    assistant.library._indexer._embedder = Filler(real.entry)
    list(assistant.library.add([str(folder)]))
    assistant.library._indexer._embedder = real
    list(assistant.library.add([str(paths.shipped("seeds"))]))


def show(name: str, milliseconds: list[float]) -> None:
    worst = quantiles(milliseconds, n=20)[-1]
    print(f"{name:<34}median {median(milliseconds):7.0f} ms   95 % {worst:7.0f} ms")


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    helps = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "assistant", "--help"], capture_output=True, check=True
        )
        helps.append((time.perf_counter() - began) * 1000)
    show("--help", helps)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant(folder=Path(folder, "library")) as assistant,
    ):
        Path(folder, "filler").mkdir()
        fill(assistant, Path(folder, "filler"), number)
        answerer = assistant.answerer()
        answerer.complete(QUESTIONS[0])
        times: dict[str, list[float]] = {
            "evidence": [],
            "evidence as the reader ranks it": [],
            "first token of the draft after it": [],
            "answer": [],
        }
        for question in QUESTIONS * ROUNDS:
            began = time.perf_counter()
            found_at = 0.0
            first = True
            for event in answerer.answer(question):
                now = time.perf_counter()
                if isinstance(event, Found):
                    stage = "evidence as the reader ranks it" if found_at else "evidence"
                    times[stage].append((now - began) * 1000)
                    found_at = now
                elif isinstance(event, Token) and first:
                    times["first token of the draft after it"].append((now - found_at) * 1000)
                    first = False
                elif isinstance(event, Answered):
                    times["answer"].append((now - began) * 1000)
        print(
            f"{assistant.library.catalogue.passage_count()} passages, {len(QUESTIONS) * ROUNDS} answers, warm"
        )
        for name, taken in times.items():
            show(name, taken)


if __name__ == "__main__":
    main()
