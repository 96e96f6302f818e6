"""Fits a library's own scale and threshold to questions, so that few of them do not overfit."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.statistics import Array, percentile_interval, resample
from assistant.retrieval.calibration import Scale

# To refuse what the documents do answer weighs as much as answering this many questions that they
# do not: those answers come with their quote, for the person to judge.
FALSE_REFUSAL_COST = 3.0
# A refusal counts smoothly around the threshold, over this much log odds; and the threshold is held
# where it was as by one question whose loss is the squared distance. Of fifteen ways that were
# tried on 15 to 120 drawn questions (smallest loss, quantiles, Platt, each held more or less), this
# lost least on the questions that were not drawn.
_WIDTH = 0.5
_HOLD = 1.0
_GRID = np.linspace(-7.0, 5.0, 241)
# Standard deviations of what slope and intercept of a scale are expected to be.
_SLOPE_SD, _INTERCEPT_SD = 0.25, 1.0
_LEAST_SLOPE = 0.1
# Fewer of a kind do not weigh as much as a whole kind.
_LEAST_OF_A_KIND = 5
_FOLDS = 10
_SEED = 1

Labels = NDArray[np.bool_]


@dataclass(frozen=True)
class Rate:
    """A share or a difference with its bootstrap 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ConfidenceSample:
    """The shipped models' confidences in questions, as log odds, and the kind of each.

    Of the unanswerable ones `other` marks those on subjects that the library does not have: people
    ask both near-misses and those in vain, so each weighs half.
    """

    odds: Array
    answerable: Labels
    other: Labels

    def __getitem__(self, chosen: Labels) -> "ConfidenceSample":
        return ConfidenceSample(self.odds[chosen], self.answerable[chosen], self.other[chosen])

    @property
    def near(self) -> Labels:
        """The unanswerable ones that a person wrote."""
        return ~self.answerable & ~self.other

    def weights(self) -> Array:
        """Weights: all answerable ones together 1, all others together 1."""
        parts = [self.near, self.other]
        if min(part.sum() for part in parts) < _LEAST_OF_A_KIND:
            parts = [~self.answerable]
        shared = np.zeros(len(self.odds))
        for part in parts:
            shared[part] = 1 / (len(parts) * max(1, part.sum()))
        return np.asarray(np.where(self.answerable, 1 / self.answerable.sum(), shared))


@dataclass(frozen=True)
class Effect:
    """The effect of a threshold: answerable but refused, unanswerable and refused, on other
    subjects and refused."""

    false_refusals: Rate
    refused_unanswerable: Rate
    refused_other: Rate


@dataclass(frozen=True)
class Proposal:
    """A scale and a threshold (log odds as shipped), beside what is in force.

    `after` and `gain` are cross-validated: each question is judged by a threshold that was fitted
    without it. `gain` is by how much the loss falls: false refusals times FALSE_REFUSAL_COST plus
    unanswerable questions answered, both as weighed shares.
    """

    scale: Scale
    threshold: float
    before: Effect
    after: Effect
    gain: Rate


def fit_scale(
    odds: Array,
    answerable: Array,
    weights: Array | None = None,
    deviations: tuple[float, float] = (100.0, 100.0),
) -> Scale:
    """Platt's scale (1999) for log odds: the likeliest slope and intercept, by Newton's method.

    They are expected to be 1 and 0 with the standard `deviations`; a slope stays above 0.
    """
    w = np.ones(len(odds)) if weights is None else weights
    x = np.column_stack([odds, np.ones(len(odds))])
    expected = np.array([1.0, 0.0])
    ridge = np.diag([1 / d**2 for d in deviations])
    found = expected
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(curvature, x.T @ (w * (p - answerable)) + ridge @ (found - expected))
        found = found - np.clip(step, -1, 1)
    return Scale(max(_LEAST_SLOPE, float(found[0])), float(found[1]))


def fit_threshold(told: ConfidenceSample, start: float) -> float:
    """The threshold (log odds) of least loss, held near `start` where questions are few."""
    distance = _GRID[:, None] - told.odds[None, :]
    refused = 1 / (1 + np.exp(-distance / _WIDTH))
    held = _HOLD / len(told.odds) * (_GRID - start) ** 2
    return float(_GRID[int(np.argmin(refused @ _price(told) + held))])


def propose(told: ConfidenceSample, start: float, in_force: float) -> Proposal:
    """The samples of these questions; there must be some of both kinds.

    `start` is the threshold as shipped, which few questions do not move far, `in_force` the one
    that it is held against; both in log odds.
    """
    count = len(told.odds)
    mix = np.where(told.answerable, 1.0, 2.0) * told.weights() * count / 3
    scale = fit_scale(told.odds, told.answerable.astype(float), mix, (_SLOPE_SD, _INTERCEPT_SD))
    before = told.odds < in_force
    after = np.zeros(count, dtype=bool)
    folds = _folds(told)
    for fold in range(_FOLDS):
        own = folds == fold
        if own.any():
            after[own] = told.odds[own] < fit_threshold(told[~own], start)
    gained = _price(told) * (before.astype(float) - after.astype(float))
    return Proposal(
        scale,
        fit_threshold(told, start),
        effect(before, told),
        effect(after, told),
        _rate(lambda w: w @ gained, count),
    )


def effect(refused: Labels, told: ConfidenceSample) -> Effect:
    """The number of refusals of each kind."""
    return Effect(
        share(refused, told.answerable), share(refused, told.near), share(refused, told.other)
    )


def share(refused: Labels, of: Labels) -> Rate:
    """The share of `of` that is refused, with its interval; NaN where there is none."""
    chosen = refused[of].astype(float)
    if not len(chosen):
        return Rate(math.nan, math.nan, math.nan)
    return _rate(lambda w: np.asarray(w @ chosen / w.sum(axis=1)), len(chosen))


def _price(told: ConfidenceSample) -> Array:
    """The cost of refusing each: above 0 for the answerable ones, below for the others."""
    return np.where(told.answerable, FALSE_REFUSAL_COST, -1.0) * told.weights()


def _folds(told: ConfidenceSample) -> NDArray[np.int_]:
    """A fold for each question; all kinds are spread evenly over them."""
    folds = np.zeros(len(told.odds), dtype=int)
    for kind in (told.answerable, told.near, told.other):
        places = np.flatnonzero(kind).tolist()
        Random(_SEED).shuffle(places)
        folds[places] = np.arange(len(places)) % _FOLDS
    return folds


def _rate(compute: Callable[[Array], Array], questions: int) -> Rate:
    value = float(compute(np.ones((1, questions)))[0])
    found = np.concatenate([compute(weights) for weights in resample(questions, _SEED)])
    low, high = percentile_interval(found) or (value, value)
    return Rate(value, low, high)
