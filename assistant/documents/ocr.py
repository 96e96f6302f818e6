"""Optical character recognition: the lines of a picture of text, with their places on the page.

RapidOCR (Apache-2.0, its models inside its wheel) finds and reads them; it comes with the extra
`ocr`.
"""

import math
import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from assistant.documents.pdf_layout import Line, reading_order
from assistant.errors import DocumentError

# Pages of one file that are read: at a few seconds each, an hour.
MAX_PAGES = 1_000
# The longer side of a page that is read, in pixels: A4 at 340 dots an inch.
MAX_SIDE = 4_000
# How finely a page of a PDF is drawn to be read.
DOTS_PER_INCH = 300
PICTURE = "It is a picture; the text in it can be read once the extra `ocr` is installed."
SCAN = "Its pages are scanned pictures without text; they can be read with the extra `ocr`."
# What is said of files that are read once the extra is there.
WAITING = frozenset({PICTURE, SCAN})
NO_TEXT = "It is a picture in which no text was found."

# Pieces of a line stand nearer to each other than this many times its height.
_WORDS_APART = 1.6
# Boxes around the same letters differ so much in height, by what stands up or hangs below.
_SAME_SIZE = (0.72, 1.38)
# How sure a line must be: of a scan at 300 dots an inch nearly all are above 0.95, of one that is
# too coarse to be read nearly none above 0.75.
_SURE = 0.8

# Told of pages that were read, and of how many: however long a file takes, it goes on.
on_page: ContextVar[Callable[[int, int], None]] = ContextVar(
    "on_page", default=lambda done, pages: None
)


@cache
def is_installed() -> bool:
    """Tell whether pictures of text can be read."""
    return find_spec("rapidocr") is not None


def command(then: str = "sync") -> str:
    """The one command that installs the extra and reads what was left out."""
    if (Path(__file__).parents[2] / "pyproject.toml").is_file():
        return f"uv run --extra ocr assistant {then}"
    return f'uv pip install --python "{sys.executable}" rapidocr && assistant {then}'


def read(picture: Any, page: int, points: float = 72 / DOTS_PER_INCH) -> list[Line]:
    """The lines of a picture, an array of blue, green and red of shape (height, width, 3), in the
    order of reading; a pixel is so many `points`, which coordinates and sizes count.

    Raises DocumentError if recognition itself fails.
    """
    height, width = picture.shape[:2]
    try:
        found = _engine()(picture, use_cls=False)
    except Exception as error:  # the engines below raise types of their own, for want of memory too
        raise DocumentError(
            "The text in its picture could not be recognised.",
            "Save it smaller, or free some memory.",
        ) from error
    if found.boxes is None:
        return []
    rows = [
        (_corners(box), str(text).strip())
        for box, text, sure in zip(found.boxes, found.txts, found.scores, strict=True)
        if sure >= _SURE and str(text).strip()
    ]
    slope = _slope([corners for corners, _ in rows])
    lines = [_line(corners, text, page, (width, height), slope) for corners, text in rows]
    lines = [_scaled(line, points) for line in lines]
    return reading_order(_joined(_of_one_size(lines)))


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    # One thread: several wait for each other by spinning, which takes twice the processor time.
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "critical", **threads})


_Corners = list[tuple[float, float]]


def _corners(box: Any) -> _Corners:
    """The corners of a line's box, clockwise from where it begins."""
    return [(float(x), float(y)) for x, y in box]


def _slope(boxes: Sequence[_Corners]) -> float:
    """The angle in radians at which the page lies askew: that of its longer lines."""
    widths = sorted((b[1][0] - b[0][0] for b in boxes), reverse=True)
    if not widths:
        return 0.0
    long = widths[len(widths) // 2]
    angles = [
        math.atan2(b[1][1] - b[0][1], b[1][0] - b[0][0]) for b in boxes if b[1][0] - b[0][0] >= long
    ]
    return median(angles)


def _line(corners: _Corners, text: str, page: int, size: tuple[int, int], slope: float) -> Line:
    """A line with its box, as it were on a page that lies straight."""
    width, height = size
    cos, sin = math.cos(slope), math.sin(slope)
    xs = [x * cos + y * sin for x, y in corners]
    ys = [height - (y * cos - x * sin) for x, y in corners]
    box = (
        _share(min(x for x, _ in corners), width),
        _share(min(y for _, y in corners), height),
        _share(max(x for x, _ in corners), width),
        _share(max(y for _, y in corners), height),
    )
    bottom, top = min(ys), max(ys)
    return Line(
        text, min(xs), max(xs), bottom, top, max(1.0, top - bottom), page, float(height), box=box
    )


def _scaled(line: Line, points: float) -> Line:
    return replace(
        line,
        left=line.left * points,
        right=line.right * points,
        bottom=line.bottom * points,
        top=line.top * points,
        size=line.size * points,
        page_height=line.page_height * points,
    )


def _share(pixels: float, whole: int) -> float:
    return round(min(max(pixels / whole, 0.0), 1.0), 4)


def _of_one_size(lines: Sequence[Line]) -> list[Line]:
    """The lines, those of about the usual height given that one: else each were a heading."""
    if not lines:
        return []
    usual = median(line.size for line in lines)
    low, high = _SAME_SIZE
    return [
        replace(line, size=usual) if low <= line.size / usual <= high else line for line in lines
    ]


def _joined(lines: Sequence[Line]) -> list[Line]:
    """The lines from top to bottom, pieces of one line with no more than words' white between
    them put together."""
    made: list[Line] = []
    for line in sorted(lines, key=lambda one: (-one.middle, one.left)):
        beside = next((n for n, other in enumerate(made) if _is_beside(other, line)), None)
        if beside is None:
            made.append(line)
            continue
        first, second = sorted((made[beside], line), key=lambda one: one.left)
        made[beside] = first.beside(second, " ")
    return made


def _is_beside(one: Line, other: Line) -> bool:
    gap = max(one.left, other.left) - min(one.right, other.right)
    level = abs(one.middle - other.middle) < min(one.size, other.size) * 0.4
    return level and -one.size < gap < one.size * _WORDS_APART
