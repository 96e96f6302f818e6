"""Tables: each row in words, its cells under the names of their columns."""

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.documents.document import Block
from assistant.documents.units.lines import Line, Taken
from assistant.documents.units.unit import Piece, Unit, UnitKind
from assistant.language.sentences import Span, trim

DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")
NAMED = re.compile(r"(?:^|; )([^:;|]{1,60}): ")
_WORD_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.]+|\[\d+\]")


def is_table(lines: Sequence[Line], i: int) -> bool:
    below = lines[i + 1].text if i + 1 < len(lines) else ""
    return "|" in lines[i].text and "|" in below and DELIMITER.fullmatch(below) is not None


def table(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """The rows of a table in Markdown, each cell with the name of its column."""
    if not is_table(lines, i):
        return None
    names = [text[a:b] for a, b in cells(text, lines[i])]
    last = i + 2
    found = [Unit(*trim(text, lines[i].start, lines[i + 1].end), "header")]
    while last < len(lines) and "|" in lines[last].text:
        line = lines[last]
        pieces = _row_pieces(text, names, cells(text, line))
        kind: UnitKind = "row" if pieces else "header"
        found.append(Unit(*trim(text, line.start, line.end), kind, pieces))
        last += 1
    return found, last - i


def cells(text: str, line: Line) -> list[Span]:
    """The spans of a row's cells, without the emphasis around them; none of a blank line."""
    if line.is_blank:
        return []
    left, right = trim(text, line.start, line.end)
    left += text[left] == "|"
    right -= text[right - 1] == "|" and right - 1 > left
    borders = [left, *(m.start() for m in re.finditer(r"(?<!\\)\|", text[left:right])), right]
    borders[1:-1] = [left + b for b in borders[1:-1]]
    spans = [trim(text, a + (n > 0), b) for n, (a, b) in enumerate(pairwise(borders))]
    return [_without_markup(text, *span) for span in spans]


def _without_markup(text: str, start: int, end: int) -> Span:
    while end - start > 1 and text[start] in "*_`" and text[end - 1] == text[start]:
        start, end = start + 1, end - 1
    return start, end


def _row_pieces(text: str, names: Sequence[str], spans: Sequence[Span]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for number, (start, end) in enumerate(spans):
        if any(c.isalnum() for c in text[start:end]):
            name = names[number] if number < len(names) else ""
            pieces += [f"{'; ' if pieces else ''}{f'{name}: ' if name else ''}", (start, end)]
    return tuple(pieces)


def named_row(text: str, block: Block, following: str) -> Unit:
    """A row that a parser wrote: "Name: Ada; Born: 1815", or "Ada | 1815" without a header."""
    row = text[block.start : block.end]
    named = list(NAMED.finditer(row))
    if named and named[0].start() == 0:
        ends = [*(m.start() for m in named[1:]), len(row)]
        pieces: list[Piece] = []
        for m, end in zip(named, ends, strict=True):
            label = f"{'; ' if pieces else ''}{worded(m.group(1))}: "
            pieces += [label, (block.start + m.end(), block.start + end)]
        return Unit(block.start, block.end, "row", tuple(pieces))
    plain = row.split(" | ")
    if len(plain) > 1 and following.startswith(tuple(f"{cell}: " for cell in plain)):
        return Unit(block.start, block.end, "header")
    at, parts = block.start, list[Piece]()
    for cell in plain:
        parts += [" | "] * bool(parts) + [(at, at + len(cell))]
        at += len(cell) + 3
    return Unit(block.start, block.end, "row", tuple(parts))


def worded(key: str) -> str:
    """A key as words: "tabSize" and "tab_size" are both "tab size"."""
    if " " in key or not _WORD_BORDER.search(key):
        return key
    return " ".join(_WORD_BORDER.sub(" ", key).split()).lower() or key
