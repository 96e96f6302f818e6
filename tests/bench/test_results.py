"""Rows, ratios and budgets; runs written, read back and compared."""

import json

import pytest

from assistant.bench.growth import Figure, Growth
from assistant.bench.picture import svg
from assistant.bench.results import Budget, Row, Run, compare, from_json

ABOUT = {"machine": {"processor": "p", "cores": 2}, "passages": None, "load": None}


def row(*values: float, bare: tuple[float, ...] = (), **more: object) -> Row:
    return Row("a", "A", "ms", values, bare, **more)  # type: ignore[arg-type]


def test_a_ratio_is_of_what_was_measured_side_by_side() -> None:
    # A machine twice as slow for the last pair changes the times, not the ratio.
    assert row(10, 10, 20, bare=(5, 5, 10)).ratio == 2
    assert row(10).ratio is None


@pytest.mark.parametrize(
    ("unit", "budget", "holds"),
    [
        ("ms", Budget(10), True),
        ("ms", Budget(9), False),
        ("/s", Budget(10), True),
        ("/s", Budget(11), False),
        ("/s", Budget(2, of_bare=True), True),
        ("/s", Budget(2.1, of_bare=True), False),
        ("ms", None, None),
    ],
)
def test_a_time_must_stay_below_its_budget_and_a_rate_above(
    unit: str, budget: Budget | None, holds: bool | None
) -> None:
    found = Row("a", "A", unit, (10.0,), (5.0,), "bare", budget)  # type: ignore[arg-type]
    assert found.holds is holds


def test_the_bad_end_of_a_rate_is_its_low_one() -> None:
    values = tuple(float(v) for v in range(101))
    assert Row("a", "A", "ms", values).high == 95
    assert Row("a", "A", "/s", values).high == 5


def test_a_run_is_read_back_as_it_was_written() -> None:
    rows = (row(1, 2, bare=(1, 1), bare_title="b", budget=Budget(3, of_bare=True)), row(4))
    run = Run(rows, ABOUT, {"chat": "No terminal."})
    assert from_json(json.loads(json.dumps(run.to_json()))) == run


def test_runs_are_compared_by_their_ratios_where_there_are_some() -> None:
    busy = Run((row(20, 22, 21, bare=(10, 11, 10.5)),), ABOUT)
    quiet = Run((row(10, 11, 10.5, bare=(5, 5.5, 5.25)),), ABOUT)
    (change,) = compare(busy, quiet)
    assert (change.factor, change.by_ratio, change.sure) == (1.0, True, False)
    (slower,) = compare(Run((row(20, 21, 22),), ABOUT), Run((row(10, 10.5, 11),), ABOUT))
    assert slower.factor == 2
    assert not slower.by_ratio
    assert slower.sure
    assert compare(busy, Run((), ABOUT)) == []


def test_growth_in_step_has_the_exponent_one() -> None:
    sizes = (10, 1000)
    assert Figure("t", "ms", (1, 100)).exponent(sizes) == pytest.approx(1)
    assert Figure("t", "ms", (5, 5)).exponent(sizes) == pytest.approx(0)
    assert Figure("t", "ms", (0, 5)).exponent(sizes) is None
    assert Figure("t", "ms", (5,)).exponent((10,)) is None


def test_the_picture_is_one_svg_with_a_panel_for_each_figure() -> None:
    from xml.etree import ElementTree

    figures = (Figure("a < b", "ms", (0.02, 30.0)), Figure("none", "MB", (0.0, 0.0)))
    for sizes in ((10, 1000), (10,)):
        cut = tuple(Figure(f.title, f.unit, f.values[: len(sizes)]) for f in figures)
        root = ElementTree.fromstring(svg([Growth("passages", sizes, cut)]))
        titles = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {"a < b, ms", "none, MB"} <= set(titles)
