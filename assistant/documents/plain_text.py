"""Plain text: paragraphs are what blank lines separate."""

import re

from assistant.documents.decoding import decode
from assistant.documents.document import Block, Document

_BLANK = re.compile(r"(?:(?>\r\n|\r|\n)[^\S\r\n]*){2,}|\f")
_TITLE_CHARS = 80


def parse(data: bytes, name: str) -> Document:
    """The document of a .txt file; a short first line on its own becomes the title."""
    text, note = decode(data)
    blocks = tuple(Block(start, end) for start, end in paragraphs(text, 0, len(text)))
    return Document(text=text, title=_title(text, blocks) or name, blocks=blocks, note=note)


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
    first = text[blocks[0].start : blocks[0].end]
    is_title = len(first) <= _TITLE_CHARS and "\n" not in first and first[-1] not in ".,;:!?\"'"
    return first if is_title else ""
