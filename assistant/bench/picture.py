"""The growth as one picture: a panel for each figure, both axes logarithmic."""

import math
from collections.abc import Sequence
from html import escape

from assistant.bench.growth import Figure, Growth

_WIDTH, _HEIGHT, _COLUMNS = 250, 170, 3
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 28, 34, 28
_HEAD = 30
_STYLE = """
text { font: 11px sans-serif; fill: #444 } .title { font-size: 12px; fill: #111 }
.head { font-size: 14px; fill: #111 } .frame { fill: none; stroke: #bbb }
.line { fill: none; stroke: #1f5fa8; stroke-width: 2 } .dot { fill: #1f5fa8 }
.step { stroke: #bbb; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
svg { background: #161616 } text { fill: #bbb } .title, .head { fill: #eee }
.frame, .step { stroke: #555 } .line { stroke: #7db3ef } .dot { fill: #7db3ef } }
"""


def svg(growths: Sequence[Growth]) -> str:
    """The picture as an SVG document; a dashed line is growth in step with the size."""
    parts: list[str] = []
    top = 0
    for growth in growths:
        parts.append(
            f'<text class="head" x="10" y="{top + 20}">As the number of {escape(growth.of)} grows'
            "; dashed: in step with it</text>"
        )
        top += _HEAD
        for number, figure in enumerate(growth.figures):
            x, y = number % _COLUMNS * _WIDTH, top + number // _COLUMNS * _HEIGHT
            panel = _panel(figure, growth.sizes)
            parts.append(f'<g transform="translate({x} {y})">{panel}</g>')
        top += -(-len(growth.figures) // _COLUMNS) * _HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH * _COLUMNS} {top}"'
        f' role="img"><title>How time and memory grow</title><style>{_STYLE}</style>'
        f"{''.join(parts)}</svg>\n"
    )


def _panel(figure: Figure, sizes: Sequence[int]) -> str:
    known = [(s, v) for s, v in zip(sizes, figure.values, strict=True) if v > 0]
    named = escape(f"{figure.title}, {figure.unit}")
    title = f'<text class="title" x="10" y="18">{named}</text>'
    if not known:
        return title
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    low, high = _decades([v for _, v in known])
    first, last = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] + 1))

    def at(size: float, value: float) -> tuple[float, float]:
        x = _LEFT + (math.log10(size) - first) / (last - first) * (right - _LEFT)
        y = bottom - (math.log10(value) - low) / (high - low) * (bottom - _TOP)
        return round(x, 1), round(y, 1)

    points = [at(*pair) for pair in known]
    size, value = known[0]
    factor = min(sizes[-1] / size, 10.0**high / value)
    reach = at(size * factor, value * factor)
    (x1, y1), (x2, y2) = points[0], reach
    frame = f"M{_LEFT} {_TOP}V{bottom}H{right}"
    line = " ".join(f"{x},{y}" for x, y in points)
    marks = "".join(
        f'<text x="{_LEFT - 5}" y="{at(size, 10.0**d)[1] + 4}" text-anchor="end">{10.0**d:g}</text>'
        for d in range(low, high + 1)
    ) + "".join(
        f'<text x="{at(s, v)[0]}" y="{bottom + 14}" text-anchor="middle">{s:,}</text>'
        for s, v in known
    )
    return (
        f'{title}<path class="frame" d="{frame}"/>{marks}'
        f'<line class="step" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
        f'<polyline class="line" points="{line}"/>'
        + "".join(f'<circle class="dot" cx="{x}" cy="{y}" r="3"/>' for x, y in points)
    )


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values."""
    low = math.floor(math.log10(min(values)))
    return low, max(low + 1, math.ceil(math.log10(max(values))))
