"""Units of evidence: the least parts of a document that mean something by themselves.

A sentence is one; so are a question with the answer below it, an item of a list, a row of a table
under its header, a value under its key, an option with its text. They are told by the structure of
the lines, never by their words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from assistant.documents.document import Block
from assistant.language.sentences import Span, sentence_spans, trim
from assistant.language.words import approximate_tokens

# A "question" nobody answers and the "header" of a table say nothing; all others can be evidence.
UnitKind = Literal["sentence", "question", "header", "answered", "item", "entry", "row"]
Piece = str | Span

# An answer longer than this is evidence sentence by sentence, a record line by line.
_ANSWER_TOKENS = 80
_BELOW_TOKENS = 40
_RECORD_TOKENS = 90
_RECORD_LINES = 8
_QUESTION_WORDS = 40
_LABEL_CHARS = 60
_LABEL_WORDS = 5

_ITEM = re.compile(
    r"[ \t]*(?:[-*+\u2022\u2013\u00b7]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)"
)
_NUMBER = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_ASKED = re.compile(r"[^\n]*\w[^\n]*\?[*_`\"'\u201d\u2019)\s]*")
_MARKUP = "*_`# \t"
_ROLE = re.compile(r"[A-Z][.:)][ \t]+")
_LABEL = re.compile(r"[ \t]*([^\W\d_][^:.;,!?|<>\r\n]{0,38}):[ \t]+(?=\S)")
_NAMED = re.compile(r"(?:^|; )([^:;|]{1,60}): ")
_SETTING = re.compile(r"[ \t]*([\w.-]+)[ \t]*[?:+]?=[ \t]*(?=[^\s=])")
_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*[\"']?([\w./-]+)[\"']?[ \t]*[:=][ \t]+(?=\S)")
_COMMENT = re.compile(r"[ \t]+#.*$")
_COLUMNS = re.compile(r"([ \t]*)(\S(?:.{0,38}?[^\s.!?:;,])?)(?:[ ]{2,}|\t+[ \t]*)(\S.*)")
_WORD_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.]+|\[\d+\]")
_SENTENCE_END = ".!?:\u2026"


@dataclass(frozen=True)
class Unit:
    """A unit of evidence, `text[start:end]` of its document; units are in order and apart.

    `pieces` are what it says in words: labels as text, and spans of the document; an answer lies
    between two labels. Without any it says what stands there. `within` is the span of the list
    that an item belongs to.
    """

    start: int
    end: int
    kind: UnitKind = "sentence"
    pieces: tuple[Piece, ...] = ()
    within: Span | None = None

    @classmethod
    def of(cls, span: Span) -> "Unit":
        """A sentence."""
        return cls(*span)

    @property
    def span(self) -> Span:
        """Where it stands in the document."""
        return self.start, self.end

    @property
    def can_answer(self) -> bool:
        """An open question answers nothing, and neither do the names of columns."""
        return self.kind not in {"question", "header"}

    def said(self, text: str, offset: int = 0) -> str:
        """What it says, in words; `text` begins at `offset` of the document."""
        return "".join(
            p if isinstance(p, str) else text[p[0] - offset : p[1] - offset]
            for p in self.pieces or (self.span,)
        )

    def to_json(self) -> list[object]:
        """The unit as a row of JSON: a plain sentence is its two offsets."""
        if self.kind == "sentence" and not self.pieces:
            return [self.start, self.end]
        return [self.start, self.end, self.kind, self.pieces, self.within]

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> "Unit":
        """The unit of such a row. Raises TypeError or ValueError for anything else."""
        start, end, *more = row
        if not more:
            return cls(start, end)
        kind, pieces, within = more
        if kind not in get_args(UnitKind):
            raise ValueError(f"{kind} is no kind of unit.")
        parts = tuple(p if isinstance(p, str) else _span(p) for p in pieces)
        if any(not isinstance(p, str) and not start <= p[0] <= p[1] <= end for p in parts):
            raise ValueError("A unit says what stands elsewhere.")
        return cls(start, end, kind, parts, None if within is None else _span(within))


def _span(row: Sequence[Any]) -> Span:
    start, end = row
    if type(start) is not int or type(end) is not int:
        raise TypeError("A span has two numbers.")
    return start, end


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> int:
        return len(self.text.expandtabs(8)) - len(self.text.expandtabs(8).lstrip())


# The units that lines from a certain one on make, and how many lines they take; None for none.
_Taken = tuple[list[Unit], int] | None


def units(text: str, block: Block, following: str = "") -> list[Unit]:
    """The units of a block; `following` is the text of the block after it.

    Together they hold all that is visible in the block.
    """
    if block.kind == "code":
        return _sentences(text, block.start, block.end)
    if block.kind == "keys":
        return list(_keys(text, block))
    if block.kind == "table" and "\n" not in text[block.start : block.end]:
        return [_named_row(text, block, following)]
    found = list(_of_lines(text, _lines(text, block.start, block.end), block))
    return _below_question(text, block, found)


def _of_lines(text: str, lines: Sequence[_Line], block: Block) -> Iterator[Unit]:
    prose: _Line | None = None
    i = 0
    while i < len(lines):
        taken = next((t for read in _READERS if (t := read(text, lines, i, block))), None)
        if taken is None:
            prose = prose or lines[i]
            i += 1
            continue
        if prose is not None:
            yield from _sentences(text, prose.start, lines[i].start)
            prose = None
        yield from taken[0]
        i += taken[1]
    if prose is not None:
        yield from _sentences(text, prose.start, lines[-1].end)


def _lines(text: str, start: int, end: int) -> list[_Line]:
    """The lines, blank ones among them."""
    found = []
    for m in re.finditer(r"([^\r\n]*)(\r\n|\r|\n|$)", text[start:end]):
        if m.end() > m.start():
            found.append(_Line(start + m.start(), start + m.end(1), m.group(1)))
    return found


def _sentences(text: str, start: int, end: int) -> list[Unit]:
    return [Unit(a, b) for a, b in sentence_spans(text, start, end)]


def is_question(text: str) -> bool:
    """Tell if the text is one line that asks something and says nothing else."""
    plain = _QUOTE.sub("", text).strip()
    if "\n" in plain or not _ASKED.fullmatch(plain) or _ITEM.match(plain):
        return False
    return len(plain.split()) <= _QUESTION_WORDS and len(sentence_spans(plain)) == 1


def is_quoted(line: str) -> bool:
    """Tell if a mail quotes the line from another."""
    return _QUOTE.match(line) is not None


def _plain_question(text: str) -> str:
    return _ROLE.sub("", _QUOTE.sub("", text).strip().strip(_MARKUP), count=1).strip(_MARKUP)


def leads(text: str, before: Block, block: Block) -> bool:
    """Tell if the block before a list leads into it: by a colon, or as a short line of its own."""
    if block.kind != "list" and not _ITEM.match(text, block.start, block.end):
        return False
    said = text[before.start : before.end].rstrip(_MARKUP)
    return is_lead(said) and before.kind == "paragraph"


def is_lead(said: str) -> bool:
    """Tell if a text leads into what stands below it."""
    plain = said.rstrip(_MARKUP)
    if plain.endswith(":"):
        return True
    is_short = "\n" not in plain and len(plain) <= _LABEL_CHARS
    return is_short and plain[-1:] not in _SENTENCE_END + ",;)"


# Questions and their answers, also where a mail answers below the lines that it quotes.


def _answered(text: str, start: int, question: str, answer: Span) -> list[Unit]:
    """A question and its answer as one unit; of a long answer each sentence, the first with it."""
    left, right = answer
    if role := _ROLE.match(text, left, right):
        left = role.end()
    asked = f"{_plain_question(question)} "
    parts = sentence_spans(text, left, right)
    if approximate_tokens(text[left:right]) <= _ANSWER_TOKENS:
        parts = [(left, right)]
    first, *rest = parts
    return [
        Unit(start, first[1], "answered", (asked, first)),
        *(Unit(*span, "answered", (asked, span)) for span in rest),
    ]


def _asked(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    before = lines[i - 1].text.rstrip() if i else ""
    if before and before[-1] not in _SENTENCE_END + ")*_\"'\u201d":
        return None
    if not is_question(lines[i].text) or _QUOTE.match(lines[i].text):
        return None
    first = i + 1
    while first < len(lines) and lines[first].is_blank:
        first += 1
    last = _paragraph(lines, first)
    start = trim(text, lines[i].start, lines[i].end)[0]
    listed = first < len(lines) and (_ITEM.match(lines[first].text) or _is_table(lines, first))
    if first == last or listed or is_question(lines[first].text):
        return [Unit(*trim(text, start, lines[i].end), "question")], 1
    answer = trim(text, lines[first].start, lines[last - 1].end)
    return _answered(text, start, lines[i].text, answer), last - i


def _paragraph(lines: Sequence[_Line], first: int) -> int:
    """The line after the paragraph that begins with `first`: a blank one, or another question."""
    last = first
    while last < len(lines) and not lines[last].is_blank:
        if last > first and lines[last - 1].text.rstrip()[-1:] in _SENTENCE_END:
            if is_question(lines[last].text):
                break
        last += 1
    return last


def _quoted(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """Lines that a mail quotes, as sentences without their marks; the last may be answered."""
    last = i
    while last < len(lines) and _QUOTE.match(lines[last].text):
        last += 1
    if last == i:
        return None
    start, stop = lines[i].start, lines[last - 1].end
    found = _with_marks(text, list(_quoted_sentences(text, lines[i:last])), start, stop)
    first = last
    while first < len(lines) and lines[first].is_blank:
        first += 1
    end = _paragraph(lines, first)
    if not found:
        return [Unit(*trim(text, start, stop), "header")], last - i
    if found[-1].kind != "question" or first == end or _ITEM.match(lines[first].text):
        return found, last - i
    asked = found.pop()
    answer = trim(text, lines[first].start, lines[end - 1].end)
    return [*found, *_answered(text, asked.start, asked.said(text), answer)], end - i


def _quoted_sentences(text: str, lines: Sequence[_Line]) -> Iterator[Unit]:
    paragraph: list[Span] = []
    for line in [*lines, None]:
        mark = _QUOTE.match(line.text) if line else None
        span = trim(text, line.start + mark.end(), line.end) if line and mark else (0, 0)
        if span[0] < span[1]:
            paragraph.append(span)
            continue
        yield from _rejoined(text, paragraph)
        paragraph = []


def _rejoined(text: str, spans: Sequence[Span]) -> Iterator[Unit]:
    """The sentences of a paragraph whose lines stand apart."""
    whole = " ".join(text[a:b] for a, b in spans)
    for left, right in sentence_spans(whole):
        pieces: list[Piece] = []
        at = 0
        for start, end in spans:
            a, b = max(left, at), min(right, at + end - start)
            if a < b:
                pieces += [" "] * bool(pieces) + [(start + a - at, start + b - at)]
            at += end - start + 1
        own = [p for p in pieces if not isinstance(p, str)]
        kind: UnitKind = "question" if whole[left:right].endswith("?") else "sentence"
        yield Unit(own[0][0], own[-1][1], kind, tuple(pieces))


def _with_marks(text: str, found: Sequence[Unit], start: int, end: int) -> list[Unit]:
    """The units, each with the marks that stand before it; the last with those after it."""
    ends = [*(unit.end for unit in found[:-1]), end]
    moved = []
    for unit, stop in zip(found, ends, strict=True):
        span = trim(text, start, stop)
        moved.append(replace(unit, start=span[0], end=span[1]))
        start = stop
    return moved


def _below_question(text: str, block: Block, found: list[Unit]) -> list[Unit]:
    """A paragraph below a heading that asks is the answer to it."""
    heading = block.headings[-1] if block.headings else ""
    plain = all(u.kind == "sentence" and not u.pieces for u in found)
    if block.kind != "paragraph" or not found or not plain or not is_question(heading):
        return found
    whole = found[0].start, found[-1].end
    if approximate_tokens(text[slice(*whole)]) <= _BELOW_TOKENS:
        return _answered(text, found[0].start, heading, whole)
    return [*_answered(text, found[0].start, heading, found[0].span), *found[1:]]


# Lists.


def _items(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """The items of a list, each with the lines that go on below it."""
    if not _ITEM.match(lines[i].text):
        return _unmarked(text, lines, i, block)
    starts, last = [i], i + 1
    while last < len(lines):
        line = lines[last]
        if _ITEM.match(line.text):
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
    lines = _lines(listed, 0, len(listed))
    is_marked = _ITEM.match(listed) is not None or listed.startswith("- ")
    found: list[str] = []
    is_new = True
    for line in lines:
        if line.is_blank:
            is_new = not is_marked
            continue
        own = " ".join(line.text.split())
        if not found or _ITEM.match(line.text) or is_new:
            found.append(own)
        else:
            found[-1] += f" {own}"
        is_new = False
    return found


def _unmarked(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """The items of a list whose marks are not part of the text: paragraphs."""
    if block.kind != "list" or i > 0 or _LABEL.match(lines[i].text):
        return None
    within = (block.start, block.end)
    found: list[Unit] = []
    start: _Line | None = None
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
    mark = _ITEM.match(text, start, end)
    left = mark.end() if mark else start
    parts = sentence_spans(text, left, end)
    kind = _asks(text, parts)
    if kind == "question":
        return [Unit(start, end, kind, ((left, end),), within)]
    if kind == "answered":
        asked, *rest = parts
        found = _answered(text, start, text[slice(*asked)], (rest[0][0], end))
        return [replace(unit, within=within) for unit in found]
    label = _label(text, left, end) if len(parts) == 1 else None
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
    if not first.rstrip(_MARKUP).endswith("?"):
        return "item"
    return "answered" if rest and not rest[0].startswith("(") else "question"


# Tables.


def _is_table(lines: Sequence[_Line], i: int) -> bool:
    below = lines[i + 1].text if i + 1 < len(lines) else ""
    return "|" in lines[i].text and "|" in below and _DELIMITER.fullmatch(below) is not None


def _table(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """The rows of a table in Markdown, each cell with the name of its column."""
    if not _is_table(lines, i):
        return None
    names = [text[a:b] for a, b in _cells(text, lines[i])]
    last = i + 2
    found = [Unit(*trim(text, lines[i].start, lines[i + 1].end), "header")]
    while last < len(lines) and "|" in lines[last].text:
        line = lines[last]
        pieces = _row_pieces(text, names, _cells(text, line))
        kind: UnitKind = "row" if pieces else "header"
        found.append(Unit(*trim(text, line.start, line.end), kind, pieces))
        last += 1
    return found, last - i


def _cells(text: str, line: _Line) -> list[Span]:
    """The spans of a row's cells, without the emphasis around them."""
    left, right = trim(text, line.start, line.end)
    left += text[left] == "|"
    right -= text[right - 1] == "|" and right - 1 > left
    borders = [left, *(m.start() for m in re.finditer(r"(?<!\\)\|", text[left:right])), right]
    borders[1:-1] = [left + b for b in borders[1:-1]]
    spans = [
        trim(text, a + (n > 0), b)
        for n, (a, b) in enumerate(zip(borders, borders[1:], strict=False))
    ]
    return [_without_markup(text, *span) for span in spans]


