"""A library's own threshold: it follows its questions, and few of them do not move it far."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evaluation.calibration import (
    ConfidenceSample,
    Effect,
    effect,
    fit_scale,
    fit_threshold,
    propose,
    share,
)
from assistant.retrieval.reranker import probability

START = -1.5


def told(answerable: np.ndarray, near: np.ndarray, other: np.ndarray) -> ConfidenceSample:
    sizes = (len(answerable), len(near), len(other))
    return ConfidenceSample(
        np.concatenate([answerable, near, other]),
        np.repeat([True, False, False], sizes),
        np.repeat([False, False, True], sizes),
    )


def normal(mean: float, number: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.8, number)


def loss(of: Effect) -> float:
    return 3 * of.false_refusals.value + 1 - of.refused_unanswerable.value


def test_a_library_whose_questions_are_worded_differently_gets_a_lower_threshold() -> None:
    found = propose(told(normal(-1.5, 40, 1), normal(-5, 20, 2), normal(-6, 40, 3)), START, START)
    assert found.threshold < -2.5
    assert found.before.false_refusals.value > 0.4
    assert found.after.false_refusals.value < 0.1
    assert found.after.refused_other.value > 0.9
    assert found.gain.low > 0


def test_a_library_that_lets_too_much_through_gets_a_higher_one() -> None:
    found = propose(told(normal(4, 40, 1), normal(-0.5, 20, 2), normal(-1, 40, 3)), START, START)
    assert 0 < found.threshold < 3
    assert found.before.refused_unanswerable.value < 0.3
    assert found.after.refused_other.value > 0.9
    assert found.gain.low > 0


@pytest.mark.parametrize("seed", range(5))
def test_few_questions_as_the_shipped_ones_leave_the_threshold_near_where_it_was(
    seed: int,
) -> None:
    few = told(normal(2, 20, seed), normal(0.5, 10, seed + 100), normal(-4, 40, seed + 200))
    assert abs(fit_threshold(few, START) - START) < 1


def test_subjects_that_the_library_does_not_have_stay_refused_where_only_near_misses_are_given() -> (
    None
):
    """Near-misses as sure as the answerable ones alone would say: answer everything."""
    answerable, near, other = normal(-1, 40, 1), normal(-1, 20, 2), normal(-4, 40, 3)
    alone = fit_threshold(told(answerable, near, other[:0]), START)
    both = fit_threshold(told(answerable, near, other), START)
    assert share(other < both, np.ones(40, dtype=bool)).value > 0.6
    assert alone < both


def test_the_figures_are_of_questions_that_the_fit_did_not_see() -> None:
    """A threshold that fits noise looks good on the noise itself, and not cross-validated."""
    promised, kept = [], []
    for seed in range(10):
        noise = np.random.default_rng(seed).normal(0, 2, 18)
        few = told(noise[:12], noise[12:], noise[:0])
        found = propose(few, START, START)
        before, after = effect(few.odds < START, few), effect(few.odds < found.threshold, few)
        promised.append(loss(before) - loss(after))
        kept.append(found.gain.value)
    assert np.mean(kept) < np.mean(promised) - 0.1


def test_a_scale_is_found_again() -> None:
    odds = np.random.default_rng(1).normal(0, 3, 20_000)
    truly = np.random.default_rng(2).random(20_000) < 1 / (1 + np.exp(-(0.6 * odds - 0.8)))
    scale = fit_scale(odds, truly.astype(float))
    assert (scale.slope, scale.intercept) == pytest.approx((0.6, -0.8), abs=0.06)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-9, 9), st.booleans()), min_size=1, max_size=20))
def test_a_scale_never_turns_the_order_round(rows: list[tuple[float, bool]]) -> None:
    odds = np.array([odds for odds, _ in rows])
    labels = np.array([float(label) for _, label in rows])
    scale = fit_scale(odds, labels, deviations=(0.25, 1.0))
    values = [scale(probability(z)) for z in sorted(odds)]
    assert values == sorted(values)
    assert all(0 <= v <= 1 for v in values)


def test_a_share_of_nothing_is_not_known() -> None:
    assert np.isnan(share(np.array([True]), np.array([False])).value)
