"""Markdown: headings make the path, code and tables stay whole, front matter gives the title.

The structure is found by markdown-it-py (CommonMark with GitHub's tables); the blocks are spans of
the text as it was written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.documents.decoding import decode
from assistant.documents.document import Block, BlockKind, Document

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "fence": "code",
    "code_block": "code",
    "table_open": "table",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
}
# These stay whole inside a list or a quotation, too.
_WHOLE = {"code", "table"}
_HEADING_CHARS = 1000


@dataclass
class _Line:
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Part:
    """A block of Markdown; `level` and `title` are those of a heading."""

    kind: BlockKind
    level: int = 0
    title: str = ""


def parse(data: bytes, name: str) -> Document:
    """The document of a .md file; its text stays as written, markup included."""
    text, note = decode(data)
    lines = [
        _Line(m.start(), m.end(), m.group().rstrip("\r\n"))
        for m in _LINE.finditer(text)
        if m.end() > m.start()
    ]
    title, body = _front_matter(text, lines)
    blocks = tuple(_blocks(lines[body:]))
    first = next((b for b in blocks if b.kind == "heading"), None)
    if not title and first is not None and first.headings:
        title = first.headings[-1]
    return Document(text=text, title=title or name, blocks=blocks, note=note)


def _front_matter(text: str, lines: list[_Line]) -> tuple[str, int]:
    """The title that the front matter names, and the number of its lines."""
    if not lines or lines[0].text.rstrip() != "---":
        return "", 0
    for number, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() in {"---", "..."}:
            title = _TITLE.search(text[lines[0].end : line.start].replace("\r", ""))
            return (title.group(1) if title else ""), number + 1
    return "", 0


def _blocks(lines: list[_Line]) -> Iterator[Block]:
    """The blocks in order: neighbouring lines of one part, cut at blank lines outside code."""
    path: list[tuple[int, str]] = []
    parts = _parts([line.text for line in lines])
    begin = 0
    for number, part in enumerate(parts):
        if begin == number and part is None:
            begin += 1
        elif number + 1 == len(parts) or parts[number + 1] is not part:
            if part is not None:
                _enter(path, part)
                end = lines[number].start + len(lines[number].text)
                yield Block(lines[begin].start, end, part.kind, tuple(title for _, title in path))
            begin = number + 1


def _enter(path: list[tuple[int, str]], part: _Part) -> None:
    if part.kind == "heading":
        while path and path[-1][0] >= part.level:
            path.pop()
        if part.title:
            path.append((part.level, part.title))


def _parts(lines: Sequence[str]) -> list[_Part | None]:
    """The part that each line belongs to; None for blank lines outside code."""
    parts: list[_Part | None] = [_Part("paragraph") for _ in lines]
    for token, following in pairwise([*_parser().parse("\n".join(lines)), None]):
        kind = _KINDS.get(token.type, "paragraph") if token else "paragraph"
        if token and token.map and (token.level == 0 or kind in _WHOLE):
            part = _Part(kind)
            if kind == "heading" and following:
                part = _Part(kind, int(token.tag[1:]), _plain(following.content))
            begin, end = token.map
            parts[begin:end] = [part] * (end - begin)
    return [
        part if line.strip() or (part and part.kind == "code") else None
        for line, part in zip(lines, parts, strict=True)
    ]


def _plain(heading: str) -> str:
    """A heading's text without its markup, on one line."""
    found: list[Token] = []
    _parser().inline.parse(heading[:_HEADING_CHARS], _parser(), {}, found)
    kept = (" " if t.type == "softbreak" else t.content for t in found if t.type != "html_inline")
    return " ".join("".join(kept).split())


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # A link that is defined on a line of its own would be taken out of the text.
    parser = MarkdownIt("commonmark").enable("table").disable("reference")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
