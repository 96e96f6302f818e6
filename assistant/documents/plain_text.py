"""Plain text: paragraphs are what blank lines separate; underlined or numbered lines head them."""

import re
from collections.abc import Iterator

from assistant.documents.decoding import decode
from assistant.documents.document import Block, Document

_BLANK = re.compile(r"(?:(?>\r\n|\r|\n)[^\S\r\n]*){2,}|\f")
_TITLE_CHARS = 80
# Headings: underlined, as in a README; in capitals above lines further in, as in a manual page; or
# numbered, above the text of its section.
_UNDERLINED = re.compile(
    r"(?=[^\r\n]*?\w)([^\r\n]++)(?:\r\n|\r|\n)[ \t]*(={3,}|-{3,}|~{3,})[ \t]*(?=[\r\n]|\Z)"
)
_CAPITALS = re.compile(r"([A-Z][A-Z0-9 ,/&-]+)(?:\r\n|\r|\n)(?=[ \t]{2,}\S)")
_NUMBERED = re.compile(
    r"\d{1,2}\.[ \t]+([^\W\d_][^\r\n]{0,58}[^\s.:;,!?])(?:\r\n|\r|\n)(?=[^\W\d_])"
)


def parse(data: bytes, name: str) -> Document:
    """The document of a .txt file; a short first line on its own becomes the title."""
    text, note = decode(data)
    blocks = tuple(_blocks(text))
    return Document(text=text, title=_title(text, blocks) or name, blocks=blocks, note=note)


def _blocks(text: str) -> Iterator[Block]:
    """The paragraphs, below the headings that stand above them."""
    path: tuple[str, ...] = ()
    found = paragraphs(text, 0, len(text))
    numbered = sum(_NUMBERED.match(text, *span) is not None for span in found)
    for start, end in found:
        level, heading = _heading(text, start, end, numbered)
        below = start
        if heading is not None:
            path = (*path[:level], " ".join(heading.group(1).split()))
            yield Block(start, start + len(heading.group().rstrip()), "heading", path)
            rest = text[heading.end() : end]
            below = end - len(rest.lstrip("\r\n"))
        if below < end:
            yield Block(below, end, "paragraph", path)


def _heading(text: str, start: int, end: int, numbered: int) -> tuple[int, re.Match[str] | None]:
    """The heading that a paragraph begins with, and how deep it stands."""
    if found := _UNDERLINED.match(text, start, end):
        return (0 if found.group(2)[0] == "=" else 1), found
    if found := _CAPITALS.match(text, start, end):
        return 0, found
    return 0, _NUMBERED.match(text, start, end) if numbered > 1 else None


def paragraphs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of `text[start:end]` between blank lines, white space at their ends left out."""
    found = []
    left = start
    for right, following in [(m.start(), m.end()) for m in _BLANK.finditer(text, start, end)] + [
        (end, end)
    ]:
        piece = text[left:right]
        if piece.strip():
            first = left + len(piece) - len(piece.lstrip())
            found.append((first, left + len(piece.rstrip())))
        left = following
    return found


def _title(text: str, blocks: tuple[Block, ...]) -> str:
    if len(blocks) < 2:
        return ""
    if blocks[0].kind == "heading":
        return blocks[0].headings[-1]
    first = text[blocks[0].start : blocks[0].end]
    is_title = len(first) <= _TITLE_CHARS and "\n" not in first and first[-1] not in ".,;:!?\"'"
    return first if is_title else ""
