"""Retrieval: whether the passages that hold the answer come first."""

import math
from collections.abc import Callable

from assistant.evaluation.case import Case
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.text_matching import contains

_RELEVANT = (
    "A passage is the one if it overlaps the gold passage (half of the shorter one's word pairs);"
    " where the set names none, if it holds a marked sentence; where it marks none, if it is from"
    " the gold source."
)


def _hit(k: int) -> Callable[[Case], float | None]:
    return lambda case: None if case.relevant is None else float(any(case.relevant[:k]))


def _reciprocal_rank(case: Case) -> float | None:
    if case.relevant is None:
        return None
    return next((1 / rank for rank, hit in enumerate(case.relevant, start=1) if hit), 0.0)


def _ndcg(case: Case) -> float | None:
    if case.relevant is None:
        return None
    ideal = _gain([True] * sum(case.relevant))
    return _gain(case.relevant[:10]) / ideal if ideal else 0.0


def _gain(hits: tuple[bool, ...] | list[bool]) -> float:
    return sum(1 / math.log2(rank + 1) for rank, hit in enumerate(hits, start=1) if hit)


def _gold_in_passages(case: Case) -> float | None:
    if not case.short_golds:
        return None
    return float(any(contains(p["text"], case.short_golds) for p in case.line["passages"]))


MEASURES = (
    *(
        Metric(
            f"hit@{k}",
            f"right passage in the first {k}" if k > 1 else "right passage first",
            "retrieval",
            f"Share of answerable questions with the right passage in the first {k}. {_RELEVANT}",
            _hit(k),
            source="Karpukhin et al. 2020, top-k accuracy",
        )
        for k in (1, 3, 5)
    ),
    Metric(
        "mrr",
        "MRR of the right passage",
        "retrieval",
        "Mean of 1 / rank of the first right passage, 0 where none was retrieved.",
        _reciprocal_rank,
        source="Voorhees 1999, TREC-8",
    ),
    Metric(
        "ndcg@10",
        "nDCG@10",
        "retrieval",
        "Sum of 1 / log2(rank + 1) over the right passages of the first 10, over the same sum with"
        " all right ones that were retrieved in front; 0 where none was.",
        _ndcg,
        source="J\u00e4rvelin & Kek\u00e4l\u00e4inen 2002, binary gain",
    ),
    Metric(
        "gold_in_passages",
        "gold in the passages",
        "retrieval",
        "Share of answerable questions with a gold answer (at most 12 words) in a passage, as whole"
        " words after SQuAD's normalisation.",
        _gold_in_passages,
        source="Chen et al. 2017, DrQA",
    ),
)
