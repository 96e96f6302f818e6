"""Limits that a run must keep, as `--fail-under measure=value` sets them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import QuestionError
from assistant.evaluation.metrics import named
from assistant.evaluation.results import Measure


@dataclass(frozen=True)
class Limit:
    """The least that a measure may be; the most, for one that is better lower."""

    measure: str
    value: float


def parse(given: Sequence[str]) -> list[Limit]:
    """Limits from "measure=value". Raises QuestionError, with all names, for an unknown one."""
    return [_parsed(text) for text in given]


def broken(limits: Sequence[Limit], measures: Sequence[Measure]) -> list[str]:
    """A sentence for each limit that is not kept, or that the set says nothing of."""
    values = {m.name: m for m in measures}
    told = []
    for limit in limits:
        measure = values[limit.measure]
        if measure.value is None:
            told.append(f"{limit.measure} is not told by this question set.")
        elif measure.better == "lower" and measure.value > limit.value:
            told.append(f"{limit.measure} is {measure.value:.4g}, above {limit.value:g}.")
        elif measure.better != "lower" and measure.value < limit.value:
            told.append(f"{limit.measure} is {measure.value:.4g}, below {limit.value:g}.")
    return told


def _parsed(text: str) -> Limit:
    name, _, number = text.partition("=")
    name = name.strip()
    if name not in named:
        raise QuestionError(
            f"There is no measure named {name!r}.", f"There are: {', '.join(named)}."
        )
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise QuestionError(f"{text!r} sets no limit.", f"Write it as {name}=0.8.")
    return Limit(name, value)
