"""A frame with axes, in which lines and dots are drawn in the units of the data."""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from assistant.evaluation.report.words import escaped

WIDTH, HEIGHT = 360, 226
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 340.0, 12.0, 188.0
# A line of more points than pixels is no sharper, only larger.
_MOST_POINTS = 240
_STEPS = (1, 2, 2.5, 5, 10)

Point = tuple[float, float]
_Any = TypeVar("_Any")


class Axes:
    """Draws in the units of the data, inside a frame with rounded ticks."""

    def __init__(self, x: Point, y: Point) -> None:
        self._x_ticks, self._y_ticks = _ticks(*x), _ticks(*y)
        self._x = _scale(x[0], self._x_ticks[-1], _LEFT, _RIGHT)
        self._y = _scale(y[0], self._y_ticks[-1], _BOTTOM, _TOP)

    def line(self, points: Sequence[Point], style: str) -> str:
        """A line through the points."""
        at = " ".join(
            f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in thinned(points, _MOST_POINTS)
        )
        return f'<polyline class="{style}" points="{at}"/>'

    def dot(self, x: float, y: float, radius: float) -> str:
        """A dot of `radius` pixels."""
        return f'<circle class="dot" cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="{radius:.1f}"/>'

    def upright(self, x: float, label: str) -> str:
        """A dashed line at `x`, named at its top."""
        at, side = self._x(x), "end" if self._x(x) > (_LEFT + _RIGHT) / 2 else "start"
        shift = -4 if side == "end" else 4
        return (
            f'<line class="guide" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>'
            + _text(at + shift, _TOP + 9, side, escaped(label))
        )

    def drawn(self, inner: str, x_label: str, y_label: str) -> str:
        """The frame, the ticks and their labels around what was drawn."""
        parts = []
        for value in self._x_ticks:
            at = self._x(value)
            parts.append(_grid(at, at, _TOP, _BOTTOM))
            parts.append(_text(at, _BOTTOM + 14, "middle", f"{value:,g}"))
        for value in self._y_ticks:
            at = self._y(value)
            parts.append(_grid(_LEFT, _RIGHT, at, at))
            parts.append(_text(_LEFT - 5, at + 4, "end", f"{value:,g}"))
        parts.append(_text((_LEFT + _RIGHT) / 2, HEIGHT - 6, "middle", x_label))
        turned = f"translate(11 {(_TOP + _BOTTOM) / 2}) rotate(-90)"
        parts.append(f'<text transform="{turned}" text-anchor="middle">{y_label}</text>')
        return "".join(parts) + inner


def _text(x: float, y: float, anchor: str, inner: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{inner}</text>'


def _grid(x1: float, x2: float, y1: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>'


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _ticks(low: float, high: float) -> list[float]:
    """Five or so round numbers from `low`, the last of them at or above `high`."""
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s for s in _STEPS if s * power >= raw * (1 - 1e-9)) * power
    count = math.ceil((high - low) / step - 1e-9)
    return [round(low + i * step, 10) for i in range(count + 1)]


def thinned(points: Sequence[_Any], most: int) -> list[_Any]:
    """At most about `most` of the points, evenly, the last among them."""
    if len(points) <= most:
        return list(points)
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]
