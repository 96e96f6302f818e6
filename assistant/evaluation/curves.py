"""The curves of a run: risk by coverage, reliability of confidence, latency."""

import numpy as np

from assistant.evaluation.metrics.definition import Columns
from assistant.evaluation.results import Curves, LatencyPoint, ReliabilityBin, RiskPoint
from assistant.evaluation.statistics import Array

_BINS = 10
# More points than this are not seen in a picture.
_POINTS = 200


def of(columns: Columns) -> Curves:
    """All curves; each is empty where the set does not tell."""
    answerable = columns["answerable"]
    words = columns["median_words"]  # told of what was answered
    return Curves(
        risk_coverage=_risk(columns) if answerable.any() else (),
        reliability=_reliability(columns["confidence"], answerable)
        if 0 < answerable.sum() < len(answerable)
        else (),
        latency=_latency(columns["median_first_token_ms"], columns["median_total_ms"]),
        coverage=float((~np.isnan(words)).mean()) if len(words) else None,
    )


def _risk(columns: Columns) -> tuple[RiskPoint, ...]:
    known = np.flatnonzero(~np.isnan(columns["error"]))
    order = known[np.argsort(-columns["confidence"][known], kind="stable")]
    confidence, errors = columns["confidence"][order], columns["error"][order]
    ends = np.flatnonzero(np.diff(confidence, append=-1.0) != 0)  # ties share a point
    if len(ends) > _POINTS:
        ends = ends[np.linspace(0, len(ends) - 1, _POINTS).round().astype(int)]
    risk = np.cumsum(errors) / np.arange(1, len(errors) + 1)
    return tuple(
        RiskPoint(float(end + 1) / len(order), float(risk[end]), float(confidence[end]))
        for end in ends
    )


def _reliability(confidence: Array, answerable: Array) -> tuple[ReliabilityBin, ...]:
    place = np.clip((confidence * _BINS).astype(int), 0, _BINS - 1)
    bins = []
    for number in range(_BINS):
        inside = place == number
        count = int(inside.sum())
        bins.append(
            ReliabilityBin(
                number / _BINS,
                (number + 1) / _BINS,
                count,
                float(confidence[inside].mean()) if count else None,
                float(answerable[inside].mean()) if count else None,
            )
        )
    return tuple(bins)


def _latency(first: Array, whole: Array) -> tuple[LatencyPoint, ...]:
    known = ~np.isnan(first) & ~np.isnan(whole)
    if not known.any():
        return ()
    shares = np.linspace(0, 1, 101)
    points = zip(
        shares, np.quantile(first[known], shares), np.quantile(whole[known], shares), strict=True
    )
    return tuple(LatencyPoint(float(s), float(f), float(w)) for s, f, w in points)
