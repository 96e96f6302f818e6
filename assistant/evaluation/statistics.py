"""Statistics over questions, their bootstrap intervals, and tests on pairs; vectorised.

A statistic is a function of weights, one a question and row: all ones give its value, the counts
of a resample its value there (Efron & Tibshirani 1993, ch. 13). So every measure, be it a mean or
an area under a curve, has its interval and its paired difference by the same few lines.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = Array

REPEATS = 1000
_LOW, _HIGH = 2.5, 97.5
# Weights of this many resamples are held at once: 10,000 questions take 8 MB for each hundred.
_BATCH = 100


@dataclass(frozen=True)
class Statistic:
    """`compute` maps weights (rows, questions) to values (rows,); `count` questions tell."""

    compute: Callable[[Weights], Array]
    count: int

    def value(self, questions: int) -> float | None:
        """Over the set itself; None where no question tells."""
        if not self.count:
            return None
        found = float(self.compute(np.ones((1, questions), np.float64))[0])
        return None if math.isnan(found) else found


def resample(questions: int, seed: int, repeats: int = REPEATS) -> list[Weights]:
    """Counts of each question's draws, with replacement, in batches of rows."""
    rng = np.random.default_rng(seed)
    batches = []
    for start in range(0, repeats if questions else 0, _BATCH):
        rows = min(_BATCH, repeats - start)
        drawn = rng.integers(0, questions, (rows, questions))
        offset = drawn + np.arange(rows)[:, None] * questions
        counts = np.bincount(offset.ravel(), minlength=rows * questions)
        batches.append(counts.reshape(rows, questions).astype(np.float64))
    return batches


def percentile_interval(samples: Array) -> tuple[float, float] | None:
    """The middle 95 % of the resampled values; None where hardly any could be computed."""
    known = samples[~np.isnan(samples)]
    if len(known) < len(samples) / 2 or not len(known):
        return None
    low, high = np.percentile(known, [_LOW, _HIGH])
    return float(low), float(high)


def sampled(statistic: Statistic, batches: list[Weights]) -> Array:
    """The statistic in every resample."""
    return np.concatenate([statistic.compute(weights) for weights in batches])


def mean(values: Array) -> Statistic:
    """The mean of what is not NaN."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0).astype(np.float64)
    counted = known.astype(np.float64)

    def compute(weights: Weights) -> Array:
        return _divide(weights @ filled, weights @ counted)

    return Statistic(compute, int(known.sum()))


def quantile(values: Array, share: float) -> Statistic:
    """The quantile of what is not NaN; halfway between the two values where it falls on none."""
    places = np.flatnonzero(~np.isnan(values))
    order = places[np.argsort(values[places], kind="stable")]
    ranked = values[order]

    def compute(weights: Weights) -> Array:
        upto = np.cumsum(weights[:, order], axis=1, dtype=np.float64)
        total = upto[:, -1]
        at = share * (total - 1)
        low = (upto > np.floor(at)[:, None]).argmax(axis=1)
        high = (upto > np.ceil(at)[:, None]).argmax(axis=1)
        part = at - np.floor(at)
        found = ranked[low] * (1 - part) + ranked[high] * part
        return np.where(total > 0, found, np.nan)

    return Statistic(compute, len(places))


def median(values: Array) -> Statistic:
    """The median of what is not NaN."""
    return quantile(values, 0.5)


def auroc(scores: Array, positive: Array) -> Statistic:
    """The probability that a positive is scored above a negative, ties half (Hanley & McNeil)."""
    known = np.flatnonzero(~np.isnan(scores) & ~np.isnan(positive))
    order, starts = _groups(scores, known)
    is_positive = positive[order].astype(np.float64)

    def compute(weights: Weights) -> Array:
        drawn = weights[:, order]
        ups = np.add.reduceat(drawn * is_positive, starts, axis=1, dtype=np.float64)
        downs = np.add.reduceat(drawn * (1 - is_positive), starts, axis=1, dtype=np.float64)
        below = np.cumsum(downs, axis=1) - downs
        won = (ups * (below + downs / 2)).sum(axis=1)
        return _divide(won, ups.sum(axis=1) * downs.sum(axis=1))

    both = len(known) and 0 < is_positive.sum() < len(known)
    return Statistic(compute, len(known) if both else 0)


def risk_area(scores: Array, errors: Array) -> Statistic:
    """The area under the risk-coverage curve (Geifman & El-Yaniv 2017).

    The mean, over the questions in order of falling score, of the share of errors among those
    scored as high or higher; ties share the risk at their end.
    """
    known = np.flatnonzero(~np.isnan(scores) & ~np.isnan(errors))
    order, starts = _groups(-scores, known)
    wrong = errors[order].astype(np.float64)

    def compute(weights: Weights) -> Array:
        drawn = weights[:, order]
        size = np.add.reduceat(drawn, starts, axis=1, dtype=np.float64)
        failed = np.add.reduceat(drawn * wrong, starts, axis=1, dtype=np.float64)
        risk = np.cumsum(failed, axis=1) / np.maximum(np.cumsum(size, axis=1), 1)
        return _divide((size * risk).sum(axis=1), size.sum(axis=1))

    return Statistic(compute, len(known))


def calibration_error(probabilities: Array, outcomes: Array, bins: int = 10) -> Statistic:
    """ECE (Guo et al. 2017): over equal bins, the weighted gap of mean probability and outcome."""
    known = ~np.isnan(probabilities) & ~np.isnan(outcomes)
    place = np.clip((np.nan_to_num(probabilities) * bins).astype(int), 0, bins - 1)
    gaps = np.zeros((len(probabilities), bins), np.float64)
    gaps[np.arange(len(place)), place] = np.where(known, probabilities - outcomes, 0)
    counted = known.astype(np.float64)

    def compute(weights: Weights) -> Array:
        return _divide(np.abs(weights @ gaps).sum(axis=1), weights @ counted)

    return Statistic(compute, int(known.sum()))


def total(values: Array) -> Statistic:
    """The sum of what is not NaN."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0).astype(np.float64)
    return Statistic(lambda weights: weights @ filled, int(known.sum()))


def maximum(values: Array) -> Statistic:
    """The largest of what is not NaN, in the questions that were drawn."""
    known = ~np.isnan(values)
    filled = np.where(known, values, -np.inf)

    def compute(weights: Weights) -> Array:
        best = np.where(weights > 0, filled, -np.inf).max(axis=1)
        return np.where(np.isinf(best), np.nan, best)

    return Statistic(compute, int(known.sum()))


def mcnemar(gained: int, lost: int) -> float:
    """McNemar's exact test, two-sided: how likely so uneven a split of the changed pairs is."""
    changed = gained + lost
    tail, term = 0, 1
    for i in range(min(gained, lost) + 1):
        tail += term
        term = term * (changed - i) // (i + 1)
    return min(1.0, math.exp(math.log(tail) - (changed - 1) * math.log(2)))


def _groups(scores: Array, known: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The known places by rising score, and where each new score begins."""
    order = known[np.argsort(scores[known], kind="stable")]
    ranked = scores[order]
    new = np.flatnonzero(np.diff(ranked, prepend=np.nan) != 0) if len(order) else order
    return order, new


def _divide(above: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
