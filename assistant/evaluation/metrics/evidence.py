"""Evidence: whether the sentences that answer come first."""

from collections.abc import Callable

from assistant.evaluation.case import Case
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.text_matching import contains

_ALL = 1_000


def _gold(k: int) -> Callable[[Case], float | None]:
    def found(case: Case) -> float | None:
        if case.evidence is None or not case.short_golds:
            return None
        return float(any(contains(e["text"], case.short_golds) for e in case.evidence[:k]))

    return found


def _marked(k: int) -> Callable[[Case], float | None]:
    def found(case: Case) -> float | None:
        if case.evidence is None or not case.marked:
            return None
        return float(any(case.is_marked(e["text"]) for e in case.evidence[:k]))

    return found


def _measure(name: str, title: str, k: int, *, marked: bool) -> Metric:
    where = f"the first {k} sentences" if 1 < k < _ALL else "the first sentence"
    where = "any sentence that was found" if k == _ALL else where
    what = "a sentence marked as evidence" if marked else "a gold answer (at most 12 words)"
    return Metric(
        name,
        title,
        "evidence",
        f"Share of answerable questions with {what} in {where}, answered or not."
        + (" Sentences match if one's letters and digits are in the other's." if marked else ""),
        _marked(k) if marked else _gold(k),
    )


MEASURES = (
    _measure("gold_in_first_sentence", "gold in the first sentence", 1, marked=False),
    _measure("gold_in_first_three", "gold in the first three", 3, marked=False),
    _measure("gold_in_evidence", "gold in all sentences", _ALL, marked=False),
    _measure("marked_first", "marked evidence first", 1, marked=True),
    _measure("marked_in_first_three", "marked evidence in the first three", 3, marked=True),
    _measure("marked_in_evidence", "marked evidence in all sentences", _ALL, marked=True),
)
