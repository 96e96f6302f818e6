"""The evidence reader's part: how likely each sentence holds the answer, and in which words."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.documents.reading import Run
from assistant.documents.units.unit import UnitKind
from assistant.language.sentences import Span
from assistant.language.words import content_terms
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.retriever import ScoredPassage

# Passages that are read first, each for about 32 ms; and as many in all where none of them holds
# an answer that is clear, of log odds of at least _CLEAR. Half of the questions need no more; read
# so, the first sentence is as often right as if all were read (0.88, with five passages 0.87).
READ_FIRST = 4
READ_AT_MOST = 8
_CLEAR = 4.0
# The least probability that is told from none.
_SURE = 0.002
# A value of at most so many words is an answer as it stands.
_VALUE_WORDS = 6


@dataclass(frozen=True)
class SentenceReading:
    """The reader's scores of one sentence of a passage.

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


def assertion(question: str, answer: str) -> str:
    """A question with its answer, as the claim that the statement reader judges."""
    return f"{question.rstrip(' ?')}? {answer}"


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


def judge(question: Question, evidence: Evidence, reader: StatementReader) -> Evidence:
    """The evidence with the feature `supported`: log odds that its words do answer.

    The reader has found them; now they are read as a claim, beside the sentence and its neighbours.
    """
    passage = evidence.passage
    beside = evidence.said
    if not evidence.is_list:
        place = passage.sentences.index(evidence.span)
        near = passage.sentences[max(0, place - 1) : place + 2]
        beside = " ".join(passage.reading.said(span) for span in near)
    claim = assertion(question.text, evidence.answer_words)
    (found,) = reader.support([(claim, " ".join(beside.split()))])
    odds = math.log(max(found.supported, _SURE) / max(1 - found.supported, _SURE))
    return replace(evidence, features={**evidence.features, "supported": odds})


def read(
    question: Question,
    passages: Sequence[ScoredPassage],
    found: Sequence[Evidence],
    reader: Reader,
) -> list[Evidence]:
    """The evidence with the feature `reader` and the span of the answer, best reading first.

    The best passages are read; a unit of the others gets the lowest reading there is, and a list
    the best of its items.
    """
    readings = _readings(question, passages[:READ_FIRST], reader)
    if all(r.score < _CLEAR for r in readings.values()):
        readings |= _readings(question, passages[READ_FIRST:READ_AT_MOST], reader)
    lowest = min((r.score for r in readings.values()), default=0.0)
    read_ones = []
    for c in found:
        reading = readings.get(c.key) or _best_item(c, readings)
        score = reading.score if reading else lowest
        answer = reading.span if reading else None
        read_ones.append(replace(c, features={**c.features, "reader": score}, answer=answer))
    return sorted(read_ones, key=lambda c: -c.features["reader"])


def _best_item(
    listed: Evidence, readings: Mapping[tuple[int, Span], SentenceReading]
) -> SentenceReading | None:
    passage = listed.passage
    items = [(passage.id, unit.span) for unit in passage.reading.items(listed.span)]
    return max((readings[i] for i in items if i in readings), key=lambda r: r.score, default=None)


def _readings(
    question: Question, passages: Sequence[ScoredPassage], reader: Reader
) -> dict[tuple[int, Span], SentenceReading]:
    """The reader's scores of each unit, by its passage's id and its span; the spans of the
    answers are the documents'."""
    chosen = [p.passage for p in passages]
    runs = [[run for own in p.reading.runs.values() for run in own] for p in chosen]
    places = [[run.place for run in own] for own in runs]
    texts = [p.reading.text for p in chosen]
    read_ones = reader.read(question.text, texts, places) if chosen else []
    found = {}
    for passage, own in zip(chosen, read_ones, strict=True):
        left = iter(own)
        for span, parts in passage.reading.runs.items():
            pairs = [(run, next(left)) for run in parts]
            if pairs:
                kind = passage.reading.by_span[span].kind
                found[passage.id, span] = _of_unit(question.content, kind, pairs)
    return found


def _of_unit(
    asked: Set[str], kind: UnitKind, pairs: Sequence[tuple[Run, SentenceReading]]
) -> SentenceReading:
    """The unit's best score, with the words of the run that answers.

    That is not one that only repeats the question; of the others the one whose column or key the
    question names, else the one that was read as the likeliest. A value or a cell answers whole.
    """
    score = max(reading.score for _, reading in pairs)
    new = [pair for pair in pairs if set(content_terms(pair[0].text)) - asked] or list(pairs)
    named = [len(asked & set(content_terms(run.label))) for run, _ in new]
    most = max(named)
    if most and len(new) > 1:
        new = [pair for pair, n in zip(new, named, strict=True) if n == most]
    run, best = max(new, key=lambda pair: pair[1].score)
    whole = kind == "row" or (kind == "entry" and len(run.text.split()) <= _VALUE_WORDS)
    return SentenceReading(score, run.span if whole else run.source(best.span))
