"""Values under their keys, records of them, and terms with what they mean."""

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.documents.document import Block
from assistant.documents.units.lines import (
    ITEM,
    LABEL_CHARS,
    QUOTE,
    Line,
    Taken,
    lines_of,
    sentences_of,
)
from assistant.documents.units.tables import NAMED, named_row, worded
from assistant.documents.units.unit import Piece, Unit
from assistant.language.sentences import Span, sentence_spans, trim
from assistant.language.words import approximate_tokens

# A record of more is read line by line.
_RECORD_TOKENS = 90
_RECORD_LINES = 8
_LABEL_WORDS = 5
_LABEL = re.compile(r"[ \t]*([^\W\d_][^:.;,!?|<>\r\n]{0,38}):[ \t]+(?=\S)")
_SETTING = re.compile(r"[ \t]*([\w.-]+)[ \t]*[?:+]?=[ \t]*(?=[^\s=])")
_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*[\"']?([\w./-]+(?: [\w./-]+)*)[\"']?[ \t]*[:=][ \t]+(?=\S)")
_COMMENT = re.compile(r"[ \t]+#.*$")
_COLUMNS = re.compile(r"([ \t]*)(\S(?:.{0,38}?[^\s.!?:;,])?)(?:[ ]{2,}|\t+[ \t]*)(\S.*)")


def label_of(text: str, start: int, end: int) -> tuple[Piece, ...] | None:
    """The pieces of "Phone: 0331 5550900"; None for anything else."""
    found = _LABEL.match(text, start, end)
    if found is None or len(found.group(1).split()) > _LABEL_WORDS:
        return None
    return f"{found.group(1)}: ", (found.end(), end)


