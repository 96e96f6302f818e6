"""OpenDocument (.odt, .ods, .odp): text with its headings, sheets with their rows, slides."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.documents.archive import Archive
from assistant.documents.document import BlockKind, Document
from assistant.documents.metadata import open_document_day
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.documents.xml_tree import first, parse_xml
from assistant.errors import DocumentError

# Cells and rows are written once with a count; a count beyond this only says "to the sheet's end".
_MAX_REPEATED = 100
_SKIPPED = frozenset(
    "tracked-changes annotation sequence-decls forms note-citation desc title".split()
)
_NESTED = frozenset("section index-body list list-item list-header frame text-box g".split())


def parse(data: bytes, name: str) -> Document:
    """The document of an OpenDocument file; `page` is counted where page breaks were saved."""
    archive = Archive(data)
    if "content.xml" not in archive:
        raise DocumentError("It is not an OpenDocument file.")
    if b"<manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
        raise DocumentError("It is protected by a password.", "Save it without one.")
    body = first(parse_xml(archive.read("content.xml")), "body")
    reader = _Reader()
    for kind in body if body is not None else ():
        if kind.tag == "spreadsheet":
            reader.sheets(kind)
        elif kind.tag == "presentation":
            reader.slides(kind)
        else:
            reader.pages = first(kind, ".//soft-page-break") is not None
            reader.blocks(kind)
    reader.finish()
    meta = archive.read("meta.xml")
    title = first(parse_xml(meta), "meta/title") if meta else None
    named = (title.text or "").strip() if title is not None else ""
    titled = named or reader.builder.first_heading() or name
    return reader.builder.document(titled, written=open_document_day(archive))


class _Reader:
    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.pages = False
        self._page = 1
        self._notes: list[Element] = []
        self._frames: list[Element] = []

    @property
    def _number(self) -> int | None:
        return self._page if self.pages else None

    def blocks(self, parent: Element, kind: BlockKind = "paragraph") -> None:
        for child in parent:
            if child.tag == "h":
                level = child.get("outline-level", "1")
                page, text = self._read(child)
                self.builder.heading(text, int(level) if level.isdecimal() else 1, page)
            elif child.tag == "p":
                page, text = self._read(child)
                self.builder.add(text, kind, page)
                self._after(kind)
            elif child.tag == "table":
                self.builder.rows(readable_rows(self._rows(child)), self._number)
            elif child.tag == "soft-page-break":
                self._page += 1
            elif child.tag in _NESTED:  # a table of contents is not: it only repeats headings
                self.blocks(child, "list" if child.tag == "list" else kind)

    def sheets(self, parent: Element) -> None:
        for table in parent.iter("table"):
            if lines := readable_rows(self._rows(table)):
                self.builder.heading(table.get("name", ""), 1)
                self.builder.rows(lines)

    def slides(self, parent: Element) -> None:
        self.pages = True
        for number, page in enumerate(parent.iter("page"), start=1):
            self._page = number
            self.builder.leave(1)
            frames = [f for f in page if f.tag != "notes"]
            for frame in sorted(frames, key=lambda f: f.get("class") != "title"):
                if frame.get("class") == "title":
                    texts = [self._read(p)[1] for p in frame.iter("p")]
                    self.builder.heading(" ".join(texts), 1, number)
                else:
                    self.blocks(frame)
            for notes in page.iter("notes"):
                self.blocks(notes)

    def finish(self) -> None:
        """Footnotes stand at the end, so that they part no sentence."""
        self.builder.leave(1)
        for note in self._notes:
            self.blocks(note)

    def _after(self, kind: BlockKind) -> None:
        frames, self._frames = self._frames, []
        for frame in frames:
            self.blocks(frame, kind)

    def _read(self, element: Element) -> tuple[int | None, str]:
        before = self._number
        text = "".join(self._texts(element))
        page = self._number if text.startswith("\f") else before
        return page, text.replace("\f", "")

    def _texts(self, element: Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            if child.tag == "s":
                yield " "
            elif child.tag == "tab":
                yield "\t"
            elif child.tag == "line-break":
                yield "\n"
            elif child.tag == "soft-page-break":
                self._page += 1
                yield "\f"
            elif child.tag == "note-body":
                self._notes.append(child)
            elif child.tag == "frame":
                self._frames.append(child)
            elif child.tag not in _SKIPPED:
                yield from self._texts(child)
            yield child.tail or ""

    def _rows(self, table: Element) -> list[list[str]]:
        rows = []
        for row in table.iter("table-row"):
            cells: list[str] = []
            for cell in row:
                if cell.tag not in {"table-cell", "covered-table-cell"}:
                    continue
                text = " ".join(self._read(p)[1] for p in cell.iter("p"))
                cells.extend([text] * _repeated(cell, "number-columns-repeated", text))
            if any(cells):
                rows.extend([cells] * _repeated(row, "number-rows-repeated", "".join(cells)))
        return rows


def _repeated(element: Element, key: str, text: str) -> int:
    count = element.get(key, "1")
    number = int(count) if count.isdecimal() and len(count) < 9 else 1
    return min(number, _MAX_REPEATED) if text or number <= _MAX_REPEATED else 1
