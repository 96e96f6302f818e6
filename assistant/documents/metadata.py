"""Dates of documents as their formats keep them, apart from the text."""

from datetime import date

from assistant.documents.archive import Archive
from assistant.documents.xml_tree import first, parse_xml
from assistant.errors import DocumentError


def day(text: str) -> date | None:
    """The day of a date as formats write it, ISO 8601 or a PDF's D:20240503…; None if it is none.

    Programs write the first day of their epoch where they know none.
    """
    digits = text.strip().removeprefix("D:").replace("-", "")[:8]
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return found if found > date(1980, 1, 1) else None


def office_day(archive: Archive) -> date | None:
    """When a file of Word, PowerPoint or Excel was last changed by its program, else made."""
    return _first_day(archive, "docProps/core.xml", ("modified", "created"))


def open_document_day(archive: Archive) -> date | None:
    """The same of a file of LibreOffice."""
    return _first_day(archive, "meta.xml", ("meta/date", "meta/creation-date"))


def _first_day(archive: Archive, part: str, paths: tuple[str, ...]) -> date | None:
    """The first of these dates that there is; damaged metadata take nothing of the text along."""
    try:
        data = archive.read(part)
        root = parse_xml(data) if data else None
    except DocumentError:
        return None
    told = [first(root, path) for path in paths] if root is not None else []
    return next((d for one in told if one is not None and (d := day(one.text or ""))), None)