def _without_markup(text: str, start: int, end: int) -> Span:
    while end - start > 1 and text[start] in "*_`" and text[end - 1] == text[start]:
        start, end = start + 1, end - 1
    return start, end


def _row_pieces(text: str, names: Sequence[str], cells: Sequence[Span]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for number, (start, end) in enumerate(cells):
        if any(c.isalnum() for c in text[start:end]):
            name = names[number] if number < len(names) else ""
            pieces += [f"{'; ' if pieces else ''}{f'{name}: ' if name else ''}", (start, end)]
    return tuple(pieces)


def _named_row(text: str, block: Block, following: str) -> Unit:
    """A row that a parser wrote: "Name: Ada; Born: 1815", or "Ada | 1815" without a header."""
    row = text[block.start : block.end]
    named = list(_NAMED.finditer(row))
    if named and named[0].start() == 0:
        ends = [*(m.start() for m in named[1:]), len(row)]
        pieces: list[Piece] = []
        for m, end in zip(named, ends, strict=True):
            label = f"{'; ' if pieces else ''}{worded(m.group(1))}: "
            pieces += [label, (block.start + m.end(), block.start + end)]
        return Unit(block.start, block.end, "row", tuple(pieces))
    cells = row.split(" | ")
    if len(cells) > 1 and following.startswith(tuple(f"{cell}: " for cell in cells)):
        return Unit(block.start, block.end, "header")
    at, parts = block.start, list[Piece]()
    for cell in cells:
        parts += [" | "] * bool(parts) + [(at, at + len(cell))]
        at += len(cell) + 3
    return Unit(block.start, block.end, "row", tuple(parts))


# Values under their keys, and records of them.


def _label(text: str, start: int, end: int) -> tuple[Piece, ...] | None:
    """The pieces of "Phone: 0331 5550900"; None for anything else."""
    found = _LABEL.match(text, start, end)
    if found is None or len(found.group(1).split()) > _LABEL_WORDS:
        return None
    return f"{found.group(1)}: ", (found.end(), end)


def _record(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """Lines of "label: value" one below the other are a record; many of them stand alone."""
    last, rows = i, list[tuple[Piece, ...]]()
    while last < len(lines) and not _QUOTE.match(lines[last].text):
        start, end = trim(text, lines[last].start, lines[last].end)
        row = _label(text, start, end) if start < end else None
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


def _setting(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """A line of "KEY = value"."""
    found = _SETTING.match(lines[i].text)
    if found is None:
        return None
    start, end = trim(text, lines[i].start, lines[i].end)
    value = trim(text, lines[i].start + found.end(), end)
    return [Unit(start, end, "entry", (f"{worded(found.group(1))}: ", value))], 1


def _described(text: str, lines: Sequence[_Line], i: int, block: Block) -> _Taken:
    """What stands left, and what it means: in two columns, or below and further in."""
    columns = _COLUMNS.fullmatch(lines[i].text)
    last = i + 1
    while last < len(lines) and not lines[last].is_blank:
        if lines[last].indent <= lines[i].indent + 1:
            break
        last += 1
    if columns is None or _ITEM.match(lines[i].text):
        return _hanging(text, lines, i, last)
    beside = lines[i + 1 : i + 2] + (lines[i - 1 : i] if i else [])
    alike = any(_COLUMNS.fullmatch(line.text) for line in beside)
    if not (alike or last > i + 1 or columns.group(1) or columns.group(2).startswith("-")):
        return None
    start = lines[i].start
    label = (start + columns.start(2), start + columns.end(2))
    first = (start + columns.start(3), start + columns.end(3))
    return [_description(text, label, first, lines[i + 1 : last])], last - i


def _hanging(text: str, lines: Sequence[_Line], i: int, last: int) -> _Taken:
    label = trim(text, lines[i].start, lines[i].end)
    is_short = 0 < label[1] - label[0] <= _LABEL_CHARS and text[label[1] - 1] not in ".,;!?"
    if last == i + 1 or not is_short or _ITEM.match(lines[i].text):
        return None
    if lines[i + 1].indent < lines[i].indent + 2:
        return None
    first = trim(text, lines[i + 1].start, lines[i + 1].end)
    return [_description(text, label, first, lines[i + 2 : last])], last - i


def _description(text: str, label: Span, first: Span, more: Iterable[_Line]) -> Unit:
    spans = [trim(text, *first), *(trim(text, line.start, line.end) for line in more)]
    named = label[1] - (text[label[1] - 1] == ":")
    pieces: list[Piece] = [(label[0], named), ": "]
    for n, span in enumerate(spans):
        pieces += [" "] * bool(n) + [span]
    return Unit(label[0], spans[-1][1], "entry", tuple(pieces))


def _keys(text: str, block: Block) -> Iterator[Unit]:
    """The values of a configuration, each under the path of its keys."""
    if "\n" not in text[block.start : block.end] and _NAMED.match(text[block.start : block.end]):
        row = _named_row(text, block, "")
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
    lines = _lines(text, border, block.end)
    i = 0
    while i < len(lines):
        last = i + 1
        if lines[i].text.lstrip().startswith("- "):
            while last < len(lines) and (lines[last].is_blank or lines[last].indent > lines[i].indent):
                last += 1
            if span := trim(text, lines[i].start, lines[last - 1].end):
                yield _key_record(text, lines[i:last], span, block)
        elif not lines[i].is_blank:
            yield from _key(text, lines[i], block)
        i = last


def _key(text: str, line: _Line, block: Block) -> Iterator[Unit]:
    found = _KEY.match(line.text)
    start, end = trim(text, line.start, line.end)
    if found is None:
        yield from _sentences(text, start, end)
        return
    label = _below(block.headings, f"{worded(found.group(1))}: ")
    yield Unit(start, end, "entry", (label, _value(text, line.start + found.end(), end)))


def _key_record(text: str, lines: Sequence[_Line], span: Span, block: Block) -> Unit:
    """An item of a list in a configuration: a value, or a record of them."""
    pieces: list[Piece] = []
    for line in lines:
        if found := _KEY.match(line.text):
            label = f"{'; ' if pieces else ''}{worded(found.group(1))}: "
            pieces += [label, _value(text, line.start + found.end(), line.end)]
    if not pieces:
        mark = _ITEM.match(text, *span)
        return Unit(*span, "item", ((mark.end() if mark else span[0], span[1]),), (block.start, block.end))
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


def worded(key: str) -> str:
    """A key as words: "tabSize" and "tab_size" are both "tab size"."""
    if " " in key or not _WORD_BORDER.search(key):
        return key
    return " ".join(_WORD_BORDER.sub(" ", key).split()).lower() or key


_READERS: tuple[Callable[[str, Sequence[_Line], int, Block], _Taken], ...] = (
    _table,
    _quoted,
    _asked,
    _record,
    _items,
    _setting,
    _described,
)
