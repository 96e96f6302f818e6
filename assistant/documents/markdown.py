"""Markdown: headings make the path, code and tables stay whole, front matter gives the title."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.documents.decoding import decode
from assistant.documents.document import Block, BlockKind, Document

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_LIST = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_MARKUP = re.compile(r"[*_`]+|!?\[([^\]]*)\]\([^)]*\)")


@dataclass
class _Line:
    start: int
    end: int
    text: str


def parse(data: bytes, name: str) -> Document:
    """The document of a .md file; its text stays as written, markup included."""
    text, note = decode(data)
    lines = [
        _Line(m.start(), m.end(), m.group().rstrip("\r\n"))
        for m in _LINE.finditer(text)
        if m.end() > m.start()
    ]
    title, body = _front_matter(text, lines)
    blocks = tuple(_blocks(text, lines[body:]))
    first = next((b for b in blocks if b.kind == "heading"), None)
    if not title and first is not None:
        title = _plain(_heading_text(text[first.start : first.end]))
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


def _blocks(text: str, lines: list[_Line]) -> Iterator[Block]:
    path: list[tuple[int, str]] = []
    pending: list[_Line] = []
    fence = ""

    def flush(kind: BlockKind | None = None) -> Iterator[Block]:
        if pending:
            start, end = pending[0].start, pending[-1].start + len(pending[-1].text)
            yield Block(start, end, kind or _kind(pending), tuple(title for _, title in path))
            pending.clear()

    for line in lines:
        mark = _FENCE.match(line.text)
        if fence:
            pending.append(line)
            if mark and mark.group(1).startswith(fence) and not line.text.strip().strip(fence[0]):
                fence = ""
                yield from flush("code")
        elif mark:
            yield from flush()
            fence = mark.group(1)
            pending.append(line)
        elif not line.text.strip():
            yield from flush()
        elif heading := _HEADING.match(line.text):
            yield from flush()
            _enter(path, len(heading.group(1)), heading.group(2))
            pending.append(line)
            yield from flush("heading")
        elif (underline := _UNDERLINE.match(line.text)) and _can_be_heading(pending):
            _enter(path, 1 if underline.group(1)[0] == "=" else 2, pending[0].text.strip())
            pending.append(line)
            yield from flush("heading")
        else:
            pending.append(line)
    yield from flush("code" if fence else None)


def _can_be_heading(pending: list[_Line]) -> bool:
    return len(pending) == 1 and _kind(pending) == "paragraph"


def _enter(path: list[tuple[int, str]], level: int, title: str) -> None:
    while path and path[-1][0] >= level:
        path.pop()
    if plain := _plain(title):
        path.append((level, plain))


def _kind(lines: list[_Line]) -> BlockKind:
    if all("|" in line.text for line in lines) and len(lines) > 1:
        return "table"
    return "list" if _LIST.match(lines[0].text) else "paragraph"


def _heading_text(source: str) -> str:
    first = source.splitlines()[0]
    found = _HEADING.match(first)
    return found.group(2) if found else first.strip()


def _plain(title: str) -> str:
    return _MARKUP.sub(lambda m: m.group(1) or "", title).strip()