def record(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """Lines of "label: value" one below the other are a record; many of them stand alone."""
    last, rows = i, list[tuple[Piece, ...]]()
    while last < len(lines) and not QUOTE.match(lines[last].text):
        start, end = trim(text, lines[last].start, lines[last].end)
        row = label_of(text, start, end) if start < end else None
        if row is None:
            break
        rows.append(row)
        last += 1
    alone = i == 0 and last == len(lines)
    if not rows or (len(rows) == 1 and not alone):
        return None
    if len(rows) == 1 and len(sentence_spans(text, lines[i].start, lines[i].end)) > 1:
        return None
    span = trim(text, lines[i].start, lines[last - 1].end)
    whole = text[slice(*span)]
    if 1 < len(rows) <= _RECORD_LINES and approximate_tokens(whole) <= _RECORD_TOKENS:
        pieces: list[Piece] = []
        for label, value in rows:
            pieces += [f"{'; ' if pieces else ''}{label}", value]
        return [Unit(*span, "row", tuple(pieces))], last - i
    own = [trim(text, line.start, line.end) for line in lines[i:last]]
    return [Unit(*s, "entry", r) for s, r in zip(own, rows, strict=True)], last - i


def setting(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """A line of "KEY = value"."""
    found = _SETTING.match(lines[i].text)
    if found is None:
        return None
    start, end = trim(text, lines[i].start, lines[i].end)
    value = trim(text, lines[i].start + found.end(), end)
    return [Unit(start, end, "entry", (f"{worded(found.group(1))}: ", value))], 1


def described(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """A term and its meaning: in two columns, or below and further in."""
    columns = _COLUMNS.fullmatch(lines[i].text)
    last = i + 1
    while last < len(lines) and not lines[last].is_blank:
        if lines[last].indent <= lines[i].indent + 1:
            break
        last += 1
    if columns is None or ITEM.match(lines[i].text):
        return _hanging(text, lines, i, last)
    beside = [*lines[i + 1 : i + 2], *(lines[i - 1 : i] if i else [])]
    alike = any(_COLUMNS.fullmatch(line.text) for line in beside)
    if not (alike or last > i + 1 or columns.group(1) or columns.group(2).startswith("-")):
        return None
    start = lines[i].start
    label = (start + columns.start(2), start + columns.end(2))
    first = (start + columns.start(3), start + columns.end(3))
    return [_description(text, label, first, lines[i + 1 : last])], last - i


def _hanging(text: str, lines: Sequence[Line], i: int, last: int) -> Taken:
    label = trim(text, lines[i].start, lines[i].end)
    is_short = 0 < label[1] - label[0] <= LABEL_CHARS and text[label[1] - 1] not in ".,;!?"
    if last == i + 1 or not is_short or ITEM.match(lines[i].text):
        return None
    if not any(c.isalnum() for c in text[slice(*label)]):
        return None
    if lines[i + 1].indent < lines[i].indent + 2:
        return None
    first = trim(text, lines[i + 1].start, lines[i + 1].end)
    return [_description(text, label, first, lines[i + 2 : last])], last - i


def _description(text: str, label: Span, first: Span, more: Iterable[Line]) -> Unit:
    spans = [trim(text, *first), *(trim(text, line.start, line.end) for line in more)]
    named = label[1] - (text[label[1] - 1] == ":")
    pieces: list[Piece] = [(label[0], named), ": "]
    for n, span in enumerate(spans):
        pieces += [" "] * bool(n) + [span]
    return Unit(label[0], spans[-1][1], "entry", tuple(pieces))


def keys(text: str, block: Block) -> Iterator[Unit]:
    """The values of a configuration, each under the path of its keys."""
    whole = text[block.start : block.end]
    if "\n" not in whole and len(NAMED.findall(whole)) > 1:  # a parser wrote them on one line
        row = named_row(text, block, "")
        spans = [p for p in row.pieces if not isinstance(p, str)]
        labels = [p.removeprefix("; ") for p in row.pieces if isinstance(p, str)]
        start = block.start
        for label, span in zip(labels, spans, strict=True):
            end = min(span[1] + 1, block.end)
            yield Unit(*trim(text, start, end), "entry", (_below(block.headings, label), span))
            start = end
        return
    # The first line with its indentation, so that all compare.
    border = max(text.rfind("\n", 0, block.start), text.rfind("\r", 0, block.start)) + 1
    lines = lines_of(text, border, block.end)
    i = 0
    while i < len(lines):
        last = i + 1
        if lines[i].text.lstrip().startswith("- "):
            while last < len(lines) and (
                lines[last].is_blank or lines[last].indent > lines[i].indent
            ):
                last += 1
            if span := trim(text, lines[i].start, lines[last - 1].end):
                yield _key_record(text, lines[i:last], span, block)
        elif not lines[i].is_blank:
            yield from _key(text, lines[i], block)
        i = last


def _key(text: str, line: Line, block: Block) -> Iterator[Unit]:
    found = _KEY.match(line.text)
    start, end = trim(text, line.start, line.end)
    if found is None:
        yield from sentences_of(text, start, end, block.language)
        return
    label = _below(block.headings, f"{worded(found.group(1))}: ")
    yield Unit(start, end, "entry", (label, _value(text, line.start + found.end(), end)))


def _key_record(text: str, lines: Sequence[Line], span: Span, block: Block) -> Unit:
    """An item of a list in a configuration: a value, or a record of them."""
    pieces: list[Piece] = []
    for line in lines:
        if found := _KEY.match(line.text):
            label = f"{'; ' if pieces else ''}{worded(found.group(1))}: "
            pieces += [label, _value(text, line.start + found.end(), line.end)]
    if not pieces:
        mark = ITEM.match(text, *span)
        return Unit(
            *span, "item", ((mark.end() if mark else span[0], span[1]),), (block.start, block.end)
        )
    return Unit(*span, "row", tuple(pieces), (block.start, block.end))


def _value(text: str, start: int, end: int) -> Span:
    """The span of a value, without its quotation marks and the comment after it."""
    if comment := _COMMENT.search(text[start:end]):
        end = start + comment.start()
    start, end = trim(text, start, end)
    quoted = end - start > 1 and text[start] in "\"'" and text[end - 1] == text[start]
    return (start + 1, end - 1) if quoted else (start, end)


def _below(headings: Sequence[str], label: str) -> str:
    return " ".join((*map(worded, headings), label))
