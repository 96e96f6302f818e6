"""All measures, each defined once: what a table, a report and `--fail-under` go by."""

from assistant.evaluation.matching import contains, normalise
from assistant.evaluation.measures import (
    answer,
    citation,
    conversation,
    cost,
    evidence,
    refusal,
    retrieval,
)
from assistant.evaluation.measures.definition import Definition

__all__ = ["ALL", "Definition", "contains", "named", "normalise"]

ALL: tuple[Definition, ...] = (
    *answer.MEASURES,
    *refusal.MEASURES,
    *evidence.MEASURES,
    *retrieval.MEASURES,
    *citation.MEASURES,
    *conversation.MEASURES,
    *cost.MEASURES,
)

named: dict[str, Definition] = {m.name: m for m in ALL}
