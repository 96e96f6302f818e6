"""Sentence and token vectors by onnxruntime: all-MiniLM-L6-v2 or one of the person's own."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.engines import weights
from assistant.engines.catalog import EmbedderEntry, Pooling
from assistant.engines.onnx import Session
from assistant.errors import EngineError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]
# A text's tokens, their unit vectors (tokens, dimension), and its own.
Embedded = tuple[list[str], Vectors, Vectors]

# A batch reads about as fast as its texts one by one (the cores are busy with one long text),
# so batches only serve short texts, where the calls themselves would cost.
_BATCH_TEXTS = 8
_BATCH_TOKENS = 256
_PADDING = 1.1
# Of the sentences that a follow-up looks at, every second was looked at for the question before it:
# 4 ms each. So many tokens' vectors are kept, 12 MB, which is about 300 sentences.
_KEPT_TOKENS = 8_192


class _Recent:
    """The vectors of the latest texts."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Embedded] = OrderedDict()
        self._tokens = 0

    def get(self, text: str) -> Embedded | None:
        if text in self._kept:
            self._kept.move_to_end(text)
        return self._kept.get(text)

    def add(self, found: Mapping[str, Embedded]) -> None:
        for text, embedded in found.items():
            if text not in self._kept:
                self._kept[text] = embedded
                self._tokens += len(embedded[0])
        while self._tokens > _KEPT_TOKENS:
            _, (tokens, _, _) = self._kept.popitem(last=False)
            self._tokens -= len(tokens)


