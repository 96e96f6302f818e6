"""The reader over the five best passages of a question, beside a bare onnxruntime loop.

uv run python tests/bench/reader.py QUESTIONS.jsonl --documents DIR [--number 40]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from assistant import paths
from assistant.assistant import Assistant, shipped_reader
from assistant.engines import catalog
from assistant.engines.models import NO_MODEL
from assistant.evaluation.questions import read
from assistant.library.catalogue import Passage
from assistant.retrieval.reading import READ_PASSAGES
from assistant.retrieval.search import prepare, search

ROUNDS = 3


def bare(model: Path, vocabulary: Path) -> Callable[[str, Sequence[str]], None]:
    """Each passage beside the question, one a call, and the logits thrown away."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(vocabulary))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def loop(question: str, passages: Sequence[str]) -> None:
        for passage in passages:
            row = tokenizer.encode(question, passage)
            inputs = {
                "input_ids": np.array([row.ids], dtype=np.int64),
                "attention_mask": np.array([row.attention_mask], dtype=np.int64),
                "token_type_ids": np.array([row.type_ids], dtype=np.int64),
            }
            session.run(None, inputs)

    return loop


def asked(options: argparse.Namespace) -> list[tuple[str, list[Passage]]]:
    """The questions with the passages that the search returns for them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant(model=NO_MODEL, folder=Path(folder)) as assistant,
    ):
        list(assistant.library.add([str(options.documents)]))
        found = []
        for question in read(options.questions)[: options.number]:
            best, _ = search(
                assistant.library, prepare(assistant.library, question.question), READ_PASSAGES
            )
            found.append((question.question, [p.passage for p in best]))
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--number", type=int, default=40)
    options = parser.parse_args()
    rows = asked(options)
    reader, entry = shipped_reader(), catalog.reader()
    assert reader is not None
    assert entry is not None
    began = time.perf_counter()
    reader.load()
    loading = time.perf_counter() - began
    loop = bare(paths.shipped("models") / entry.weights.file, entry.tokenizer)
    taken: dict[str, list[float]] = {"reader": [], "bare": []}
    for number in range(ROUNDS + 1):
        for question, passages in rows:
            texts = [p.text for p in passages]
            spans = [[(a - p.start, b - p.start) for a, b in p.sentences] for p in passages]
            began = time.perf_counter()
            reader.read(question, texts, spans)
            middle = time.perf_counter()
            loop(question, texts)
            end = time.perf_counter()
            if number:  # the first round warms up
                taken["reader"].append(middle - began)
                taken["bare"].append(end - middle)
    print(f"loading {loading * 1000:.0f} ms; {len(rows)} questions, {ROUNDS} rounds")
    for name, seconds in taken.items():
        high = quantiles(seconds, n=20)[-1]
        print(f"{name:<8}median {median(seconds) * 1000:6.1f} ms   95 % {high * 1000:6.1f} ms")
    ratios = [b / r for r, b in zip(taken["reader"], taken["bare"], strict=True)]
    print(f"bare over reader, median of pairs: {median(ratios):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
