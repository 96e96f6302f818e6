"""Builds the text of a document from the pieces that a format holds, with spans for each."""

import re
from datetime import date

from assistant.documents.document import Block, BlockKind, Box, Document

_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" *\r?\n *|\r")
# What no text needs and some formats leave behind: controls, soft hyphens, marks of order.
_NOISE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\ufeff\ufffe\uffff\ud800-\udfff]")


class TextBuilder:
    """Pieces in the order of reading become one text: blocks stand apart by an empty line.

    For formats whose file is not itself text; the text built here is the one that is stored.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._path: list[tuple[int, str]] = []

    @property
    def is_empty(self) -> bool:
        return not self._blocks

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def heading(
        self, text: str, level: int, page: int | None = None, box: Box | None = None
    ) -> None:
        """Add a heading; what follows stands below it. `level` counts from 1, the outermost."""
        plain = one_line(text)
        if not plain:
            return
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, plain))
        self._append(plain, "heading", page, box=box)

    def add(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        page: int | None = None,
        box: Box | None = None,
    ) -> None:
        """Add a block; white space is made single except in code."""
        self._append(clean_code(text) if kind == "code" else clean(text), kind, page, box=box)

    def rows(
        self,
        lines: list[str],
        page: int | None = None,
        kind: BlockKind = "table",
        box: Box | None = None,
    ) -> None:
        """Add the rows of a table: a block each, one line below the other."""
        for number, line in enumerate(lines):
            self._append(one_line(line), kind, page, apart="\n" if number else "\n\n", box=box)

    def leave(self, level: int) -> None:
        """Leave the headings of `level` and deeper ones."""
        while self._path and self._path[-1][0] >= level:
            self._path.pop()

    def first_heading(self) -> str:
        """The first heading's text, or ""."""
        first = next((b for b in self._blocks if b.kind == "heading"), None)
        return first.headings[-1] if first is not None else ""

    def document(
        self, title: str, note: str = "", unread_pages: int = 0, written: date | None = None
    ) -> Document:
        """The finished document."""
        text = "".join(self._parts)
        return Document(text, one_line(title), tuple(self._blocks), note, unread_pages, written)

    def _append(
        self,
        text: str,
        kind: BlockKind,
        page: int | None,
        apart: str = "\n\n",
        box: Box | None = None,
    ) -> None:
        if not text:
            return
        if self._parts:
            self._parts.append(apart)
            self._length += len(apart)
        headings = tuple(title for _, title in self._path)
        end = self._length + len(text)
        self._blocks.append(Block(self._length, end, kind, headings, page, box))
        self._parts.append(text)
        self._length += len(text)


def clean(text: str) -> str:
    """Text with single spaces, without controls; line ends stay."""
    plain = _LINE_ENDS.sub("\n", _SPACES.sub(" ", _NOISE.sub("", text)))
    return re.sub(r"\n{2,}", "\n", plain).strip()


def clean_code(text: str) -> str:
    """Text whose indentation means something: only controls and empty ends are taken off."""
    return _NOISE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").rstrip()


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(_NOISE.sub("", text).split())
