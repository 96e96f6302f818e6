"""Questions and their answers, also where a mail answers below the lines that it quotes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.documents.document import Block
from assistant.documents.units.lines import ITEM, MARKUP, QUOTE, SENTENCE_END, Line, Taken
from assistant.documents.units.tables import is_table
from assistant.documents.units.unit import Piece, Unit, UnitKind
from assistant.language.sentences import Span, sentence_spans, trim
from assistant.language.words import approximate_tokens

# An answer longer than this is evidence sentence by sentence; so is one below a heading that asks.
_ANSWER_TOKENS = 80
_BELOW_TOKENS = 40
_QUESTION_WORDS = 40
_ASKED = re.compile(r"[^\n]*\w[^\n]*\?[*_`\"'\u201d\u2019)\s]*")
_ROLE = re.compile(r"[A-Z][.:)][ \t]+")


def is_question(text: str) -> bool:
    """Tell if the text is one line that asks something and says nothing else."""
    plain = QUOTE.sub("", text).strip()
    if "\n" in plain or not _ASKED.fullmatch(plain) or ITEM.match(plain):
        return False
    return len(plain.split()) <= _QUESTION_WORDS and len(sentence_spans(plain)) == 1


def is_quoted(line: str) -> bool:
    """Tell if a mail quotes the line from another."""
    return QUOTE.match(line) is not None


def _plain_question(text: str) -> str:
    return _ROLE.sub("", QUOTE.sub("", text).strip().strip(MARKUP), count=1).strip(MARKUP)


def answered(text: str, start: int, question: str, answer: Span) -> list[Unit]:
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


def asked(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    before = lines[i - 1].text.rstrip() if i else ""
    if before and before[-1] not in SENTENCE_END + ")*_\"'\u201d":
        return None
    if not is_question(lines[i].text) or QUOTE.match(lines[i].text):
        return None
    first = i + 1
    while first < len(lines) and lines[first].is_blank:
        first += 1
    last = _paragraph(lines, first)
    start = trim(text, lines[i].start, lines[i].end)[0]
    listed = first < len(lines) and (ITEM.match(lines[first].text) or is_table(lines, first))
    if first == last or listed or is_question(lines[first].text):
        return [Unit(*trim(text, start, lines[i].end), "question")], 1
    answer = trim(text, lines[first].start, lines[last - 1].end)
    return answered(text, start, lines[i].text, answer), last - i


def _paragraph(lines: Sequence[Line], first: int) -> int:
    """The line after the paragraph that begins with `first`: a blank one, or another question."""
    last = first
    while last < len(lines) and not lines[last].is_blank:
        ended = last > first and lines[last - 1].text.rstrip()[-1:] in SENTENCE_END
        if ended and is_question(lines[last].text):
            break
        last += 1
    return last


def quoted(text: str, lines: Sequence[Line], i: int, block: Block) -> Taken:
    """Lines that a mail quotes, as sentences without their marks; the last may be answered."""
    last = i
    while last < len(lines) and QUOTE.match(lines[last].text):
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
    if found[-1].kind != "question" or first == end or ITEM.match(lines[first].text):
        return found, last - i
    asked = found.pop()
    answer = trim(text, lines[first].start, lines[end - 1].end)
    return [*found, *answered(text, asked.start, asked.said(text), answer)], end - i


def _quoted_sentences(text: str, lines: Sequence[Line]) -> Iterator[Unit]:
    paragraph: list[Span] = []
    for line in [*lines, None]:
        mark = QUOTE.match(line.text) if line else None
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
    if not found:
        return []
    ends = [*(unit.end for unit in found[:-1]), end]
    moved = []
    for unit, stop in zip(found, ends, strict=True):
        span = trim(text, start, stop)
        moved.append(replace(unit, start=span[0], end=span[1]))
        start = stop
    return moved


def below_question(text: str, block: Block, found: list[Unit]) -> list[Unit]:
    """A paragraph below a heading that asks is the answer to it."""
    heading = block.headings[-1] if block.headings else ""
    plain = all(u.kind == "sentence" and not u.pieces for u in found)
    if block.kind != "paragraph" or not found or not plain or not is_question(heading):
        return found
    whole = found[0].start, found[-1].end
    if approximate_tokens(text[slice(*whole)]) <= _BELOW_TOKENS:
        return answered(text, found[0].start, heading, whole)
    return [*answered(text, found[0].start, heading, found[0].span), *found[1:]]
