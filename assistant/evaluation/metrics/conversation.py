"""Conversation: whether a follow-up is answered as the question that it stands for."""

from assistant.evaluation.case import Case
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.text_matching import normalise, without_markers


def _as_standalone(case: Case) -> bool | None:
    alone = case.recorded.get("standalone")
    if alone is None:
        return None
    if case.refused or alone["status"] == "not_found":
        return bool(case.line["status"] == alone["status"])
    mine = {(c["source"], *c["span"]) for c in case.line["citations"]}
    if mine & {(c["source"], *c["span"]) for c in alone["citations"]}:
        return True
    return normalise(case.text) == normalise(without_markers(alone["answer"]))


def _followup_right(case: Case) -> bool | None:
    if not case.question.history or not case.short_golds:
        return None
    return case.holds_gold(case.text)


MEASURES = (
    Metric(
        "followups_as_standalone",
        "follow-ups as their standalone",
        "conversation",
        "Share of follow-ups answered as the standalone version that the set gives is, asked"
        " without the conversation: both refused, or a quote in common, or the same words.",
        _as_standalone,
    ),
    Metric(
        "followups_right",
        "gold in follow-ups' answers",
        "conversation",
        "Share of answerable follow-ups with a gold answer (at most 12 words) in the answer.",
        _followup_right,
    ),
)
