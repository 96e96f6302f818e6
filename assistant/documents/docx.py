"""Word documents (.docx): paragraphs, headings by style, tables, notes; pages where Word left them.

Read with the standard library alone: the parts that hold text are few and stable (ECMA-376 part 1,
17), and python-docx would add lxml to every installation for them.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.documents.archive import Archive
from assistant.documents.document import Document
from assistant.documents.metadata import office_day
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.documents.xml_tree import first, parse_xml, value_of
from assistant.errors import DocumentError

# What is deleted, what only commands fields, and what stands a second time for older programs.
_SKIPPED = frozenset("del moveFrom instrText Fallback txbxContent pPr rPr delText".split())
_CONTAINERS = frozenset("sdt sdtContent ins moveTo customXml smartTag".split())


def parse(data: bytes, name: str) -> Document:
    """The document of a .docx file, its changes accepted."""
    archive = Archive(data)
    main = archive.read("word/document.xml")
    if not main:
        raise DocumentError("It is not a Word document.")
    reader = _Reader(_heading_levels(archive.read("word/styles.xml")))
    root = parse_xml(main)
    body = first(root, "body")
    if body is not None:
        reader.pages = first(body, ".//lastRenderedPageBreak") is not None
        reader.blocks(body)
    for part, note in (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")):
        if part in archive:
            reader.notes(parse_xml(archive.read(part)), note)
    title = _core_title(archive) or reader.title or reader.builder.first_heading()
    return reader.builder.document(title or name, written=office_day(archive))


class _Reader:
    def __init__(self, levels: dict[str, int]) -> None:
        self.builder = TextBuilder()
        self.pages = False
        self.title = ""
        self._levels = levels
        self._page = 1

    def blocks(self, parent: Element) -> None:
        for child in parent:
            if child.tag == "p":
                self._paragraph(child)
            elif child.tag == "tbl":
                self._table(child)
            elif child.tag in _CONTAINERS:
                self.blocks(child)

    def notes(self, root: Element, tag: str) -> None:
        self.builder.leave(1)
        for note in root.iter(tag):
            if not note.get("type"):  # the others are the lines that part notes from text
                self.blocks(note)

    def _paragraph(self, element: Element) -> None:
        style = value_of(first(element, "pPr/pStyle"))
        level = self._levels.get(style, 0)
        outline = value_of(first(element, "pPr/outlineLvl"))
        if not level and outline.isdecimal() and int(outline) < 9:
            level = int(outline) + 1
        before = self._page
        text = "".join(self._texts(element))
        # The break that comes before all text belongs to the page that it begins.
        page = (self._page if text.startswith("\f") else before) if self.pages else None
        text = text.replace("\f", "")
        if style.casefold() == "title" and not self.title:
            self.title = text
        if level:
            self.builder.heading(text, level, page)
        else:
            listed = first(element, "pPr/numPr") is not None
            self.builder.add(text, "list" if listed else "paragraph", page)
        for box in _outer(element, "txbxContent"):
            self.blocks(box)

    def _table(self, element: Element) -> None:
        page = self._page if self.pages else None
        rows = [
            [
                " ".join("".join(self._texts(p)) for p in cell.iter("p")).replace("\f", "")
                for cell in _children(row, "tc")
            ]
            for row in _children(element, "tr")
        ]
        marked = first(element, "tr/trPr/tblHeader") is not None
        self.builder.rows(readable_rows(rows, True if marked else None), page)

    def _texts(self, element: Element) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag in _SKIPPED:
                continue
            if tag == "t":
                yield child.text or ""
            elif tag == "tab":
                yield "\t"
            elif tag == "noBreakHyphen":
                yield "-"
            elif tag == "lastRenderedPageBreak":
                self._page += 1
                yield "\f"
            elif tag in {"br", "cr"}:
                yield "\n"
            else:
                yield from self._texts(child)


def _children(parent: Element, tag: str) -> Iterator[Element]:
    """Children of a tag, also those in a container such as a content control."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTAINERS:
            yield from _children(child, tag)


def _outer(element: Element, tag: str) -> Iterator[Element]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag != "Fallback":
            yield from _outer(child, tag)


def _heading_levels(data: bytes) -> dict[str, int]:
    """The level of each paragraph style that is a heading; styles inherit it."""
    if not data:
        return {}
    based: dict[str, str] = {}
    levels: dict[str, int] = {}
    for style in parse_xml(data).iter("style"):
        key = style.get("styleId", "")
        label = value_of(first(style, "name")).casefold()
        based[key] = value_of(first(style, "basedOn"))
        outline = value_of(first(style, "pPr/outlineLvl"))
        if label.startswith("heading ") and label[8:].isdecimal():
            levels[key] = int(label[8:])
        elif label == "title":
            levels[key] = 1
        elif outline.isdecimal():
            levels[key] = int(outline) + 1 if int(outline) < 9 else 0
    for key in based:
        at, steps = key, 0
        while at and at not in levels and steps < 20:
            at, steps = based.get(at, ""), steps + 1
        levels[key] = levels.get(at, 0)
    return levels


def _core_title(archive: Archive) -> str:
    data = archive.read("docProps/core.xml")
    title = first(parse_xml(data), "title") if data else None
    return (title.text or "").strip() if title is not None else ""
