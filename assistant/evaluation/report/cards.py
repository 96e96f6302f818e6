"""Every question of a run, with its answer, what backs it, the gold and the verdict."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.evaluation.report.words import figure, file_name
from assistant.evaluation.results import Measure, ScoredQuestion
from assistant.retrieval.outcome import outcome

# What a person should look at first.
VERDICTS = ("overclaim", "wrong", "false refusal", "not judged", "refused", "right")
MEANINGS = {
    "right": "answerable, and answered right",
    "wrong": "answerable, but answered wrong",
    "false refusal": "answerable, but refused",
    "refused": "unanswerable, and refused",
    "overclaim": "unanswerable, but answered",
    "not judged": "the set does not tell",
}
Choice = tuple[str, str, list[tuple[str, int]]]


@dataclass(frozen=True)
class Share:
    """The questions of one verdict: their count, and the stretch of a bar 100 wide."""

    verdict: str
    count: int
    meaning: str
    start: float
    width: float


@dataclass(frozen=True)
class Card:
    """A question with what is worked out for its place on the page."""

    question: ScoredQuestion
    anchor: str
    rank: int
    document: str
    confidence: float
    total_ms: float
    facts: tuple[str, ...]
    understood: str
    statements: tuple[Mapping[str, Any], ...]
    measures: tuple[str, ...]


def anchors(questions: Sequence[ScoredQuestion]) -> dict[str, str]:
    """The anchor of each question on the page, by id."""
    return {question.id: f"q{number}" for number, question in enumerate(questions, start=1)}


def shares(questions: Sequence[ScoredQuestion]) -> list[Share]:
    """The verdicts that questions have, best first."""
    counted = Counter[str](question.verdict for question in questions)
    found: list[Share] = []
    start = 0.0
    for verdict in reversed(VERDICTS):
        if count := counted[verdict]:
            width = 100 * count / len(questions)
            found.append(Share(verdict, count, MEANINGS[verdict], start, width))
            start += width
    return found


def choices(questions: Sequence[ScoredQuestion]) -> list[Choice]:
    """The fields to filter by: name, label, and each value with its count."""
    verdicts = Counter[str](question.verdict for question in questions)
    kinds = Counter(question.kind for question in questions if question.kind)
    documents = Counter(_document(question) for question in questions if question.document)
    return [
        ("verdict", "Verdict", [(v, verdicts[v]) for v in VERDICTS if verdicts[v]]),
        ("kind", "Kind", sorted(kinds.items())),
        ("document", "Document", sorted(documents.items())),
    ]


def cards(questions: Sequence[ScoredQuestion], measures: Sequence[Measure]) -> Iterator[Card]:
    """The questions in the order of the set."""
    units = {m.name: (m.title, m.unit) for m in measures}
    ids = anchors(questions)
    return (_card(question, ids[question.id], units) for question in questions)


def _card(question: ScoredQuestion, anchor: str, units: Mapping[str, tuple[str, str]]) -> Card:
    answer = question.answer
    confidence = float(answer.get("confidence") or 0)
    total = float((answer.get("timings") or {}).get("total_ms") or 0)
    told = [question.id, question.kind, _document(question), f"confidence {confidence:.2f}"]
    if outcome(confidence, answered=answer.get("status") == "answered") == "perhaps":
        told.append("said with \u201cperhaps\u201d")
    if total:
        told.append(figure(total, "ms"))
    standalone = str(answer.get("standalone_question") or "")
    statements = tuple(answer.get("statements") or ())
    return Card(
        question,
        anchor,
        VERDICTS.index(question.verdict),
        _document(question),
        confidence,
        total,
        tuple(filter(None, told)),
        standalone if standalone != " ".join(question.question.split()) else "",
        # Quotes speak for themselves.
        statements if any(s.get("support") != "exact" for s in statements) else (),
        tuple(_measures(question, units)),
    )


def _measures(question: ScoredQuestion, units: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for name, value in question.measures.items():
        if value is not None:
            title, unit = units.get(name, (name, "share"))
            yield f"{title} {figure(value, unit)}"


def _document(question: ScoredQuestion) -> str:
    return file_name(question.document) if question.document else ""
