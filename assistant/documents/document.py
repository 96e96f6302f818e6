"""A document as it was read: the text that every span and quote refers to, and its structure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "heading", "code", "table", "list", "keys"]


@dataclass(frozen=True)
class Block:
    """A stretch of the text that belongs together: `text[start:end]`.

    `headings` is the path of headings above it, outermost first; `page` counts from 1 where the
    format has pages.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True)
class Document:
    """A parser's reading of a file's bytes.

    `text` is kept exactly as decoded (line ends included; a byte order mark is no part of it), so
    that spans count its characters. `note` says in a sentence what was unusual in reading it.
    """

    text: str
    title: str
    blocks: tuple[Block, ...]
    note: str = ""


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
