"""Presentations (.pptx): a page is a slide, its title the heading, notes after the text."""

import re
from xml.etree.ElementTree import Element

from assistant.documents.archive import Archive, part_name
from assistant.documents.document import Document
from assistant.documents.metadata import office_day
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.documents.xml_tree import first, parse_xml
from assistant.errors import DocumentError

_MAIN = "ppt/presentation.xml"
# Placeholders that repeat on each slide.
_FURNITURE = frozenset("sldNum dt ftr hdr sldImg".split())


def parse(data: bytes, name: str) -> Document:
    """The document of a .pptx file; `page` is the number of the slide."""
    archive = Archive(data)
    if _MAIN not in archive:
        raise DocumentError("It is not a presentation.")
    builder = TextBuilder()
    for number, part in enumerate(_slides(archive), start=1):
        builder.leave(1)
        tree = first(parse_xml(archive.read(part)), "cSld/spTree")
        if tree is not None:
            _shapes(tree, builder, number)
        for notes in _related(archive, part, "notesSlide"):
            tree = first(parse_xml(archive.read(notes)), "cSld/spTree")
            if tree is not None:
                _shapes(tree, builder, number)
    return builder.document(builder.first_heading() or name, written=office_day(archive))


def _slides(archive: Archive) -> list[str]:
    """The parts of the slides, in the order of the presentation."""
    targets = _relations(archive, _MAIN)
    order = [
        targets.get(entry.get("id", ""), ("", ""))[1]
        for entry in parse_xml(archive.read(_MAIN)).iter("sldId")
    ]
    found = [part for part in order if part in archive]
    if found:
        return found
    names = [n for n in archive.names() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
    return sorted(names, key=lambda n: int(re.sub(r"\D", "", n)))


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id → (kind, part)."""
    folder, _, file = part.rpartition("/")
    data = archive.read(f"{folder}/_rels/{file}.rels")
    if not data:
        return {}
    return {
        r.get("Id", ""): (
            r.get("Type", "").rsplit("/", 1)[-1],
            part_name(part, r.get("Target", "")),
        )
        for r in parse_xml(data).iter("Relationship")
        if r.get("TargetMode") != "External"
    }


def _related(archive: Archive, part: str, kind: str) -> list[str]:
    return [p for k, p in _relations(archive, part).values() if k == kind and p in archive]


def _shapes(tree: Element, builder: TextBuilder, page: int) -> None:
    """The texts of a slide's shapes: its title first, the others as they stand."""
    shapes = [s for s in tree.iter() if s.tag in {"sp", "graphicFrame"}]
    for shape in sorted(shapes, key=lambda s: "itle" not in _placeholder(s)):
        kind = _placeholder(shape)
        if kind in _FURNITURE:
            continue
        for table in shape.iter("tbl"):
            rows = [
                [" ".join(_paragraphs(cell)) for cell in row.iter("tc")] for row in table.iter("tr")
            ]
            builder.rows(readable_rows(rows), page)
        if shape.tag == "sp":
            texts = _paragraphs(shape)
            if kind in {"title", "ctrTitle"}:
                builder.heading(" ".join(texts), 1, page)
            elif kind == "body" or len(texts) > 1:
                for text in texts:
                    builder.add(text, "list", page)
            else:
                builder.add(" ".join(texts), "paragraph", page)


def _placeholder(shape: Element) -> str:
    found = first(shape, "nvSpPr/nvPr/ph")
    return "" if found is None else found.get("type", "body")


def _paragraphs(element: Element) -> list[str]:
    texts = []
    for paragraph in element.iter("p"):
        pieces = [
            (part.text or "") if part.tag == "t" else "\n"
            for part in paragraph.iter()
            if part.tag in {"t", "br"}
        ]
        if text := "".join(pieces).strip():
            texts.append(text)
    return texts
