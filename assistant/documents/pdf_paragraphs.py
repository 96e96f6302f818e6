"""Lines become paragraphs: hyphens joined, sentences carried over columns and pages."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from assistant.documents.document import BlockKind, Box, around
from assistant.documents.pdf_layout import CELLS_APART, Extent, Line, in_columns
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder

_ITEM = re.compile(r"^(?:[\u2022\u25aa\u25cf\u25e6\u2013\u2043*-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
_ENDS = re.compile(r"[.!?:;\u2026][\"'\u201d\u2019)\]]*$")
_HYPHENED = re.compile(r"([^\W\d_]+)-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# A heading's letters are at least this much larger than the text's, and it is at most this long.
_LARGER = 1.15
_HEADING_WORDS = 20
_MAX_LEVELS = 4


@dataclass
class Paragraph:
    """Text that belongs together; `page` is where it begins."""

    text: str
    page: int
    size: float
    kind: BlockKind
    is_bold: bool = False
    cells: tuple[Extent, ...] = ()  # left and right of each cell of a table's row
    box: Box | None = None  # on the page where it begins, if it was read from a picture

    @property
    def look(self) -> tuple[float, bool]:
        """Size of the letters, and whether they are bold: what headings are told by."""
        return round(self.size, 1), self.is_bold


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[Paragraph]:
    """The paragraphs of all pages in order."""
    vocabulary = Counter(
        w.casefold() for page in pages for line in page for w in _WORD.findall(line.text)
    )
    pitch = _pitch(pages)
    now: Paragraph | None = None
    last: Line | None = None
    widest = 0.0
    for line in (line for page in pages for line in page):
        if now is None or last is None or _begins(now, last, line, pitch, widest):
            if now is not None:
                yield now
            look = (line.page, line.size, _kind(line), line.is_bold, line.cells, line.box)
            now = Paragraph(line.text, *look)
            widest = line.right
        else:
            now.text = _joined(now.text, line.text, vocabulary)
            if line.page == now.page:
                now.box = around(now.box, line.box)
            widest = line.right if line.page != last.page else max(widest, line.right)
        last = line
    if now is not None:
        yield now


def write(found: Sequence[Paragraph], builder: TextBuilder) -> None:
    """Add the paragraphs to a document, with headings by their look and tables by their rows."""
    levels = heading_levels(found)
    for kind, group in groupby(found, key=lambda p: (p.kind == "table", p.page)):
        if kind[0]:
            _write_table(list(group), builder)
            continue
        for p in group:
            if level := levels.get(p.look, 0):
                builder.heading(p.text, level, p.page, p.box)
            else:
                builder.add(p.text, p.kind, p.page, p.box)


def _write_table(table: Sequence[Paragraph], builder: TextBuilder) -> None:
    rows = [p.text.split(CELLS_APART) for p in table]
    even = len({len(row) for row in rows}) == 1
    whole = rows if even else in_columns(rows, [p.cells for p in table])
    box = table[0].box
    for row in table:
        box = around(box, row.box)
    lines = readable_rows(whole or rows, None if whole else False)
    builder.rows(lines, table[0].page, box=box)


def _kind(line: Line) -> BlockKind:
    if line.is_row:
        return "table"
    return "list" if _ITEM.match(line.text) else "paragraph"


def heading_levels(found: Sequence[Paragraph]) -> dict[tuple[float, bool], int]:
    """The level of each look that headings have: larger than the text, or bold and short."""
    weights: Counter[tuple[float, bool]] = Counter()
    for paragraph in found:
        weights[paragraph.look] += len(paragraph.text)
    if not weights:
        return {}
    size, bold = weights.most_common(1)[0][0]
    looks = sorted(
        {
            p.look
            for p in found
            if p.size > size * _LARGER or (p.is_bold and not bold and p.size > size * 0.95)
        },
        reverse=True,
    )
    # A look in which somebody wrote at length is no heading's.
    longest = {look: max(len(p.text.split()) for p in found if p.look == look) for look in looks}
    wanted = [look for look in looks if longest[look] <= _HEADING_WORDS]
    return {look: min(level, _MAX_LEVELS) for level, look in enumerate(wanted, start=1)}


def _pitch(pages: Sequence[Sequence[Line]]) -> float:
    """The usual distance of two lines as a multiple of their size."""
    steps = [
        (a.middle - b.middle) / a.size
        for page in pages
        for a, b in itertools.pairwise(page)
        if 0 < a.middle - b.middle < a.size * 3
    ]
    return median(steps) if steps else 1.2


def _begins(now: Paragraph, last: Line, line: Line, pitch: float, widest: float) -> bool:
    """Tell whether `line` begins a paragraph after `last`."""
    if line.is_row or last.is_row or _ITEM.match(line.text):
        return True
    if abs(line.size - last.size) > last.size * 0.12 or line.is_bold != last.is_bold:
        return True
    step = last.middle - line.middle
    if line.page != last.page or step < 0:  # the next column or page
        return bool(_ENDS.search(last.text)) or not line.text[:1].islower()
    if step > last.size * max(pitch * 1.35, pitch + 0.3):
        return True
    ended_short = last.right < widest - last.size * 4
    if ended_short and _ENDS.search(last.text):
        return True
    indented = last.size * 0.8 < line.left - last.left < last.size * 6
    return indented and now.kind != "list" and bool(_ENDS.search(last.text))


def _joined(text: str, following: str, vocabulary: Counter[str]) -> str:
    hyphened = _HYPHENED.search(text)
    if hyphened is None:
        return f"{text} {following}"
    begin = _WORD.match(following)
    if begin is None or not following[0].islower():
        return text + following
    whole = (hyphened.group(1) + begin.group()).casefold()
    compound = f"{hyphened.group(1)}-{begin.group()}".casefold()
    if vocabulary[compound] > vocabulary[whole]:
        return text + following
    return text[:-1] + following
