"""Results of benchmarks: rows of samples beside those of the bare library, and how two runs
differ."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

import numpy as np

Unit = Literal["ms", "MB", "/s", "%"]
# Medians of resamples that tell how far the noise of one run reaches.
_RESAMPLES = 1000


@dataclass(frozen=True)
class Budget:
    """A limit on the median: in its unit, or (`of_bare`) on the ratio to the bare library.

    A rate ("/s") must be at least the limit, all else at most.
    """

    limit: float
    of_bare: bool = False


@dataclass(frozen=True)
class Row:
    """One thing measured. `bare[i]` was taken right beside `values[i]`, where there is any."""

    name: str
    title: str
    unit: Unit
    values: tuple[float, ...]
    bare: tuple[float, ...] = ()
    bare_title: str = ""
    budget: Budget | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def high(self) -> float:
        """The 95th percentile of what should be low, the 5th of a rate: the bad end."""
        return float(np.percentile(self.values, 5 if self.unit == "/s" else 95))

    @property
    def ratio(self) -> float | None:
        """The median of the pairs' ratios, ours to the bare; None where there is no bare one."""
        return median(self._pairs()) if self.bare else None

    @property
    def holds(self) -> bool | None:
        """Tell whether the budget is kept; None where there is none."""
        if self.budget is None:
            return None
        value = self.ratio if self.budget.of_bare else self.median
        if value is None:
            return None
        return value >= self.budget.limit if self.unit == "/s" else value <= self.budget.limit

    def _pairs(self) -> list[float]:
        return [a / b for a, b in zip(self.values, self.bare, strict=True)]

    def comparable(self) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """The figures to compare with another run's: the ratios, which leave out how busy the
        machine was, or the values where nothing bare was measured."""
        return np.asarray(self._pairs() if self.bare else self.values, dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """The row with what follows from it."""
        told = {"median": self.median, "high": self.high, "ratio": self.ratio, "holds": self.holds}
        return asdict(self) | told


@dataclass(frozen=True)
class Change:
    """This run over another: `factor` of what both can be compared by, with a 95 % interval."""

    name: str
    title: str
    by_ratio: bool
    factor: float
    interval: tuple[float, float]

    @property
    def sure(self) -> bool:
        """Tell whether the interval leaves out "no change"."""
        return not self.interval[0] <= 1.0 <= self.interval[1]


@dataclass(frozen=True)
class Run:
    """A run: its rows, where and of what it was taken, what was left out and why."""

    rows: tuple[Row, ...]
    about: Mapping[str, Any]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The whole run; `from_json` reads it back."""
        return {
            "version": 1,
            "about": dict(self.about),
            "left_out": dict(self.left_out),
            "rows": [row.to_json() for row in self.rows],
        }


def from_json(data: Mapping[str, Any]) -> Run:
    """A run as `to_json` made it. Raises KeyError, TypeError or ValueError if it is none."""
    if data["version"] != 1:
        raise ValueError("its version is not 1")
    rows = []
    for row in data["rows"]:
        budget = row["budget"]
        rows.append(
            Row(
                name=str(row["name"]),
                title=str(row["title"]),
                unit=row["unit"],
                values=tuple(map(float, row["values"])),
                bare=tuple(map(float, row["bare"])),
                bare_title=str(row["bare_title"]),
                budget=Budget(float(budget["limit"]), bool(budget["of_bare"])) if budget else None,
            )
        )
    return Run(tuple(rows), dict(data["about"]), dict(data["left_out"]))


def compare(this: Run, other: Run) -> list[Change]:
    """The rows that both runs have; a factor of 2 is twice the time, or twice the rate."""
    before = {row.name: row for row in other.rows}
    return [_change(row, before[row.name]) for row in this.rows if row.name in before]


def _change(row: Row, other: Row) -> Change:
    by_ratio = bool(row.bare and other.bare)
    if by_ratio:
        now, then = row.comparable(), other.comparable()
    else:
        now, then = (np.asarray(r.values, dtype=np.float64) for r in (row, other))
    rng = np.random.default_rng(1)
    drawn = [np.median(_resampled(rng, v), axis=1) for v in (now, then)]
    low, high = np.percentile(drawn[0] / drawn[1], [2.5, 97.5])
    factor = float(np.median(now) / np.median(then))
    return Change(row.name, row.title, by_ratio, factor, (float(low), float(high)))


def _resampled(rng: np.random.Generator, values: Any) -> Any:
    return rng.choice(values, (_RESAMPLES, len(values)))


def missed(rows: Sequence[Row]) -> list[Row]:
    """The rows whose budget is not kept."""
    return [row for row in rows if row.holds is False]
