"""Configuration (YAML, TOML, ini): the keys that lead to a value are the headings above it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.documents.decoding import decode
from assistant.documents.document import Block, Document

_LINE = re.compile(r"[^\r\n]+")
_SECTION = re.compile(r"[ \t]*\[+[ \t]*([^\[\]]+?)[ \t]*\]+[ \t]*(?:[#;].*)?")
_OPENS = re.compile(r"[ \t]*[\"']?([^\s\"':=#;-][^\"':=#]*?)[\"']?:[ \t]*(?:#.*)?")
_MAX_DEPTH = 40


@dataclass
class _Place:
    """The place in the file: the keys above the next line, with the columns they stand in."""

    path: list[tuple[int, str]] = field(default_factory=list)

    def leave(self, column: int) -> None:
        """Leave the keys that stand in this column or further right."""
        while self.path and self.path[-1][0] >= column:
            self.path.pop()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for _, key in self.path[:_MAX_DEPTH])


def parse(data: bytes, name: str) -> Document:
    """The document of a configuration file; its text is the decoded file, its title the name."""
    text, note = decode(data)
    return Document(text=text, title=name, blocks=tuple(_blocks(text)), note=note)


def _blocks(text: str) -> Iterator[Block]:
    """A heading for each key that others stand below, and the values below it as one block."""
    place = _Place()
    lines = [m for m in _LINE.finditer(text) if m.group().strip()]
    run: Block | None = None
    in_item = -1
    for number, m in enumerate(lines):
        line = m.group().expandtabs(8)
        column = len(line) - len(line.lstrip())
        start, end = m.end() - len(m.group().lstrip()), m.start() + len(m.group().rstrip())
        heading = ""
        if 0 <= in_item < column:  # a line of the item above, whatever it opens
            pass
        elif line.lstrip().startswith("- "):
            in_item = column
            place.leave(column + 1)
        else:
            in_item = -1
            heading = _heading(line, lines[number + 1].group() if number + 1 < len(lines) else "")
            if not line.lstrip().startswith(("#", ";")):
                place.leave(-1 if _SECTION.fullmatch(line) else column)
        if heading:
            place.path.append((-1 if _SECTION.fullmatch(line) else column, heading))
        kind = "heading" if heading else "keys"
        if run is not None and (run.kind, run.headings) == (kind, place.keys) and not heading:
            run = Block(run.start, end, "keys", place.keys)
            continue
        if run is not None:
            yield run
        run = Block(start, end, "heading" if heading else "keys", place.keys)
    if run is not None:
        yield run


def _heading(line: str, following: str) -> str:
    """The section or key that a line opens; "" where it holds a value or nothing is below it."""
    if section := _SECTION.fullmatch(line):
        return section.group(1).strip("\"'")
    opens = _OPENS.fullmatch(line)
    column = len(line) - len(line.lstrip())
    below = following.expandtabs(8)
    inside = len(below) - len(below.lstrip()) > column or below.lstrip().startswith("- ")
    return opens.group(1) if opens and below.strip() and inside else ""
