"""The evidence reader by onnxruntime: where in a passage the answer stands, and whether it does."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.engines import weights
from assistant.engines.embedder import length_batches
from assistant.engines.onnx import Session
from assistant.errors import EngineError, WeightsError
from assistant.retrieval.reader import SentenceReading, StatementReader, SupportScores

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Span = tuple[int, int]

MAX_QUESTION_TOKENS = 64
MAX_SPAN_TOKENS = 30
# A passage of the library fits one window; what is longer is read in windows that overlap.
_WINDOW_TOKENS = 256
_CLS, _SEP = 101, 102
_VOCABULARY = 30522
_REMEDY = "Install the assistant again; until then evidence is ranked without the reader."
# The score of a sentence that holds no token (of symbols that the vocabulary drops).
_NO_SCORE = -100.0
# The output of a reader that can verify statements too.
_SPANS = ["start_logits", "end_logits"]
_SUPPORT = "support_logits"


@dataclass(frozen=True)
class _Window:
    """A run of a passage's tokens as one input row; token `first` stands at place `shift`."""

    passage: int
    ids: list[int]
    shift: int
    first: int
    last: int


@dataclass(frozen=True)
class _Places:
    """The characters where each token of a passage starts and ends, both ascending."""

    starts: Integers
    ends: Integers


