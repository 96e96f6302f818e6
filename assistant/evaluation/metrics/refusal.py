"""Refusal: whether what the documents do not answer is told, and how far confidence is right."""

from assistant.evaluation.case import Case
from assistant.evaluation.judge import is_right, would_be_right
from assistant.evaluation.metrics.definition import Columns, Metric
from assistant.evaluation.statistics import Statistic, auroc, calibration_error, mean, risk_area
from assistant.retrieval.outcome import outcome

FACTS = ("confidence", "answerable", "error")


def _refused_unanswerable(case: Case) -> bool | None:
    return None if case.question.answerable else case.refused


def _false_refusal(case: Case) -> bool | None:
    return case.refused if case.question.answerable else None


def _perhaps(case: Case) -> bool | None:
    told = outcome(case.confidence, answered=not case.refused)
    return None if told == "not_found" else told == "perhaps"


def _right_without_perhaps(case: Case) -> bool | None:
    if _perhaps(case) is not False:
        return None
    return is_right(case) if case.question.answerable else False


def _right_with_perhaps(case: Case) -> bool | None:
    if not _perhaps(case):
        return None
    return is_right(case) if case.question.answerable else False


def _auroc(columns: Columns) -> Statistic:
    return auroc(columns["confidence"], columns["answerable"])


def _aurc(columns: Columns) -> Statistic:
    judged = risk_area(columns["confidence"], columns["error"])
    return judged if (columns["answerable"] == 1).any() else Statistic(judged.compute, 0)


def _ece(columns: Columns) -> Statistic:
    found = calibration_error(columns["confidence"], columns["answerable"])
    return found if _has_both(columns) else Statistic(found.compute, 0)


def _brier(columns: Columns) -> Statistic:
    found = mean((columns["confidence"] - columns["answerable"]) ** 2)
    return found if _has_both(columns) else Statistic(found.compute, 0)


def _has_both(columns: Columns) -> bool:
    return bool(0 < columns["answerable"].sum() < len(columns["answerable"]))


def facts(case: Case) -> dict[str, float | None]:
    """The columns FACTS, that the joint measures look at."""
    held = would_be_right(case)
    return {
        "confidence": case.confidence,
        "answerable": float(case.question.answerable),
        "error": None if held is None else float(not held),
    }


MEASURES = (
    Metric(
        "refused_unanswerable",
        "unanswerable and refused",
        "refusal",
        "Share of unanswerable questions that were refused.",
        _refused_unanswerable,
    ),
    Metric(
        "false_refusals",
        "answerable but refused",
        "refusal",
        "Share of answerable questions that were refused.",
        _false_refusal,
        better="lower",
    ),
    Metric(
        "perhaps",
        "answered with perhaps",
        "refusal",
        "Share of answers that were given with \u201cperhaps\u201d, for their low confidence.",
        _perhaps,
        better="",
    ),
    Metric(
        "right_without_perhaps",
        "right, without perhaps",
        "refusal",
        "Share of right answers among those given without \u201cperhaps\u201d; an unanswerable"
        " question has none.",
        _right_without_perhaps,
    ),
    Metric(
        "right_with_perhaps",
        "right, with perhaps",
        "refusal",
        "Share of right answers among those given with \u201cperhaps\u201d: far below the other,"
        " it tells them apart.",
        _right_with_perhaps,
        better="",
    ),
    Metric(
        "auroc_confidence",
        "AUROC of confidence",
        "refusal",
        "Probability that an answerable question is given more confidence than an unanswerable one,"
        " ties half.",
        joint=_auroc,
        source="Hanley & McNeil 1982",
    ),
    Metric(
        "aurc",
        "area under risk-coverage",
        "refusal",
        "Mean, over questions by falling confidence, of the share of errors down to there. An error"
        " is an unanswerable question, or a wrong answer; of a refused answerable question, that"
        " the first sentence, which would have been quoted, does not hold the gold.",
        joint=_aurc,
        source="Geifman & El-Yaniv 2017",
        better="lower",
    ),
    Metric(
        "ece",
        "calibration error (ECE)",
        "refusal",
        "Mean over 10 equal bins of confidence, by their count, of |mean confidence - share that is"
        " answerable|.",
        joint=_ece,
        source="Guo et al. 2017",
        better="lower",
    ),
    Metric(
        "brier",
        "Brier score",
        "refusal",
        "Mean of (confidence - answerable)\u00b2, answerable being 1 or 0.",
        joint=_brier,
        source="Brier 1950",
        better="lower",
    ),
)
