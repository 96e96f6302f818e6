"""Lists: items in order, what leads into them, and items that ask."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.documents.document import Block
from assistant.documents.units.keys import label_of
from assistant.documents.units.lines import (
    ITEM,
    LABEL_CHARS,
    MARKUP,
    SENTENCE_END,
    Line,
    Taken,
    lines_of,
)
from assistant.documents.units.questions import answered
from assistant.documents.units.unit import Unit, UnitKind
from assistant.language.sentences import Span, sentence_spans, trim

_NUMBER = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]")
_LABEL = re.compile(r"[ \t]*[^\W\d_][^:.;,!?|<>\r\n]{0,38}:[ \t]+\S")


def leads(text: str, before: Block, block: Block) -> bool:
    """Tell if the block before a list leads into it: by a colon, or as a short line of its own."""
    if block.kind != "list" and not ITEM.match(text, block.start, block.end):
        return False
    said = text[before.start : before.end].rstrip(MARKUP)
    return is_lead(said) and before.kind == "paragraph"


def is_lead(said: str) -> bool:
    """Tell if a text leads into what stands below it."""
    plain = said.rstrip(MARKUP)
    if plain.endswith(":"):
        return True
    is_short = "\n" not in plain and len(plain) <= LABEL_CHARS
    return is_short and plain[-1:] not in SENTENCE_END + ",;)"


def items(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """The items of a list, each with the lines that go on below it."""
    if not ITEM.match(lines[i].text):
        return _unmarked(text, lines, i, block)
    starts, last = [i], i + 1
    while last < len(lines):
        line = lines[last]
        if ITEM.match(line.text):
            starts.append(last)
        elif not line.is_blank and line.indent <= lines[i].indent:
            break
        last += 1
    while lines[last - 1].is_blank:
        last -= 1
    if len(starts) == 1 and (block.kind != "list" or _NUMBER.match(lines[i].text)):
        return None
    within = trim(text, lines[i].start, lines[last - 1].end)
    ends = [*starts[1:], last]
    found = [
        unit
        for a, b in zip(starts, ends, strict=True)
        for unit in _item(text, lines[a].start, lines[b - 1].end, within)
    ]
    return found, last - i


def items_of(listed: str) -> list[str]:
    """The items of a list's text, each on one line."""
    lines = lines_of(listed, 0, len(listed))
    is_marked = ITEM.match(listed) is not None or listed.startswith("- ")
    found: list[str] = []
    is_new = True
    for line in lines:
        if line.is_blank:
            is_new = not is_marked
            continue
        own = " ".join(line.text.split())
        if not found or ITEM.match(line.text) or is_new:
            found.append(own)
        else:
            found[-1] += f" {own}"
        is_new = False
    return found


def _unmarked(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """The items of a list whose marks are not part of the text: paragraphs."""
    if block.kind != "list" or i > 0 or _LABEL.match(lines[i].text):
        return None
    within = (block.start, block.end)
    found: list[Unit] = []
    start: Line | None = None
    for before, line in zip(lines, [*lines[1:], None], strict=True):
        start = start or before
        if line is None or line.is_blank:
            found += _item(text, start.start, before.end, within)
            start = None
    return [u for u in found if u.start < u.end], len(lines)


def _item(text: str, start: int, end: int, within: Span) -> list[Unit]:
    start, end = trim(text, start, end)
    if start == end:
        return []
    mark = ITEM.match(text, start, end)
    left = mark.end() if mark else start
    parts = sentence_spans(text, left, end)
    kind = _asks(text, parts)
    if kind == "question":
        return [Unit(start, end, kind, ((left, end),), within)]
    if kind == "answered":
        asked, *rest = parts
        found = answered(text, start, text[slice(*asked)], (rest[0][0], end))
        return [replace(unit, within=within) for unit in found]
    label = label_of(text, left, end) if len(parts) == 1 else None
    if label is not None:
        return [Unit(start, end, "entry", label, within)]
    first, *rest = parts
    return [
        Unit(start, first[1], "item", (first,), within),
        *(Unit(*span, "item", (span,), within) for span in rest),
    ]


def _asks(text: str, parts: Sequence[Span]) -> UnitKind:
    """An item that only asks is an open question; one that goes on answers it."""
    first, *rest = (text[a:b] for a, b in parts)
    if not first.rstrip(MARKUP).endswith("?"):
        return "item"
    return "answered" if rest and not rest[0].startswith("(") else "question"
