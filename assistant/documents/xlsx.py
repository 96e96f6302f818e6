"""Spreadsheets (.xlsx): each sheet a heading, each row a line with the names of its columns."""

import re
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from assistant.documents.archive import Archive, part_name
from assistant.documents.document import Document
from assistant.documents.metadata import office_day
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.documents.xml_tree import first, parse_xml, text_of
from assistant.errors import DocumentError

_MAIN = "xl/workbook.xml"
_MAX_COLUMNS = 1_000
# Formats that are built in (ECMA-376 part 1, 18.8.30) and show a date or a time.
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PHONETIC = frozenset(("rPh", "phoneticPr"))


def parse(data: bytes, name: str) -> Document:
    """The document of a .xlsx file; formulas stand with the value they had when it was saved."""
    archive = Archive(data)
    if _MAIN not in archive:
        raise DocumentError("It is not a spreadsheet.")
    book = parse_xml(archive.read(_MAIN))
    cells = _Cells(archive, book)
    builder = TextBuilder()
    for title, part in _sheets(archive, book):
        rows = cells.rows(parse_xml(archive.read(part)))
        if rows:
            builder.heading(title, 1)
            builder.rows(readable_rows(rows))
    return builder.document(name, written=office_day(archive))


def _sheets(archive: Archive, book: Element) -> list[tuple[str, str]]:
    relations = archive.read("xl/_rels/workbook.xml.rels")
    targets = {
        r.get("Id", ""): part_name(_MAIN, r.get("Target", ""))
        for r in (parse_xml(relations).iter("Relationship") if relations else ())
    }
    sheets = [
        (s.get("name", ""), targets.get(s.get("id", ""), ""))
        for s in book.iter("sheet")
        if s.get("state") not in {"hidden", "veryHidden"}
    ]
    return [(title, part) for title, part in sheets if part in archive]


class _Cells:
    """The displayed values of a workbook's cells."""

    def __init__(self, archive: Archive, book: Element) -> None:
        shared = archive.read("xl/sharedStrings.xml")
        self._shared = (
            [text_of(si, _PHONETIC) for si in parse_xml(shared).iter("si")] if shared else []
        )
        self._dates = _date_styles(archive.read("xl/styles.xml"))
        properties = first(book, "workbookPr")
        early = properties is not None and properties.get("date1904") in {"1", "true"}
        self._epoch = datetime(1904, 1, 1) if early else datetime(1899, 12, 30)

    def rows(self, sheet: Element) -> list[list[str]]:
        """The rows that hold something, each with a text a column."""
        rows = []
        for row in sheet.iter("row"):
            texts: list[str] = []
            for cell in row.iter("c"):
                column = _column(cell.get("r", ""), len(texts))
                if column >= _MAX_COLUMNS:
                    break
                texts.extend([""] * (column + 1 - len(texts)))
                texts[column] = self._text(cell)
            if any(texts):
                rows.append(texts)
        return rows

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = first(cell, "is")
            return "" if inline is None else text_of(inline, _PHONETIC).strip()
        value = first(cell, "v")
        raw = "" if value is None else (value.text or "")
        if kind == "s":
            return self._shared[int(raw)].strip() if _index(raw, len(self._shared)) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(raw, raw)
        if kind == "n" and cell.get("s", "") in self._dates:
            return self._date(raw)
        return _number(raw) if kind == "n" else raw.strip()

    def _date(self, raw: str) -> str:
        try:
            days = float(raw)
            moment = self._epoch + timedelta(days=days)
        except (ValueError, OverflowError):
            return raw
        if 0 <= days < 1:
            return f"{moment:%H:%M}"
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
        return f"{moment:%Y-%m-%d}" if days == int(days) else f"{moment:%Y-%m-%d %H:%M}"


def _index(raw: str, size: int) -> bool:
    return raw.isdecimal() and len(raw) < 10 and int(raw) < size


def _number(raw: str) -> str:
    """A number as a person writes it: 0.30000000000000004 was typed as 0.3."""
    try:
        value = float(raw)
    except ValueError:
        return raw.strip()
    return f"{value:.15g}" if "e" not in f"{value:.15g}" else raw


def _column(reference: str, default: int) -> int:
    """The column of a cell's reference ("B7" → 1)."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
        if number > _MAX_COLUMNS:
            break
    return number - 1 if number else default


def _date_styles(data: bytes) -> frozenset[str]:
    """The indexes of cell formats that show dates or times."""
    if not data:
        return frozenset()
    root = parse_xml(data)
    own = {
        f.get("numFmtId", "")
        for f in root.iter("numFmt")
        if re.search("[ymdhs]", _QUOTED.sub("", f.get("formatCode", "")), re.IGNORECASE)
        and "general" not in f.get("formatCode", "").casefold()
    }
    formats = first(root, "cellXfs")
    found = set()
    for number, entry in enumerate(formats if formats is not None else ()):
        code = entry.get("numFmtId", "")
        if code in own or (code.isdecimal() and int(code) in _DATE_FORMATS):
            found.add(str(number))
    return frozenset(found)
