"""A measure: its name, its formula in words, where it is from, and how it is computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.evaluation.case import Case
from assistant.evaluation.statistics import Array, Statistic, mean

Columns = Mapping[str, Array]


@dataclass(frozen=True)
class Metric:
    """A measure: told of each question by `of` and put together by `over`, or told by `joint`.

    `of` gives None for a question that says nothing about it. `joint` looks at several columns
    (values per question by name, NaN for None) at once. `better` is "higher", "lower" or "".
    """

    name: str
    title: str
    family: str
    definition: str
    of: Callable[[Case], float | bool | None] | None = None
    over: Callable[[Array], Statistic] = mean
    joint: Callable[[Columns], Statistic] | None = None
    source: str = ""
    better: str = "higher"
    unit: str = "share"

    def statistic(self, columns: Columns) -> Statistic:
        """The measure over the questions of the columns."""
        return self.joint(columns) if self.joint else self.over(columns[self.name])