class OnnxReader:
    """Reads passages for a question; loaded on first use, safe to call from several threads."""

    def __init__(
        self,
        model: Path,
        tokenizer: Path,
        *,
        sha256: str | None = None,
        threads: int | None = None,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self._sha256 = sha256
        self._threads = threads
        self._loaded: tuple[Session, Tokenizer] | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load weights and tokenizer now. Raises WeightsError or EngineError."""
        self._parts()

    def describe(self) -> dict[str, str]:
        """Name and sha256 of its weights, as recorded with answers. Raises WeightsError."""
        if not self.model.is_file():
            raise _missing(self.model)
        return {"name": "evidence-reader", "sha256": weights.sha256(self.model)}

    def read(
        self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[list[SentenceReading]]:
        """One reading for each sentence of each passage, in their order.

        `sentences[i]` are character spans of `passages[i]`. Raises WeightsError or EngineError.
        """
        session, tokenizer = self._parts()
        asked = tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
        encodings = tokenizer.encode_batch(list(passages), add_special_tokens=False)
        places = [_places(encoding.offsets) for encoding in encodings]
        windows = [window for i, e in enumerate(encodings) for window in _windows(i, e.ids, asked)]
        best = [[SentenceReading(_NO_SCORE, span) for span in spans] for spans in sentences]
        for window, starts, ends in _logits(session, windows, len(asked)):
            i = window.passage
            for number, sentence in enumerate(sentences[i]):
                found = _best_span(window, starts, ends, places[i], sentence)
                if found is not None and found.score > best[i][number].score:
                    best[i][number] = found
        return best

    def statement_reader(self) -> StatementReader | None:
        """This model, if it was trained to verify too. Raises WeightsError or EngineError."""
        session, _ = self._parts()
        return self if _SUPPORT in session.outputs else None

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[SupportScores]:
        """Scores of each pair of statement and evidence, which is read as far as a window goes."""
        session, tokenizer = self._parts()
        rows = [
            (
                tokenizer.encode(statement, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS],
                tokenizer.encode(evidence, add_special_tokens=False).ids,
            )
            for statement, evidence in pairs
        ]
        place = session.outputs.index(_SUPPORT)
        found = []
        for outputs in session.run_each(map(_pair, rows)):
            _check([outputs[place]], (1, 3))
            found.append(_scores(outputs[place][0]))
        return found

    def _parts(self) -> tuple[Session, "Tokenizer"]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.model, self.tokenizer, self._sha256, self._threads)
            return self._loaded


def _pair(row: tuple[list[int], list[int]]) -> dict[str, Integers]:
    said, evidence = row
    ids = [_CLS, *said, _SEP, *evidence[: _WINDOW_TOKENS - len(said) - 3], _SEP]
    types = np.zeros((1, len(ids)), dtype=np.int64)
    types[0, len(said) + 2 :] = 1
    return {
        "input_ids": np.array([ids], dtype=np.int64),
        "attention_mask": np.ones_like(types),
        "token_type_ids": types,
    }


def _check(outputs: Sequence[Floats], shape: tuple[int, int]) -> None:
    """Raises EngineError for outputs that no evidence reader has."""
    if not all(output.shape == shape and np.isfinite(output).all() for output in outputs):
        raise EngineError("The evidence reader gives what are no scores.", _REMEDY)


def _scores(logits: Floats) -> SupportScores:
    p = np.exp(logits - logits.max())
    supported, contradicted, _ = p / p.sum()
    return SupportScores(float(supported), float(contradicted))


def _windows(passage: int, ids: list[int], question: list[int]) -> Iterator[_Window]:
    """Rows of [CLS] question [SEP] tokens [SEP]; each overlaps the next by a quarter."""
    room = _WINDOW_TOKENS - len(question) - 3
    for first in range(0, max(len(ids), 1), room * 3 // 4):
        last = min(first + room, len(ids))
        row = [_CLS, *question, _SEP, *ids[first:last], _SEP]
        yield _Window(passage, row, len(question) + 2, first, last)
        if last == len(ids):
            return


def _logits(
    session: Session, windows: Sequence[_Window], question_tokens: int
) -> Iterator[tuple[_Window, Floats, Floats]]:
    """Each window with its start and end logits, each of shape (tokens of its row,)."""
    lengths = [len(window.ids) for window in windows]
    batches = length_batches(lengths)

    def rows(indices: list[int]) -> dict[str, Integers]:
        ids = np.zeros((len(indices), max(lengths[i] for i in indices)), dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, i in enumerate(indices):
            ids[row, : lengths[i]] = windows[i].ids
            mask[row, : lengths[i]] = 1
            types[row, question_tokens + 2 : lengths[i]] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}

    for indices, outputs in zip(batches, session.run_each(map(rows, batches)), strict=True):
        starts, ends = outputs[:2]
        _check([starts, ends], (len(indices), max(lengths[i] for i in indices)))
        for row, i in enumerate(indices):
            yield windows[i], starts[row, : lengths[i]], ends[row, : lengths[i]]


def _best_span(
    window: _Window, starts: Floats, ends: Floats, places: _Places, sentence: Span
) -> SentenceReading | None:
    """The best span among the window's tokens that lie wholly in the sentence, if there are any."""
    left = int(np.searchsorted(places.starts, sentence[0], side="left"))
    right = int(np.searchsorted(places.ends, sentence[1], side="right"))
    left, right = max(left, window.first), min(right, window.last)
    if left >= right:
        return None
    move = window.shift - window.first
    sums = starts[left + move : right + move, None] + ends[None, left + move : right + move]
    allowed = np.tril(np.triu(np.ones(sums.shape, dtype=bool)), MAX_SPAN_TOKENS - 1)
    sums = np.where(allowed, sums, -np.inf)
    a, b = np.unravel_index(int(sums.argmax()), sums.shape)
    return SentenceReading(
        float(sums[a, b] - starts[0] - ends[0]),
        (int(places.starts[left + a]), int(places.ends[left + b])),
    )


def _places(offsets: Sequence[Span]) -> _Places:
    spans = np.asarray(offsets, dtype=np.int64).reshape(-1, 2)
    return _Places(spans[:, 0], spans[:, 1])


def _missing(path: Path) -> WeightsError:
    return WeightsError(f"The evidence reader's file {path} is missing.", _REMEDY)


def _load(
    model: Path, vocabulary: Path, sha256: str | None, threads: int | None
) -> tuple[Session, "Tokenizer"]:
    for path in (model, vocabulary):
        if not path.is_file():
            raise _missing(path)
    if sha256 is not None and weights.sha256(model) != sha256:
        raise WeightsError(
            f"The evidence reader {model} is damaged: its sha256 is not the catalogue's.", _REMEDY
        )
    # ~0.1 s to import, so only when passages are read.
    from tokenizers import Tokenizer

    try:
        session = Session(model, threads)
        tokenizer = Tokenizer.from_file(str(vocabulary))
    except EngineError:
        raise
    except Exception as error:  # onnxruntime and tokenizers raise types of their own
        raise EngineError(f"The evidence reader does not load: {error}.", _REMEDY) from error
    if session.outputs not in (_SPANS, [*_SPANS, _SUPPORT]):
        raise EngineError(f"{model} is not an evidence reader.", _REMEDY)
    if tokenizer.get_vocab_size() != _VOCABULARY:
        raise EngineError(f"{vocabulary} is not the evidence reader's tokenizer.", _REMEDY)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # "[SEP]" in a document is text, not a border.
    tokenizer.encode_special_tokens = True
    return session, tokenizer
