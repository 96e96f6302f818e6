"""All measures, each defined once: what a table, a report and `--fail-under` go by."""

from assistant.evaluation.metrics import (
    answer,
    citation,
    conversation,
    cost,
    evidence,
    refusal,
    retrieval,
)
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.text_matching import contains, normalise

__all__ = ["ALL", "Metric", "contains", "named", "normalise"]

ALL: tuple[Metric, ...] = (
    *answer.MEASURES,
    *refusal.MEASURES,
    *evidence.MEASURES,
    *retrieval.MEASURES,
    *citation.MEASURES,
    *conversation.MEASURES,
    *cost.MEASURES,
)

named: dict[str, Metric] = {m.name: m for m in ALL}
