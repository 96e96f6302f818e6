"""PDF: the text of each page in reading order, with page numbers; scanned pages are named.

PDFium (through pypdfium2, BSD/Apache) reads the characters; what stands beside what is ours.
"""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from assistant.documents.builder import TextBuilder
from assistant.documents.document import Document
from assistant.documents.pdf_layout import CELLS_APART, Line, reading_order, without_furniture
from assistant.documents.pdf_paragraphs import Paragraph, heading_levels, paragraphs
from assistant.documents.tables import readable_rows
from assistant.errors import DocumentError

MAX_PAGES = 10_000
_MAX_PAGE_CHARS = 200_000
# Below this many letters a page with a picture is a scan, its stamp or page number aside.
_SCAN_LETTERS = 25
# Gaps in font sizes: what parts columns or cells, and what parts words with and without a space.
_APART = 1.6
_SPACE, _NO_SPACE = 0.04, 0.15

_Box = tuple[float, float, float, float]  # left, right, bottom, top


def parse(data: bytes, name: str) -> Document:
    """The document of a PDF file. Raises DocumentError if no page of it holds text."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise DocumentError("It is protected by a password.", "Save it without one.") from error
        raise DocumentError("It is damaged: it is not a PDF file.") from error
    try:
        pages, scanned = _pages(pdf, min(count, MAX_PAGES))
        title = str(pdf.get_metadata_dict().get("Title") or "")
    finally:
        pdf.close()
    if scanned and not any(pages):
        raise DocumentError(
            "Its pages are scanned pictures without text.", "Run OCR over it, then add it again."
        )
    builder = TextBuilder()
    found = list(paragraphs(without_furniture(pages)))
    _write(found, builder)
    note = _note(scanned, count)
    return builder.document(title or builder.first_heading() or name, note)


def _write(found: Sequence[Paragraph], builder: TextBuilder) -> None:
    levels = heading_levels(found)
    for kind, group in groupby(found, key=lambda p: (p.kind == "table", p.page)):
        if kind[0]:
            rows = [p.text.split(CELLS_APART) for p in group]
            even = len({len(row) for row in rows}) == 1
            builder.rows(readable_rows(rows, None if even else False), kind[1])
            continue
        for paragraph in group:
            if level := levels.get(paragraph.look, 0):
                builder.heading(paragraph.text, level, paragraph.page)
            else:
                builder.add(paragraph.text, paragraph.kind, paragraph.page)


def _pages(pdf: Any, count: int) -> tuple[list[list[Line]], list[int]]:
    """The lines of each page in reading order, and the numbers of pages that are scans."""
    pages: list[list[Line]] = []
    scanned = []
    for index in range(count):
        lines, has_picture = _page(pdf, index)
        pages.append(reading_order(lines))
        letters = sum(c.isalnum() for line in lines for c in line.text)
        if has_picture and letters < _SCAN_LETTERS:
            scanned.append(index + 1)
    return pages, scanned


def _page(pdf: Any, index: int) -> tuple[list[Line], bool]:
    import pypdfium2

    try:
        page = pdf[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:  # one damaged page does not take the others with it
        return [], False
    try:
        lines = list(_lines(text_page.raw, index + 1, page.get_height()))
        has_picture = _has_picture(page, lines)
    finally:
        text_page.close()
        page.close()
    return lines, has_picture


def _has_picture(page: Any, lines: Sequence[Line]) -> bool:
    import pypdfium2.raw as pdfium

    if sum(len(line.text) for line in lines) > _SCAN_LETTERS * 4:
        return False
    pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    return next(iter(pictures), None) is not None


def _lines(text_page: Any, page: int, height: float) -> Iterator[Line]:
    """The runs of characters on one line without a wide gap, in the order of the file."""
    run: _Run | None = None
    for index, character, box in _characters(text_page):
        if box is None:
            if run is not None:
                run.spaced = True
            continue
        if run is not None and (character == "\n" or run.is_apart(box)):
            yield from run.line(page, height)
            run = None
        if character == "\n":
            continue
        if run is None:
            run = _Run(text_page, index, box)
        run.append(index, character, box)
    if run is not None:
        yield from run.line(page, height)


def _characters(text_page: Any) -> Iterator[tuple[int, str, _Box | None]]:
    """Index, character and box of each character; a space has no box, a line end is "\\n"."""
    import pypdfium2.raw as pdfium

    rectangle = pdfium.FS_RECTF()
    nowhere = (0.0, 0.0, 0.0, 0.0)
    for index in range(min(pdfium.FPDFText_CountChars(text_page), _MAX_PAGE_CHARS)):
        character = _character(pdfium.FPDFText_GetUnicode(text_page, index))
        if character in {"\r", "\n"}:
            yield index, "\n", nowhere
        elif not character or character.isspace():
            yield index, " ", None
        else:
            pdfium.FPDFText_GetLooseCharBox(text_page, index, rectangle)
            yield (
                index,
                character,
                (rectangle.left, rectangle.right, rectangle.bottom, rectangle.top),
            )


class _Run:
    """Characters that stand side by side."""

    def __init__(self, text_page: Any, index: int, box: _Box) -> None:
        import pypdfium2.raw as pdfium

        self._text_page = text_page
        self._first = self._last = index
        self._size = max(pdfium.FPDFText_GetFontSize(text_page, index), box[3] - box[2], 1.0) * 0.9
        self._box = self._previous = box
        self._parts: list[str] = []
        self.spaced = False

    def append(self, index: int, character: str, box: _Box) -> None:
        # Many files move instead of writing a space, and some write one that takes no room.
        if self._parts and _gap(self._previous, box) > self._size * (
            _SPACE if self.spaced else _NO_SPACE
        ):
            self._parts.append(" ")
        self._parts.append(character)
        self.spaced = False
        self._last, self._previous = index, box
        x = (min(self._box[0], box[0]), max(self._box[1], box[1]))
        self._box = (*x, min(self._box[2], box[2]), max(self._box[3], box[3]))

    def is_apart(self, box: _Box) -> bool:
        """Whether a character at `box` stands on another line or in another column."""
        middle = (box[2] + box[3]) / 2
        on_line = self._box[2] - self._size * 0.3 <= middle <= self._box[3] + self._size * 0.3
        return not on_line or _gap(self._previous, box) > self._size * _APART

    def line(self, page: int, height: float) -> Iterator[Line]:
        # A character beyond the first plane comes as two halves.
        raw = "".join(self._parts).encode("utf-16-le", "surrogatepass")
        text = raw.decode("utf-16-le", "replace").strip()
        if text:
            left, right, bottom, top = self._box
            bold = _is_bold(self._text_page, self._first) and _is_bold(self._text_page, self._last)
            yield Line(text, left, right, bottom, top, self._size, page, height, is_bold=bold)


def _gap(before: _Box, now: _Box) -> float:
    """The white between two characters, whichever way the script runs."""
    return max(now[0] - before[1], before[0] - now[1])


def _is_bold(text_page: Any, index: int) -> bool:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 128, ctypes.c_int())
    return b"bold" in name.value.lower() or b"black" in name.value.lower()


# Ligatures are letters; PDFium writes a hyphen at a line's end as a mark of its own.
_LIGATURES = {
    0xFB00 + number: letters for number, letters in enumerate("ff fi fl ffi ffl st st".split())
}


def _character(code: int) -> str:
    if code in {0x02, 0xAD, 0xFFFE}:
        return "-"
    if code == 0 or code > 0x10FFFF:
        return ""
    return _LIGATURES.get(code) or chr(code)


def _note(scanned: Sequence[int], count: int) -> str:
    notes = []
    if scanned:
        several = len(scanned) > 1
        notes.append(
            f"Page{'s' if several else ''} {_ranges(scanned)} {'are' if several else 'is'}"
            " scanned without text and cannot be searched; run OCR over the file."
        )
    if count > MAX_PAGES:
        notes.append(f"Only the first {MAX_PAGES:,} of its {count:,} pages were read.")
    return " ".join(notes)


def _ranges(numbers: Sequence[int]) -> str:
    """Page numbers in short: "1-3, 7"."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(str(g[0]) if len(g) == 1 else f"{g[0]}-{g[-1]}" for g in groups)