class OnnxEmbedder:
    """Turns texts into unit vectors; loaded on first use, safe to call from several threads."""

    def __init__(self, entry: EmbedderEntry, *, threads: int | None = None) -> None:
        self.entry = entry
        self._threads = threads
        self._loaded: tuple[Session, Tokenizer] | None = None
        self._recent = _Recent()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def dimension(self) -> int:
        return self.entry.dimension

    def describe(self) -> dict[str, str]:
        """Name and sha256 of its weights, as recorded with answers."""
        return {"name": self.entry.name, "sha256": self.entry.weights.sha256}

    def load(self) -> None:
        """Load weights and tokenizer now. Raises WeightsError or EngineError."""
        self._parts()

    def embed(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension), pooled as the model wants.

        `on_progress` is told how many texts are done, after each batch.
        """
        vectors = np.empty((len(texts), self.entry.dimension), dtype=np.float32)
        done = 0
        prefix = self.entry.passage_prefix
        for indices, hidden, mask, _ in self._encoded_batches([prefix + text for text in texts]):
            vectors[indices] = _unit(_pooled(hidden, mask, self.entry.pooling))
            done += len(indices)
            if on_progress is not None:
                on_progress(done)
        return vectors

    def embed_tokens(self, texts: Sequence[str], *, questions: bool = False) -> list[Embedded]:
        """For each text: its tokens, their unit vectors (tokens, dimension), its own unit vector.

        The marks at both ends and the prefix are left out of the tokens; they do take part in the
        text's own vector. Those of the latest texts are kept. `questions` says that the texts are
        some, for models that tell them from passages.
        """
        prefix = self.entry.query_prefix if questions else self.entry.passage_prefix
        if questions:
            return self._token_vectors(texts, prefix)
        with self._lock:
            known = {text: kept for text in texts if (kept := self._recent.get(text))}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        found = dict(zip(new, self._token_vectors(new, prefix), strict=True))
        with self._lock:
            self._recent.add(found)
        known |= found
        return [known[text] for text in texts]

    def forget(self) -> None:
        """Drop what is kept of the latest texts: to measure what they cost when they are new."""
        with self._lock:
            self._recent = _Recent()

    def _token_vectors(self, texts: Sequence[str], prefix: str) -> list[Embedded]:
        results: list[Embedded] = [
            ([], np.empty((0, 0), np.float32), np.empty(0, np.float32))
        ] * len(texts)
        prefixed = [prefix + text for text in texts]
        # Each alone: with others it would be rounded differently from one question to the next.
        for indices, hidden, mask, encodings in self._encoded_batches(prefixed, 1):
            own = _unit(_pooled(hidden, mask, self.entry.pooling))
            for row, index in enumerate(indices):
                inner = _inner(encodings[row], len(prefix))
                tokens = [encodings[row].tokens[i] for i in inner]
                results[index] = (tokens, _unit(hidden[row, inner]), own[row])
        return results

    def _encoded_batches(
        self, texts: Sequence[str], batch_texts: int = _BATCH_TEXTS
    ) -> Iterator[tuple[list[int], Vectors, Vectors, list["Encoding"]]]:
        session, tokenizer = self._parts()
        encodings = tokenizer.encode_batch([text or " " for text in texts])
        lengths = [len(e.ids) for e in encodings]
        batches = length_batches(lengths, batch_texts)

        def rows(indices: list[int]) -> dict[str, Any]:
            ids = np.zeros((len(indices), max(lengths[i] for i in indices)), dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, i in enumerate(indices):
                ids[row, : lengths[i]] = encodings[i].ids
                mask[row, : lengths[i]] = 1
            inputs = {"input_ids": ids, "attention_mask": mask}
            if "token_type_ids" in session.inputs:
                inputs["token_type_ids"] = np.zeros_like(ids)
            return inputs

        inputs = [rows(indices) for indices in batches]
        for indices, given, outputs in zip(batches, inputs, session.run_each(inputs), strict=True):
            mask = given["attention_mask"].astype(np.float32)
            self._check(outputs[0], given["input_ids"].shape)
            yield indices, outputs[0], mask, [encodings[i] for i in indices]

    def _check(self, hidden: Vectors, shape: tuple[int, ...]) -> None:
        """Raises EngineError where a model gives other vectors than its folder says."""
        wanted = (*shape, self.entry.dimension)
        if hidden.shape != wanted:
            raise EngineError(
                f"The embedder {self.entry.title} gives {hidden.shape} numbers, not {wanted}.",
                "Its config.json may be that of another model.",
            )
        if not np.isfinite(hidden).all():
            raise EngineError(
                f"The embedder {self.entry.title} gives what are no numbers.",
                "Fetch it again, or choose another.",
            )

    def _parts(self) -> tuple[Session, "Tokenizer"]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.entry, self._threads)
            return self._loaded


def length_batches(lengths: Sequence[int], most_texts: int = _BATCH_TEXTS) -> list[list[int]]:
    """Indices in batches of about equal length, shortest first, so that next to nothing is padded.

    Within a batch of at most `most_texts` the longest is at most a tenth longer than the shortest.
    """
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], i))
    batches: list[list[int]] = []
    for i in order:
        last = batches[-1] if batches else None
        if (
            last is not None
            and len(last) < most_texts
            and lengths[i] <= lengths[last[0]] * _PADDING
            and lengths[i] * (len(last) + 1) <= _BATCH_TOKENS
        ):
            last.append(i)
        else:
            batches.append([i])
    return batches


def _load(entry: EmbedderEntry, threads: int | None) -> tuple[Session, "Tokenizer"]:
    path: Path = weights.verified(entry.weights)
    # ~0.1 s to import, so only when a vector is wanted.
    from tokenizers import Tokenizer

    try:
        session = Session(path, threads)
        tokenizer = Tokenizer.from_file(str(entry.tokenizer))
    except EngineError:
        raise
    except Exception as error:  # onnxruntime and tokenizers raise types of their own
        raise EngineError(
            f"The embedder {entry.title} does not load: {error}.", "Run `uv sync --reinstall`."
        ) from error
    tokenizer.enable_truncation(entry.max_tokens)
    tokenizer.no_padding()
    # "[SEP]" in a document is text, not a border.
    tokenizer.encode_special_tokens = True
    return session, tokenizer


def _pooled(hidden: Vectors, mask: Vectors, pooling: Pooling) -> Vectors:
    """One vector a text, shape (texts, dimension), from those of its tokens."""
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last":
        ends = mask.sum(axis=1).astype(np.int64) - 1
        return np.asarray(hidden[np.arange(len(hidden)), ends])
    return np.asarray((hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None])


def _inner(encoding: "Encoding", prefix_chars: int) -> list[int]:
    """The places of the tokens of the text itself, without marks and prefix."""
    marks = encoding.special_tokens_mask
    spans = encoding.offsets
    return [
        i for i, (start, end) in enumerate(spans) if not marks[i] and end > max(start, prefix_chars)
    ]


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
