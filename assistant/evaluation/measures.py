"""What is measured of answers, each with its definition."""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from assistant.answering.answer import Answer
from assistant.evaluation.questions import EvalQuestion

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True)
class Scored:
    """What is true of one answer; None where the question says nothing about it."""

    answerable: bool
    refused: bool
    gold_in_answer: bool | None
    gold_in_first_sentence: bool | None
    gold_in_passages: bool | None
    words: int
    confidence: float
    composed: bool
    invalid_quotes: int
    total_ms: float
    first_token_ms: float


def normalise(text: str) -> str:
    """SQuAD's normalisation (Rajpurkar et al. 2016): lower case, no punctuation, no articles."""
    plain = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def contains(text: str, answers: Sequence[str]) -> bool:
    """Whether the normalised text holds one of the normalised answers as whole words."""
    padded = f" {normalise(text)} "
    return any(f" {gold} " in padded for gold in map(normalise, answers) if gold)


def score(question: EvalQuestion, answer: Answer, first: str, texts: dict[str, str]) -> Scored:
    """Hold an answer against its question; `first` is the best evidence sentence.

    `texts` are the documents by source: every quote must be its document's text[span].
    """
    known = bool(question.answers) and question.answerable
    plain = _MARKER.sub("", answer.text)
    refused = answer.status == "not_found"
    return Scored(
        answerable=question.answerable,
        refused=refused,
        gold_in_answer=not refused and contains(plain, question.answers) if known else None,
        gold_in_first_sentence=contains(first, question.answers) if known else None,
        gold_in_passages=(
            any(contains(p.found.passage.text, question.answers) for p in answer.passages)
            if known
            else None
        ),
        words=len(plain.split()),
        confidence=answer.confidence,
        composed=answer.mode == "compose",
        invalid_quotes=sum(
            texts.get(c.source, "")[c.span[0] : c.span[1]] != c.quote or not c.quote
            for c in answer.citations
        ),
        total_ms=answer.timings.total_ms,
        first_token_ms=answer.timings.first_token_ms,
    )


def summary(scored: Sequence[Scored]) -> dict[str, float | int | None]:
    """The measures of a set; None where no question of it tells."""
    answerable = [s for s in scored if s.answerable]
    unanswerable = [s for s in scored if not s.answerable]
    answered = [s for s in answerable if not s.refused]
    composed = [s for s in answered if s.composed and s.gold_in_answer is not None]
    return {
        "questions": len(scored),
        "answerable": len(answerable),
        "gold_in_answer": _share([s.gold_in_answer for s in answerable]),
        "gold_in_first_sentence": _share([s.gold_in_first_sentence for s in answerable]),
        "gold_in_passages": _share([s.gold_in_passages for s in answerable]),
        "median_words": median(s.words for s in answered) if answered else None,
        "false_refusals": _share([s.refused for s in answerable]),
        "refused_unanswerable": _share([s.refused for s in unanswerable]),
        "auroc_confidence": _auroc(
            [s.confidence for s in answerable], [s.confidence for s in unanswerable]
        ),
        "composed": _share([s.composed for s in answered]),
        "gold_in_composed": _share([s.gold_in_answer for s in composed]),
        "invalid_quotes": sum(s.invalid_quotes for s in scored),
        "median_first_token_ms": median(s.first_token_ms for s in scored) if scored else None,
        "median_total_ms": median(s.total_ms for s in scored) if scored else None,
    }


def _share(values: Sequence[bool | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The probability that an answerable question is given more confidence than another."""
    if not positive or not negative:
        return None
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return wins / (len(positive) * len(negative))
