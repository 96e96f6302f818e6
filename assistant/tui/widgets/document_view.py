"""A document's text around a quote, with line numbers, the quote highlighted and in view."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.printable import safe
from assistant.tui.sources import SourceText

# Characters shown on either side of a quote: more would take long to wrap, and $EDITOR shows all.
_AROUND = 40_000
_GUTTER = 6


@dataclass(frozen=True)
class Row:
    """A row of the screen: text[start:end] of the shown text; `number` where a line begins."""

    start: int
    end: int
    number: int | None


class DocumentView(ScrollView, can_focus=True):
    """Scrolls through a document; wraps what is near the quote only."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "document--quote",
        "document--answer",
        "document--gutter",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", id="source.down", show=False),
        Binding("k", "scroll_up", "Up", id="source.up", show=False),
    ]

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._text = ""
        self._span = (0, 0)
        self._answer = (0, 0)
        self._first_line = 1
        self._rows: list[Row] = []
        self._wrapped_at = 0

    def show(self, source: SourceText) -> None:
        """Show a source and scroll to its span."""
        start, end = source.span
        first, last = max(0, start - _AROUND), min(len(source.text), end + _AROUND)
        if first:
            first = source.text.find("\n", first, start) + 1 or first
        before = safe(source.text[first:start])
        quote = safe(source.text[start:end])
        self._text = before + quote + safe(source.text[end:last])
        self._span = (len(before), len(before) + len(quote))
        a, b = source.answer or (start, start)
        self._answer = (len(before) + a - start, len(before) + b - start)
        skipped = source.text[:first].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        self._first_line = source.first_line + skipped
        self._wrap()
        self.call_after_refresh(self.scroll_to_quote)

    @property
    def highlighted(self) -> str:
        """The text that is highlighted."""
        return self._text[slice(*self._span)]

    def scroll_to_quote(self) -> None:
        """Bring the quote into view, a third of the way down."""
        row = bisect_left([r.end for r in self._rows], self._span[0] + 1)
        self.scroll_to(y=max(0, row - self.size.height // 3), animate=False, immediate=True)

    def on_resize(self, event: events.Resize) -> None:
        if self._text and self._wrapped_at != event.size.width:
            self._wrap()
            self.call_after_refresh(self.scroll_to_quote)

    def _wrap(self) -> None:
        self._wrapped_at = self.size.width
        width = max(10, self._wrapped_at - _GUTTER - 1)
        self._rows = list(rows(self._text, width, self._first_line))
        self.virtual_size = Size(self._wrapped_at, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        base = self.rich_style
        if not 0 <= at < len(self._rows):
            return Strip.blank(self.size.width, base)
        row = self._rows[at]
        number = f"{row.number:>{_GUTTER - 1}} " if row.number is not None else " " * _GUTTER
        quote = self.get_component_rich_style("document--quote")
        answer = self.get_component_rich_style("document--answer")
        marks = (self._span[0], *self._answer, self._span[1])
        cuts = [row.start, *(min(max(mark, row.start), row.end) for mark in marks), row.end]
        segments = [Segment(number, self.get_component_rich_style("document--gutter"))]
        for (a, b), style in zip(pairwise(cuts), (base, quote, answer, quote, base), strict=True):
            segments.append(Segment(self._text[a:b].replace("\t", " "), style))
        return Strip(segments).adjust_cell_length(self.size.width, base)


def rows(text: str, width: int, first_line: int) -> Iterator[Row]:
    """The rows of a text wrapped at words; together they hold all of it but line ends."""
    position = 0
    for number, line in enumerate(text.split("\n"), start=first_line):
        starts = [0, *breaks(line, width)]
        for i, start in enumerate(starts):
            end = starts[i + 1] if i + 1 < len(starts) else len(line)
            yield Row(position + start, position + end, None if i else number)
        position += len(line) + 1


def breaks(line: str, width: int) -> list[int]:
    """The places to break a line so that no row is wider than `width` cells: after spaces if it
    can."""
    plain = line.isascii()
    found: list[int] = []
    start = 0
    while start < len(line):
        end = start + width if plain else _fitting(line, start, width)
        if end >= len(line):
            break
        space = line.rfind(" ", start + 1, end + 1)
        start = space + 1 if space > start else end
        found.append(start)
    return [b for b in found if b < len(line)]


def _fitting(line: str, start: int, width: int) -> int:
    """The end of the longest stretch from `start` that fits; at least one character."""
    cells = 0
    for i in range(start, len(line)):
        cells += cell_len(line[i])
        if cells > width:
            return max(i, start + 1)
    return len(line)
