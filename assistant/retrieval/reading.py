"""The evidence reader's part: how likely each sentence holds the answer, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.language.sentences import Span
from assistant.retrieval.features import Candidate
from assistant.retrieval.search import ScoredPassage

# Passages that are read first, each for about 32 ms; and as many in all where none of them holds
# an answer that is clear, of log odds of at least _CLEAR. Half of the questions need no more; read
# so, the first sentence is as often right as if all were read (0.88, with five passages 0.87).
READ_FIRST = 4
READ_AT_MOST = 8
_CLEAR = 4.0


@dataclass(frozen=True)
class SentenceReading:
    """What the reader thinks of one sentence of a passage.

    `score` is the best span's start and end logits less those of "no answer here": log odds, to be
    calibrated. `span` is that span, in characters of the passage; it lies within the sentence.
    """

    score: float
    span: Span


@dataclass(frozen=True)
class SupportScores:
    """Probabilities that evidence supports a statement, and that it contradicts it."""

    supported: float
    contradicted: float


class StatementReader(Protocol):
    """A model that holds statements against evidence."""

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[SupportScores]:
        """Scores of each pair of statement (or yes-or-no question) and evidence."""
        ...


class Reader(Protocol):
    """A model that finds the words that answer."""

    def statement_reader(self) -> StatementReader | None:
        """The model that holds statements against evidence, if this one does that too."""
        ...

    def describe(self) -> dict[str, str]:
        """Name and sha256 of its weights."""
        ...

    def read(
        self, question: str, passages: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[list[SentenceReading]]:
        """One reading for each sentence; `sentences[i]` are character spans in `passages[i]`."""
        ...


def read(
    question: str,
    passages: Sequence[ScoredPassage],
    found: Sequence[Candidate],
    reader: Reader,
) -> list[Candidate]:
    """The candidates with the feature `reader` and the span of the answer, best reading first.

    The best passages are read; a sentence of the others gets the lowest reading there is.
    """
    readings = _readings(question, passages[:READ_FIRST], reader)
    if all(r.score < _CLEAR for r in readings.values()):
        readings |= _readings(question, passages[READ_FIRST:READ_AT_MOST], reader)
    lowest = min((r.score for r in readings.values()), default=0.0)
    read_ones = []
    for c in found:
        reading = readings.get(c.key)
        score = reading.score if reading else lowest
        start = c.passage.passage.start
        answer = (reading.span[0] + start, reading.span[1] + start) if reading else None
        read_ones.append(replace(c, features=c.features | {"reader": score}, answer=answer))
    return sorted(read_ones, key=lambda c: -c.features["reader"])


def _readings(
    question: str, passages: Sequence[ScoredPassage], reader: Reader
) -> dict[tuple[int, Span], SentenceReading]:
    """What the reader thinks of each sentence, by its passage's id and its span."""
    chosen = [p.passage for p in passages]
    spans = [[(a - p.start, b - p.start) for a, b in p.sentences] for p in chosen]
    read_ones = reader.read(question, [p.text for p in chosen], spans) if chosen else []
    return {
        (passage.id, span): reading
        for passage, own in zip(chosen, read_ones, strict=True)
        for span, reading in zip(passage.sentences, own, strict=True)
    }
