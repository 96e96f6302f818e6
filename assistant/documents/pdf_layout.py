"""Layout of lines on a page: columns one after the other, rows of tables kept, furniture off.

Reading order by recursive cuts at gutters (after Nagy & Seth 1984, "Hierarchical representation of
optically scanned documents"), with whole-width lines as the borders of what stands in columns.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from assistant.documents.document import Box, around

# A column has at least this many lines, and lines of at least this many words on average.
_COLUMN_LINES = 4
_COLUMN_WORDS = 2.6
# At most this share of lines may cross a gutter (titles, figures over the whole width).
_CROSSING = 0.34
# Head and foot of a page: the parts in which repeated lines are furniture.
_MARGIN = 0.1
_MIN_REPEATS = 2
_PAGE_NUMBER = re.compile(
    r"(?:page )?[-\u2013 ]*(?:\d{1,4}|[ivxlc]{1,6})[-\u2013 ]*(?:(?:of|/) ?\d{1,4})?"
)
CELLS_APART = " | "

Extent = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A run of characters on one line: its box in points from the page's lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    page: int
    page_height: float
    is_bold: bool = False
    cells: tuple["Extent", ...] = ()  # left and right of each cell, if it is a table's row
    box: Box | None = None  # on the page as it was scanned, if it was read from a picture

    @property
    def is_row(self) -> bool:
        """Tell whether it is pieces with gaps between them."""
        return bool(self.cells)

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2

    def beside(self, other: "Line", apart: str) -> "Line":
        """This line with the one to the right of it, as one."""
        return replace(
            self,
            text=f"{self.text}{apart}{other.text}",
            right=other.right,
            bottom=min(self.bottom, other.bottom),
            top=max(self.top, other.top),
            box=around(self.box, other.box),
        )


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page in the order a person reads them; pieces of one line are joined."""
    gutter = _gutter(lines)
    if gutter is None:
        return _rows(lines)
    ordered: list[Line] = []
    for band in _bands(lines, gutter):
        left = [line for line in band if line.right <= gutter]
        right = [line for line in band if line.left >= gutter]
        across = [line for line in band if line.left < gutter < line.right]
        ordered += _rows(across) + reading_order(left) + reading_order(right)
    return ordered


def _gutter(lines: Sequence[Line]) -> float | None:
    """The x that parts two columns, or None."""
    if len(lines) < 2 * _COLUMN_LINES:
        return None
    begin, end = min(line.left for line in lines), max(line.right for line in lines)
    edges = sorted({line.left for line in lines if begin < line.left < end})
    best: tuple[float, float] | None = None
    for edge in edges:
        x = edge - 1.0
        left = [line for line in lines if line.right <= x]
        right = [line for line in lines if line.left >= x]
        crossing = len(lines) - len(left) - len(right)
        if crossing > len(lines) * _CROSSING or not (_is_column(left) and _is_column(right)):
            continue
        balance = min(_height(left), _height(right))
        score = balance - crossing * 5.0
        if best is None or score > best[0]:
            # In the middle of the white between the two.
            best = (score, (max(line.right for line in left) + edge) / 2)
    return best[1] if best else None


def _is_column(lines: Sequence[Line]) -> bool:
    if len(lines) < _COLUMN_LINES:
        return False
    words = sum(len(line.text.split()) for line in lines) / len(lines)
    return words >= _COLUMN_WORDS


def _height(lines: Sequence[Line]) -> float:
    return max(line.top for line in lines) - min(line.bottom for line in lines)


def _bands(lines: Sequence[Line], gutter: float) -> Iterator[list[Line]]:
    """From top to bottom: runs of whole-width lines, and what stands in columns between them."""
    band: list[Line] = []
    for line in sorted(lines, key=lambda one: -one.middle):
        crosses = line.left < gutter < line.right
        if band and crosses != (band[-1].left < gutter < band[-1].right):
            yield band
            band = []
        band.append(line)
    if band:
        yield band


def _rows(lines: Sequence[Line]) -> list[Line]:
    """Lines in the file's order, unless that jumps about; pieces on one line joined."""
    steps = [b.middle - a.middle for a, b in itertools.pairwise(lines)]
    back = sum(step > a.size for step, a in zip(steps, lines, strict=False))
    ordered = list(lines)
    if back * 5 > len(lines):
        step = max(1.0, median(line.size for line in lines) * 0.5)
        ordered.sort(key=lambda line: (-round(line.middle / step), line.left))
    joined: list[Line] = []
    for line in ordered:
        last = joined[-1] if joined else None
        if (
            last
            and abs(last.middle - line.middle) < last.size * 0.4
            and line.left >= last.right - 1
        ):
            joined[-1] = replace(
                last.beside(line, CELLS_APART),
                cells=(*(last.cells or ((last.left, last.right),)), (line.left, line.right)),
            )
        else:
            joined.append(line)
    return joined


def in_columns(
    rows: Sequence[Sequence[str]], cells: Sequence[Sequence[Extent]]
) -> list[list[str]] | None:
    """The rows with "" where a cell is empty, by what stands below what; None if that is not clear.

    `cells` holds left and right of each cell of each row.
    """
    widest = max(rows, key=len, default=())
    columns: list[Extent] = [(math.inf, -math.inf)] * len(widest)
    for row in cells:  # rows of all cells say how wide the columns are
        if len(row) == len(columns):
            columns = [(min(a, c), max(b, d)) for (a, b), (c, d) in zip(columns, row, strict=True)]
    made = []
    for texts, extents in zip(rows, cells, strict=True):
        places = [_column_of(extent, columns) for extent in extents]
        if None in places or len(set(places)) < len(places) or len(texts) != len(places):
            return None
        by_place = dict(zip(places, texts, strict=True))
        made.append([by_place.get(number, "") for number in range(len(columns))])
    return made


def _column_of(extent: Extent, columns: Sequence[Extent]) -> int | None:
    """The only column that a cell stands in."""
    found = [
        n for n, (left, right) in enumerate(columns) if extent[0] <= right and extent[1] >= left
    ]
    return found[0] if len(found) == 1 else None


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without what repeats at their head or foot, page numbers included."""
    repeats = Counter(
        key for page in pages for key in {_pattern(line) for line in page if _at_margin(line)}
    )
    wanted = max(_MIN_REPEATS, len(pages) // 4)
    return [
        [
            line
            for line in page
            if not (_at_margin(line) and (repeats[_pattern(line)] >= wanted or _is_number(line)))
        ]
        for page in pages
    ]


def _at_margin(line: Line) -> bool:
    share = line.middle / line.page_height if line.page_height else 0.5
    return share < _MARGIN or share > 1 - _MARGIN


def _pattern(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.casefold())


def _is_number(line: Line) -> bool:
    return _PAGE_NUMBER.fullmatch(line.text.casefold()) is not None
