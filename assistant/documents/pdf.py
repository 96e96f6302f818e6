"""PDF: the text of each page in reading order, with page numbers; scanned pages by recognition.

PDFium (through pypdfium2, BSD/Apache) reads the characters; what stands beside what is ours.
"""

import ctypes
import math
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.documents import ocr
from assistant.documents.document import Document
from assistant.documents.metadata import day
from assistant.documents.pdf_layout import Line, reading_order, without_furniture
from assistant.documents.pdf_paragraphs import paragraphs, write
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError, NoTextError

MAX_PAGES = 10_000
_MAX_PAGE_CHARS = 200_000
# Below this many letters a page with a picture is a scan, its stamp or page number aside.
_SCAN_LETTERS = 25
# Gaps in font sizes: what parts columns or cells, and what parts words with and without a space.
_APART = 1.6
_SPACE, _NO_SPACE = 0.04, 0.15
# Radians below which a character stands upright, and degrees by which a scan may lie askew.
_UPRIGHT = 0.05
_SLIGHTLY = 8

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
        waiting = [] if ocr.is_installed() else scanned
        unclear = _recognised(pdf, pages, scanned) if ocr.is_installed() else []
        about = pdf.get_metadata_dict()
    finally:
        pdf.close()
    if scanned and not any(pages):
        if ocr.is_installed():
            raise NoTextError("Its pages are pictures in which no text was found.")
        raise DocumentError(ocr.SCAN, f"`{ocr.command()}` reads them.")
    builder = TextBuilder()
    write(list(paragraphs(without_furniture(pages))), builder)
    note = _note(waiting, unclear, count)
    title = str(about.get("Title") or "") or builder.first_heading() or name
    written = day(str(about.get("CreationDate") or "")) or day(str(about.get("ModDate") or ""))
    return builder.document(title, note, len(waiting), written)


def _recognised(pdf: Any, pages: list[list[Line]], scanned: Sequence[int]) -> list[int]:
    """Read the scanned pages as pictures, into `pages`; returns the numbers of those left."""
    read = list(scanned[: ocr.MAX_PAGES])
    told = ocr.on_page.get()
    unclear = list(scanned[ocr.MAX_PAGES :])
    if read:
        told(0, len(read))
    for done, number in enumerate(read, start=1):
        found = _recognised_page(pdf, number)
        if found:
            pages[number - 1] = found
        else:
            unclear.append(number)
        told(done, len(read))
    return sorted(unclear)


def _recognised_page(pdf: Any, number: int) -> list[Line]:
    import pypdfium2

    try:
        page = pdf[number - 1]
        # A page may be as large as a wall.
        scale = min(ocr.DOTS_PER_INCH / 72, ocr.MAX_SIDE / max(*page.get_size(), 1.0))
        picture = page.render(scale=scale)
    except pypdfium2.PdfiumError:  # one damaged page does not take the others with it
        return []
    try:
        return ocr.read(picture.to_numpy()[:, :, :3], number, 1 / scale)
    except DocumentError:
        return []
    finally:
        picture.close()
        page.close()


def _pages(pdf: Any, count: int) -> tuple[list[list[Line]], list[int]]:
    """The lines of each page in reading order, and the numbers of pages that are scans."""
    pages: list[list[Line]] = []
    scanned = []
    for index in range(count):
        lines, has_picture = _page(pdf, index)
        # What stands turned on the page is read after the rest, as if the page were turned.
        turns = sorted({turn for turn, _ in lines})
        ordered = [reading_order([line for t, line in lines if t == turn]) for turn in turns]
        pages.append([line for part in ordered for line in part])
        letters = sum(c.isalnum() for _, line in lines for c in line.text)
        if has_picture and letters < _SCAN_LETTERS:
            scanned.append(index + 1)
    return pages, scanned


