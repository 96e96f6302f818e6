"""Several retrievals as one: questions asked together, the sides of a comparison."""

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TypeVar

from assistant.query.question import Question
from assistant.query.turn import Turn
from assistant.retrieval.evidence import Evidence, Retrieval
from assistant.retrieval.retriever import ScoredPassage

T = TypeVar("T")


def joined(question: Question, found: Sequence[Retrieval]) -> Retrieval:
    """All that was found, in turns, as of one question; as sure as the least sure that answers.

    What no document answers is left out where another part is answered.
    """
    answering = [f for f in found if f.is_answered] or list(found)
    sure = [f.confidence for f in answering]
    evidence = {e.key: e for e in _in_turns([f.evidence for f in answering])}
    passages: dict[int, ScoredPassage] = {}
    for p in _in_turns([f.passages for f in answering]):
        passages.setdefault(p.passage.id, p)
    return Retrieval(
        question=question,
        passages=tuple(passages.values()),
        evidence=tuple(evidence.values()),
        confidence=min(sure) if any(f.is_answered for f in found) else max(sure),
        threshold=found[0].threshold,
        notice=next((f.notice for f in found if f.notice), ""),
        milliseconds=sum(f.milliseconds for f in found),
        reader_failed=any(f.reader_failed for f in found),
    )


def turn_of(found: Retrieval) -> Turn:
    """A part as a turn, for the parts after it to lean on."""
    if not found.is_answered:
        return Turn(found.question.text)
    best: Evidence = found.evidence[0]
    quote = " ".join(best.quote.split())
    return Turn(found.question.text, quote, best.answer_words, (best.passage.source,))


def missing(question: str) -> str:
    """Says that one of several questions found no answer."""
    return f"The documents do not answer \u201c{question}\u201d"


def _in_turns(rows: Sequence[Sequence[T]]) -> list[T]:
    """The first of each row, then the second of each, and so on."""
    return [item for item in chain.from_iterable(zip_longest(*rows)) if item is not None]
