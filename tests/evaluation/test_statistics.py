"""Statistics are what their definitions say, and their intervals what theory says."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evaluation.statistics import (
    Array,
    Statistic,
    auroc,
    calibration_error,
    maximum,
    mcnemar,
    mean,
    median,
    percentile_interval,
    quantile,
    resample,
    risk_area,
    sampled,
    total,
)

NAN = float("nan")


def column(*values: float) -> Array:
    return np.array(values, np.float64)


def drawn(statistic: Statistic, places: list[int], questions: int) -> float:
    """The statistic of a resample that drew these places."""
    weights = np.bincount(places, minlength=questions).astype(float)[None]
    return float(statistic.compute(weights)[0])


def test_what_is_nan_is_left_out() -> None:
    values = column(1, NAN, 4, NAN, 5)
    assert mean(values).value(5) == pytest.approx(10 / 3)
    assert median(values).value(5) == 4
    assert total(values).value(5) == 10
    assert maximum(values).value(5) == 5
    assert mean(values).count == 3


@pytest.mark.parametrize("make", [mean, median, total, maximum])
def test_what_no_question_tells_is_none(make: object) -> None:
    assert make(column(NAN, NAN)).value(2) is None  # type: ignore[operator]


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=9), st.sampled_from([0.0, 0.3, 0.5, 0.95, 1.0])
)
def test_quantiles_of_a_resample_are_numpy_s_of_what_was_drawn(
    drawing: list[int], share: float
) -> None:
    values = np.arange(10) ** 2.0
    wanted = np.quantile(values[drawing], share)
    assert drawn(quantile(values, share), drawing, 10) == pytest.approx(wanted)


@settings(deadline=None)
@given(st.data())
def test_auroc_of_a_resample_is_the_share_of_pairs_in_order(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=12))
    scores, labels = column(*(float(s) for s, _ in rows)), column(*(float(p) for _, p in rows))
    found = auroc(scores, labels)
    if len({p for _, p in rows}) < 2:
        assert found.value(len(rows)) is None
        return
    drawing = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=20))
    ups = [rows[i][0] for i in drawing if rows[i][1]]
    downs = [rows[i][0] for i in drawing if not rows[i][1]]
    if ups and downs:
        wanted = sum((a > b) + (a == b) / 2 for a in ups for b in downs) / (len(ups) * len(downs))
        assert drawn(found, drawing, len(rows)) == pytest.approx(wanted)


def test_the_area_under_risk_and_coverage() -> None:
    # By falling score: right, wrong, right -> risks 0, 1/2, 1/3.
    found = risk_area(column(0.1, 0.9, 0.5, 0.7), column(0, 0, NAN, 1))
    assert found.value(4) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    # Ties share the risk at their end.
    assert risk_area(column(0.5, 0.5), column(0, 1)).value(2) == pytest.approx(0.5)


def test_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    found = calibration_error(column(0.92, 0.98, 0.15, 1.0), column(1, 0, 0, 1))
    # Bin 9: mean confidence 0.9667 against 2/3; bin 1: 0.15 against 0.
    wanted = 3 / 4 * abs(2.9 / 3 - 2 / 3) + 1 / 4 * 0.15
    assert found.value(4) == pytest.approx(wanted)


def test_a_mean_s_interval_is_the_normal_one() -> None:
    values = (np.arange(400) < 300).astype(float)
    interval = percentile_interval(sampled(mean(values), resample(400, seed=1)))
    assert interval is not None
    half = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert interval == pytest.approx((0.75 - half, 0.75 + half), abs=0.01)


def test_the_same_seed_is_the_same_resample() -> None:
    one, same, other = (np.concatenate(resample(20, seed)) for seed in (3, 3, 4))
    assert (one == same).all()
    assert (one != other).any()
    assert (one.sum(axis=1) == 20).all()


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_the_two_sided_binomial(gained: int, lost: int) -> None:
    n = gained + lost
    tail = sum(Fraction(comb(n, i), 2**n) for i in range(min(gained, lost) + 1))
    assert mcnemar(gained, lost) == pytest.approx(float(min(Fraction(1), 2 * tail)))


def test_mcnemar_of_thousands_does_not_overflow() -> None:
    assert mcnemar(3000, 3000) == pytest.approx(1)
    assert mcnemar(2000, 3000) < 1e-40