def _page(pdf: Any, index: int) -> tuple[list[tuple[int, Line]], bool]:
    """The lines of a page, each with how it is turned, and whether there is a picture."""
    import pypdfium2

    try:
        page = pdf[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:  # one damaged page does not take the others with it
        return [], False
    try:
        lines = list(_lines(text_page.raw, index + 1, page.get_size()))
        has_picture = _has_picture(page, [line for _, line in lines])
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


def _lines(text_page: Any, page: int, size: tuple[float, float]) -> Iterator[tuple[int, Line]]:
    """The runs of characters on one line without a wide gap, in the order of the file, each with
    how it is turned.
    """
    run: _Run | None = None
    for index, character, found in _characters(text_page):
        if found is None:
            if run is not None:
                run.spaced = True
            continue
        turn = 0 if character == "\n" else _turn(text_page, index)
        box = _turned(found, turn, size) if turn else found
        if run is not None and (character == "\n" or turn != run.turn or run.is_apart(box)):
            yield from run.line(page, size)
            run = None
        if character == "\n":
            continue
        if run is None:
            run = _Run(text_page, index, box, turn)
        run.append(index, character, box)
    if run is not None:
        yield from run.line(page, size)


def _turn(text_page: Any, index: int) -> int:
    """By how many degrees a character is turned to the left: 0, 90, 180, 270 or, for what is
    slanted, the whole degrees.
    """
    import pypdfium2.raw as pdfium

    angle = pdfium.FPDFText_GetCharAngle(text_page, index)
    if angle < _UPRIGHT:  # nearly all; an error is -1
        return 0
    degrees = round(-math.degrees(angle)) % 360  # PDFium counts with the clock
    right = round(degrees / 90) * 90
    return right % 360 if abs(degrees - right) <= _SLIGHTLY else degrees


def _turned(box: _Box, turn: int, size: tuple[float, float]) -> _Box:
    """The box as it is on the page turned back, so that its text runs to the right."""
    left, right, bottom, top = box
    width, height = size
    if turn == 90:
        return bottom, top, width - right, width - left
    if turn == 180:
        return width - right, width - left, height - top, height - bottom
    if turn == 270:
        return height - top, height - bottom, left, right
    # The box of a slanted character says little but where it is and how large.
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    x, y = (left + right) / 2, (bottom + top) / 2
    along, up = x * cos + y * sin, y * cos - x * sin
    half = (top - bottom) / 4
    return along - half, along + half, up - half, up + half


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

    def __init__(self, text_page: Any, index: int, box: _Box, turn: int) -> None:
        import pypdfium2.raw as pdfium

        self._text_page = text_page
        self.turn = turn
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
        """Tell whether a character at `box` stands on another line or in another column."""
        middle = (box[2] + box[3]) / 2
        on_line = self._box[2] - self._size * 0.3 <= middle <= self._box[3] + self._size * 0.3
        return not on_line or _gap(self._previous, box) > self._size * _APART

    def line(self, page: int, size: tuple[float, float]) -> Iterator[tuple[int, Line]]:
        """A line with its rotation, if there is anything to read."""
        # A character beyond the first plane comes as two halves.
        raw = "".join(self._parts).encode("utf-16-le", "surrogatepass")
        text = raw.decode("utf-16-le", "replace").strip()
        if text:
            left, right, bottom, top = self._box
            bold = _is_bold(self._text_page, self._first) and _is_bold(self._text_page, self._last)
            height = size[self.turn % 180 == 0]
            # What is slanted, such as DRAFT over a page, is no heading, however large.
            slanted = self.turn % 90 != 0
            look = (1.0, False) if slanted else (self._size, bold)
            yield self.turn, Line(text, left, right, bottom, top, look[0], page, height, look[1])


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


def _note(waiting: Sequence[int], unclear: Sequence[int], count: int) -> str:
    """A note of the pages that were not read: they wait for recognition, or are unclear."""
    notes = []
    if waiting:
        are = "are" if len(waiting) > 1 else "is"
        notes.append(
            f"{_pages_in_words(waiting)} {are} scanned without text and cannot be searched;"
            f" `{ocr.command()}` reads {'them' if len(waiting) > 1 else 'it'}."
        )
    if unclear:
        notes.append(
            f"No text was recognised in the picture of {_pages_in_words(unclear).lower()}."
        )
    if count > MAX_PAGES:
        notes.append(f"Only the first {MAX_PAGES:,} of its {count:,} pages were read.")
    return " ".join(notes)


def _pages_in_words(numbers: Sequence[int]) -> str:
    return f"Page{'s' if len(numbers) > 1 else ''} {_ranges(numbers)}"


def _ranges(numbers: Sequence[int]) -> str:
    """Page numbers in short: "1-3, 7"."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(str(g[0]) if len(g) == 1 else f"{g[0]}-{g[-1]}" for g in groups)
