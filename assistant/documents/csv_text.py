"""CSV and TSV: each row a line with the names of its columns."""

import csv

from assistant.documents.decoding import decode
from assistant.documents.document import Document
from assistant.documents.tables import is_header, readable_rows
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError

_SAMPLE_CHARS = 20_000
_DELIMITERS = ",;\t|"


def parse(data: bytes, name: str) -> Document:
    """The document of a .csv or .tsv file; the delimiter is found by the rows' equal width."""
    text, note = decode(data)
    rows = _rows(text)
    builder = TextBuilder()
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    # Files like these have a header more often than not: two columns of text are no sign against.
    builder.rows(readable_rows(rows, is_header(filled[:50])))
    return builder.document(name, note)


def _rows(text: str) -> list[list[str]]:
    lines = text.splitlines(keepends=True)
    try:
        return list(csv.reader(lines, delimiter=_delimiter(text[:_SAMPLE_CHARS])))
    except csv.Error as error:
        raise DocumentError(f"It cannot be read as rows ({error}).") from error


def _delimiter(sample: str) -> str:
    """The delimiter that parts most rows into the same number of cells, above one."""
    best, score = ",", 0
    for mark in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(sample.splitlines(), delimiter=mark) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=0)
        if usual > 1 and widths.count(usual) * usual > score:
            best, score = mark, widths.count(usual) * usual
    return best
