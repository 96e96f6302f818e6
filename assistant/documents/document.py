"""A document as it was read: the text that every span and quote refers to, and its structure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

# Left, top, right, bottom as shares of a page's width and height, from its upper left corner.
Box = tuple[float, float, float, float]

BlockKind = Literal["paragraph", "heading", "code", "table", "list", "keys"]


@dataclass(frozen=True)
class Block:
    """A stretch of the text that belongs together: `text[start:end]`.

    `headings` is the path of headings above it, outermost first; `page` counts from 1 where the
    format has pages. `box` is where on the page it stands, if it was read from a picture;
    `language` is that of its document.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    headings: tuple[str, ...] = ()
    page: int | None = None
    box: Box | None = None
    language: str = "en"


@dataclass(frozen=True)
class Document:
    """A parser's reading of a file's bytes.

    `text` is kept exactly as decoded (line ends included; a byte order mark is no part of it), so
    that spans count its characters. `note` says in a sentence what was unusual in reading it;
    `unread_pages` are pictures of text that could not be read here; `written` is the day that its
    format keeps beside the text; `language` is the code of ISO 639 (639-1 where it has one).
    """

    text: str
    title: str
    blocks: tuple[Block, ...]
    note: str = ""
    unread_pages: int = 0
    written: date | None = None
    language: str = "en"


def around(one: Box | None, other: Box | None) -> Box | None:
    """The box around two; the one that there is, if there is one alone."""
    if one is None or other is None:
        return one or other
    left, top, right, bottom = zip(one, other, strict=True)
    return min(left), min(top), max(right), max(bottom)


class LineMap:
    """From character offsets to line numbers (from 1); lines end with \\n, \\r\\n or a lone \\r."""

    def __init__(self, text: str) -> None:
        starts = [0]
        position = 0
        for line in text.splitlines(keepends=True):
            # splitlines also breaks at form feeds and other separators that editors do not count.
            position += len(line)
            if line.endswith(("\n", "\r")):
                starts.append(position)
        self._starts: Sequence[int] = starts

    def line(self, offset: int) -> int:
        """The line that holds the character at `offset`."""
        return bisect_right(self._starts, offset)

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last line that `text[start:end]` touches."""
        return self.line(start), self.line(max(start, end - 1))
