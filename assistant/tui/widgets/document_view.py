"""A document's text around a quote, with line numbers, the quote highlighted and in view."""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.language.sentences import Span
from assistant.printable import safe
from assistant.tui.sources import SourceText

# Characters shown on either side of a quote: more would take long to wrap, and $EDITOR shows all.
_AROUND = 40_000
_GUTTER = 6


@dataclass(frozen=True)
class Row:
    """A row of the screen: text[start:end] of the shown text; `number` where a line begins.

    With `page` it holds no text, but separates that page from the one before.
    """

    start: int
    end: int
    number: int | None
    page: int = 0


class DocumentView(ScrollView, can_focus=True):
    """Scrolls through a document and finds words in it; wraps what is near the quote only."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "document--quote",
        "document--answer",
        "document--found",
        "document--gutter",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", id="source.down", show=False),
        Binding("k", "scroll_up", "Up", id="source.up", show=False),
    ]

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._source = SourceText("", (0, 0))
        self._text = ""
        self._span = (0, 0)
        self._answer = (0, 0)
        self._found = (0, 0)
        self._at: Span | None = None
        self._pages: list[tuple[int, int]] = []
        self._first_line = 1
        self._rows: list[Row] = []
        self._wrapped_at = 0

    def show(self, source: SourceText) -> None:
        """Show a source and scroll to its span."""
        self._source = source
        self._at = None
        self._show_around(source.span)
        self.call_after_refresh(self.scroll_to_quote)

    def find(self, words: str, step: int = 1) -> tuple[int, int]:
        """Go to the next place of some words, or with -1 the one before; which of how many it is.

        Case and line breaks do not count. (0, 0) if they stand nowhere.
        """
        pattern = r"\s+".join(map(re.escape, words.split()))
        found = re.finditer(pattern, self._source.text, re.IGNORECASE) if pattern else ()
        places = [m.span() for m in found]
        if not places:
            self._at = None
            self._show_around(self._source.span)
            return 0, 0
        if self._at in places:
            index = (places.index(self._at) + step) % len(places)
        else:  # the first behind the quote
            index = bisect_left(places, self._source.span) % len(places)
        self._at = places[index]
        self._show_around(self._at)
        self.call_after_refresh(self._bring_into_view, self._found)
        return index + 1, len(places)

    def _show_around(self, span: Span) -> None:
        """Take the text around a span, and where in it quote, answer, find and pages are."""
        source = self._source
        first, last = max(0, span[0] - _AROUND), min(len(source.text), span[1] + _AROUND)
        if first:
            first = source.text.find("\n", first, span[0]) + 1 or first
        answer = source.answer or (source.span[0], source.span[0])
        found = self._at or (first, first)
        pages = [(start, page) for start, page in source.pages if first <= start < last]
        marks = {first, last, *source.span, *answer, *found, *(start for start, _ in pages)}
        cuts = sorted(min(max(mark, first), last) for mark in marks)
        # What is shown may be longer than what it stands for: each place is counted anew.
        self._text, places = "", {cuts[0]: 0}
        for a, b in pairwise(cuts):
            self._text += safe(source.text[a:b])
            places[b] = len(self._text)

        def shown(raw: Span) -> Span:
            start, end = (places[min(max(mark, first), last)] for mark in raw)
            return start, end

        self._span, self._answer, self._found = shown(source.span), shown(answer), shown(found)
        self._pages = [(places[start], page) for start, page in pages]
        skipped = source.text[:first].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        self._first_line = source.first_line + skipped
        self._wrap()

    @property
    def highlighted(self) -> str:
        """The text that is highlighted."""
        return self._text[slice(*self._span)]

    @property
    def found(self) -> str:
        """The text that was found last."""
        return self._text[slice(*self._found)]

    def scroll_to_quote(self) -> None:
        """Bring the quote, or what was found, into view, a third of the way down."""
        self._bring_into_view(self._found if self._at else self._span)

    def _bring_into_view(self, span: Span) -> None:
        row = bisect_left([r.end for r in self._rows], span[0] + 1)
        self.scroll_to(y=max(0, row - self.size.height // 3), animate=False, immediate=True)

    def on_resize(self, event: events.Resize) -> None:
        if self._text and self._wrapped_at != event.size.width:
            self._wrap()
            self.call_after_refresh(self.scroll_to_quote)

    def _wrap(self) -> None:
        self._wrapped_at = self.size.width
        width = max(10, self._wrapped_at - _GUTTER - 1)
        self._rows = list(rows(self._text, width, self._first_line, self._pages))
        self.virtual_size = Size(self._wrapped_at, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        base = self.rich_style
        if not 0 <= at < len(self._rows):
            return Strip.blank(self.size.width, base)
        row = self._rows[at]
        gutter = self.get_component_rich_style("document--gutter")
        if row.page:
            rule = f" page {row.page} ".center(max(10, self.size.width - _GUTTER - 1), "\u2500")
            return Strip([Segment(" " * _GUTTER + rule, gutter)]).adjust_cell_length(
                self.size.width, base
            )
        number = f"{row.number:>{_GUTTER - 1}} " if row.number is not None else " " * _GUTTER
        segments = [Segment(number, gutter)]
        marks = {row.start, row.end, *self._span, *self._answer, *self._found}
        cuts = sorted(mark for mark in marks if row.start <= mark <= row.end)
        for a, b in pairwise(cuts):
            segments.append(Segment(self._text[a:b].replace("\t", " "), self._style(a, b)))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _style(self, start: int, end: int) -> Style:
        """The style of a stretch that no mark divides."""
        for span, name in (
            (self._found, "found"),
            (self._answer, "answer"),
            (self._span, "quote"),
        ):
            if span[0] <= start and end <= span[1]:
                return self.get_component_rich_style(f"document--{name}")
        return self.rich_style


def rows(
    text: str, width: int, first_line: int, pages: Sequence[tuple[int, int]] = ()
) -> Iterator[Row]:
    """The rows of a text wrapped at words; together they hold all of it but line ends.

    Before the line in which a page begins, a row names it.
    """
    position = 0
    to_come = deque(pages)
    for number, line in enumerate(text.split("\n"), start=first_line):
        while to_come and to_come[0][0] <= position + len(line):
            yield Row(position, position, None, to_come.popleft()[1])
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
