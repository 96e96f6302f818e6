"""Sentence borders, as character spans: they lose nothing but white space between sentences."""

import re
from collections.abc import Iterator

from assistant.language.lexicon import ABBREVIATIONS, ABBREVIATIONS_THAT_END, SENTENCE_OPENERS

Span = tuple[int, int]

# A sentence that runs on longer than this many characters is cut, for want of a better border.
MAX_SENTENCE_CHARS = 700
# No abbreviation is longer; what stands further before a mark does not matter to it.
_WORD_CHARS = 40

# The end of a sentence: its marks from the first on, closing quotes and brackets, white space.
_END = re.compile(
    r"(?:(?<![.!?\u2026\u203d])[.!?\u2026\u203d]+[\"'\u201d\u2019\u00bb)\]*_]*(?:\[\d+\])*(?=\s)"
    r"|[\u3002\uff01\uff1f])\s*"
)
_OPENING = "\"'\u201c\u2018\u00ab([*_"
_PARAGRAPH = re.compile(r"(?>\r\n?|\n)[ \t]*(?>\r\n?|\n)\s*")
# A line that begins a sentence whatever stands before it: a list item, a table row, a heading.
_LINE_START = re.compile(
    r"(?>\r\n?|\n)(?=[ \t]*(?:[-*+\u2022\u2013]\s|\d{1,3}[.)]\s|\||#{1,6}\s|>))"
)
_INITIAL = re.compile(r"(?:^|(?<=[\s(]))[^\W\d_]\.\s*\Z")
_TABLE_LINE = re.compile(r"(?<=\|)[ \t]*(?>\r\n?|\n)")


def sentence_spans(
    text: str, start: int = 0, end: int | None = None, language: str = "en"
) -> list[Span]:
    """The sentences of `text[start:end]` as (start, end) offsets in `text`, trimmed of white space.

    Every character that is not white space is in exactly one span, and spans are in order.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    for block in _pieces(text, start, stop):
        for left, right in (
            _sentences(text, *block) if language == "en" else _foreign(text, *block, language)
        ):
            spans.extend(_cut_long(text, left, right))
    return spans


def trim(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; start == end if nothing else is in it."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return (start + left, start + len(piece.rstrip())) if piece.strip() else (start, start)


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """The parts that no sentence crosses: paragraphs, list items, table rows."""
    borders = {m.end() for m in _PARAGRAPH.finditer(text, start, end)}
    borders |= {m.end() for m in _LINE_START.finditer(text, start, end)}
    borders |= {m.end() for m in _TABLE_LINE.finditer(text, start, end)}
    left = start
    for border in [*sorted(borders), end]:
        yield left, border
        left = border


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    left = start
    for mark in _END.finditer(text, start, end):
        if mark.end() < end and _is_border(text, left, mark, end):
            yield left, mark.end()
            left = mark.end()
    yield left, end


def _foreign(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    """The sentences of another language than English, by its own abbreviations and marks."""
    # MIT, from Wikimedia; a native module of 4 MB that is not needed for English.
    from sentencex import get_sentence_boundaries

    left = start
    for found in get_sentence_boundaries(language, text[start:end]):
        border = start + found["end_index"]
        # An initial with its stop ends no sentence: "M. Dupont", "J. Müller".
        if border < end and not _INITIAL.search(text[left:border]):
            yield left, border
            left = border
    yield left, end


def _is_border(text: str, left: int, mark: re.Match[str], end: int) -> bool:
    found = mark.group()
    if found[0] in "\u3002\uff01\uff1f":
        return True
    following = text[mark.end() : min(mark.end() + 40, end)].lstrip(_OPENING)
    if not following:
        return True
    first = following[0]
    if first.islower() or first in ",;:":
        return False
    if not found.startswith(".") or found.startswith(".."):
        return True
    said = text[max(left, mark.start() - _WORD_CHARS) : mark.start()]
    before = re.search(r"[^\s(\[\"'\u201c\u2018]*$", said)
    word = before.group().lower() if before else ""
    begins = re.match(r"\w+", following)
    starter = begins is not None and begins.group() in SENTENCE_OPENERS
    if word in ABBREVIATIONS_THAT_END:
        return starter
    # "J. Smith", "U.S.A. Today": an initial ends a sentence only before a word that starts one.
    if len(word) == 1 and word.isalpha() and word != "i":
        return starter
    if re.fullmatch(r"(?:[a-z]\.)+[a-z]", word):
        return starter
    if re.fullmatch(r"\d{1,2}", word) and said.strip() == word:
        return False
    return word not in ABBREVIATIONS


def _cut_long(text: str, start: int, end: int) -> Iterator[Span]:
    left, right = trim(text, start, end)
    while right - left > MAX_SENTENCE_CHARS:
        window = text[left : left + MAX_SENTENCE_CHARS]
        # Prefer the end of a clause, then a space, in the later half; else cut where it must be.
        cut = max((window.rfind(mark) + len(mark) for mark in ("; ", ": ", ", ", "\n")), default=0)
        if cut < MAX_SENTENCE_CHARS // 2:
            cut = window.rfind(" ") + 1
        if cut < MAX_SENTENCE_CHARS // 2:
            cut = MAX_SENTENCE_CHARS
        piece = trim(text, left, left + cut)
        if piece[0] < piece[1]:
            yield piece
        left = trim(text, left + cut, right)[0]
    if left < right:
        yield left, right
