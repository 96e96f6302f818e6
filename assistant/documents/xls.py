"""Spreadsheets of Excel 97 to 2003 (.xls): each sheet a heading, each row a line, as in .xlsx."""

import io
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from assistant.documents.document import Document
from assistant.documents.tables import readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def parse(data: bytes, name: str) -> Document:
    """The document of a .xls file; formulas stand with the value they had when it was saved."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    book = _opened(data)
    builder = TextBuilder()
    for number, sheet in enumerate(book.sheets_metadata):
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            lines = readable_rows(_rows(book.get_sheet_by_index(number)))
            if lines:
                builder.heading(sheet.name, 1)
                builder.rows(lines)
    return builder.document(name)


def _opened(data: bytes) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise DocumentError("It is protected by a password.", "Save it without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise DocumentError("It is damaged: it is not the spreadsheet its name says.") from error


def _rows(sheet: "CalamineSheet") -> list[list[str]]:
    """The rows that hold something, each with a text a column."""
    # Row by row: one cell in the last corner makes a sheet of 16 million.
    texts = ([_text(cell) for cell in row] for row in sheet.iter_rows())
    return [row for row in texts if any(row)]


def _text(cell: Any) -> str:
    """A value as a person writes it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
