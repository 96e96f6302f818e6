"""Benchmarks of the embedder and the reader beside plain loops over onnxruntime."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench.results import Budget, Row
from assistant.bench.timing import in_turn, per_second
from assistant.bench.workplace import Workplace
from assistant.engines import weights
from assistant.engines.catalog import EmbedderEntry
from assistant.engines.reader import OnnxReader
from assistant.query.question import Question
from assistant.retrieval.retriever import prepare, search

# What Chroma's default embedder does: batches of 32, each text padded to 256 tokens.
_PADDED_TOKENS = 256
_PADDED_BATCH = 32

# Passages that the budget for the reader is of.
_READ = 5


def embedding(place: Workplace) -> Iterator[Row]:
    """Passages embedded a second, beside one text a call, and beside Chroma's way of padding."""
    texts = [passage.text for passage in place.sample]
    embedder = place.assistant.embedder
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: embedder.embed(texts),
        "bare": _embedding_loop(embedder.entry, texts),
        "padded": _embedding_loop(embedder.entry, texts, _PADDED_TOKENS),
    }
    took = in_turn(ways, place.rounds)
    rates = {name: per_second(len(texts), ms) for name, ms in took.items()}
    yield Row(
        "embed",
        "passages embedded",
        "/s",
        rates["ours"],
        rates["bare"],
        "bare onnxruntime",
        Budget(0.9, of_bare=True),
    )
    yield Row(
        "embed.padded",
        "the same",
        "/s",
        rates["ours"],
        rates["padded"],
        "padded as Chroma's default embedder does",
        Budget(2.5, of_bare=True),
    )


def _embedding_loop(
    entry: EmbedderEntry, texts: Sequence[str], pad_to: int | None = None
) -> Callable[[], None]:
    session, tokenizer = _opened(weights.locate(entry.weights), entry.tokenizer)
    tokenizer.enable_truncation(pad_to or entry.max_tokens)
    if pad_to:
        tokenizer.enable_padding(length=pad_to)
    size = _PADDED_BATCH if pad_to else 1

    def loop() -> None:
        for i in range(0, len(texts), size):
            encoded = tokenizer.encode_batch(list(texts[i : i + size]))
            ids = np.array([e.ids for e in encoded], dtype=np.int64)
            mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
            inputs = {
                "input_ids": ids,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(ids),
            }
            hidden = session.run(None, inputs)[0]
            vectors = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
            _ = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    return loop


def reading(place: Workplace) -> Iterator[Row]:
    """The reader over a question's five best passages, beside one passage a call."""
    reader = place.assistant.reader
    if reader is None:
        return
    library = place.assistant.library
    asked = []
    for question in place.questions:
        best, _ = search(library, prepare(library, Question(question)), _READ)
        passages = [found.passage for found in best]
        spans = [[(a - p.start, b - p.start) for a, b in p.sentences] for p in passages]
        asked.append((question, [p.text for p in passages], spans))
    bare = _reading_loop(reader)
    ours: list[float] = []
    others: list[float] = []
    for question, texts, spans in asked:
        ways: dict[str, Callable[[], object]] = {
            "ours": partial(reader.read, question, texts, spans),
            "bare": partial(bare, question, texts),
        }
        took = in_turn(ways, place.rounds)
        ours += took["ours"]
        others += took["bare"]
    yield Row(
        "reader", "reading five passages", "ms", tuple(ours), tuple(others), "bare onnxruntime"
    )


def _reading_loop(reader: OnnxReader) -> Callable[[str, Sequence[str]], None]:
    session, tokenizer = _opened(reader.model, reader.tokenizer)
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


def _opened(model: Path, vocabulary: Path) -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(vocabulary))
    tokenizer.no_padding()
    return session, tokenizer
