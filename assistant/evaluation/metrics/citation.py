"""Citations: whether quotes are verbatim, are the right ones, and back what is said."""

from collections.abc import Callable
from typing import Any

from assistant.evaluation.case import Case
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.statistics import total
from assistant.evaluation.text_matching import same_sentence

_ALCE = "Gao et al. 2023, ALCE, against marked sentences instead of a model's verdict"


def _precision(case: Case) -> float | None:
    if case.refused or not case.marked or not case.quotes:
        return None
    return sum(map(case.is_marked, case.quotes)) / len(case.quotes)


def _recall(case: Case) -> float | None:
    if case.refused or not case.marked:
        return None
    found = [any(same_sentence(gold, quote) for quote in case.quotes) for gold in case.marked]
    return sum(found) / len(found)


def _valid(case: Case) -> list[bool] | None:
    return case.recorded.get("quotes_valid")


def _quotes_valid(case: Case) -> float | None:
    valid = _valid(case)
    return float(sum(valid)) / len(valid) if valid else None


def _invalid_quotes(case: Case) -> int | None:
    valid = _valid(case)
    return None if valid is None else valid.count(False)


def _support(kind: str) -> Callable[[Case], float | None]:
    def share(case: Case) -> float | None:
        said: list[dict[str, Any]] = case.line["statements"]
        if case.refused or not said:
            return None
        return [s["support"] for s in said].count(kind) / len(said)

    return share


def _statements(kind: str, meaning: str, better: str) -> Metric:
    return Metric(
        f"statements_{kind}",
        f"statements {kind}",
        "citation",
        f"Mean share of an answer's statements that are {kind}: {meaning}.",
        _support(kind),
        source="assistant/answering/verifier.py",
        better=better,
    )


MEASURES = (
    Metric(
        "citation_precision",
        "citation precision",
        "citation",
        "Mean share of an answer's quotes that are marked as evidence, over answered questions with"
        " marked evidence.",
        _precision,
        source=_ALCE,
    ),
    Metric(
        "citation_recall",
        "citation recall",
        "citation",
        "Mean share of the sentences marked as evidence that the answer quotes, over answered"
        " questions with marked evidence.",
        _recall,
        source=_ALCE,
    ),
    Metric(
        "quotes_valid",
        "quotes verbatim",
        "citation",
        "Mean share of an answer's quotes that are their document's text[span].",
        _quotes_valid,
    ),
    Metric(
        "invalid_quotes",
        "quotes that are not verbatim",
        "citation",
        "Number of quotes that are not their document's text[span].",
        _invalid_quotes,
        total,
        better="lower",
        unit="count",
    ),
    _statements("exact", "they stand word for word in the evidence", ""),
    _statements("supported", "the evidence says so by the check's rules", ""),
    _statements("unsupported", "the check finds no evidence that says so", "lower"),
)
