"""Two runs side by side, paired question by question: better, worse, or not to be told apart."""

from collections.abc import Sequence

import numpy as np

from assistant.evaluation.case import Case
from assistant.evaluation.judge import judge
from assistant.evaluation.metrics import ALL
from assistant.evaluation.metrics.definition import Columns, Metric
from assistant.evaluation.results import Change, ComparedMeasure, Comparison, Flip, Verdict
from assistant.evaluation.scoring import columns_of
from assistant.evaluation.statistics import (
    Array,
    Statistic,
    Weights,
    mcnemar,
    percentile_interval,
    resample,
    sampled,
)

_LEVEL = 0.05
# How good a verdict is: refusing what one could have answered is better than a wrong answer.
_GOODNESS: dict[Verdict, int] = {
    "right": 2,
    "refused": 2,
    "not judged": 1,
    "false refusal": 1,
    "wrong": 0,
    "overclaim": 0,
}


def compare(name: str, cases: Sequence[Case], other: Sequence[Case], seed: int = 1) -> Comparison:
    """The run of `cases` held against that of `other`, which is called `name`.

    Questions are paired by id and wording; the others are counted only.
    """
    theirs = {(c.question.id, c.question.question): c for c in other}
    pairs = [
        (case, theirs[key])
        for case in cases
        if (key := (case.question.id, case.question.question)) in theirs
    ]
    return Comparison(
        other=name,
        measures=_measures(pairs, seed) if pairs else (),
        flips=_flips(pairs),
        pairs=len(pairs),
        unpaired=len(cases) + len(other) - 2 * len(pairs),
    )


def _measures(pairs: Sequence[tuple[Case, Case]], seed: int) -> tuple[ComparedMeasure, ...]:
    mine = columns_of([a for a, _ in pairs])
    theirs = columns_of([b for _, b in pairs])
    batches = resample(len(pairs), seed)
    return tuple(_compared(m, mine, theirs, batches) for m in ALL)


def _compared(
    of: Metric, mine: Columns, theirs: Columns, batches: list[Weights]
) -> ComparedMeasure:
    one, two = of.statistic(mine), of.statistic(theirs)
    size = batches[0].shape[1]
    value, other = one.value(size), two.value(size)
    difference = None if value is None or other is None else value - other
    interval, p, test = None, None, ""
    change: Change | None = None
    if difference is not None:
        interval = percentile_interval(_differences(one, two, batches))
        test = "paired bootstrap"
        sure = interval is not None and (interval[0] > 0 or interval[1] < 0)
        if of.of is not None and _is_binary(mine[of.name], theirs[of.name]):
            p, test = _mcnemar(mine[of.name], theirs[of.name]), "McNemar"
            sure = p < _LEVEL
        change = _change(of, difference, sure)
    return ComparedMeasure(
        of.name, of.title, of.unit, value, other, difference, interval, p, test,
        min(one.count, two.count), change,
    )  # fmt: skip


def _differences(one: Statistic, two: Statistic, batches: list[Weights]) -> Array:
    return sampled(one, batches) - sampled(two, batches)


def _change(of: Metric, difference: float, sure: bool) -> Change | None:
    if not of.better:
        return None
    if not sure or not difference:
        return "not distinguishable"
    return "better" if (difference > 0) == (of.better == "higher") else "worse"


def _is_binary(mine: Array, theirs: Array) -> bool:
    """Tell whether both say yes or no of the very same questions."""
    if (np.isnan(mine) != np.isnan(theirs)).any():
        return False
    return all(bool(np.isin(v[~np.isnan(v)], [0, 1]).all()) for v in (mine, theirs))


def _mcnemar(mine: Array, theirs: Array) -> float:
    return mcnemar(int((mine > theirs).sum()), int((mine < theirs).sum()))


def _flips(pairs: Sequence[tuple[Case, Case]]) -> tuple[Flip, ...]:
    found = []
    for case, other in pairs:
        after, before = judge(case)[0], judge(other)[0]
        if after != before:
            change = _GOODNESS[after] - _GOODNESS[before]
            flip = Flip(
                case.question.id, case.question.question, before, after,
                str(other.line["answer"]), str(case.line["answer"]),
            )  # fmt: skip
            found.append((change, -other.confidence, flip))
    return tuple(flip for _, _, flip in sorted(found, key=lambda row: row[:2]))
