"""Question sets as tables: a header that names the fields, and a question a row."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import QuestionError
from assistant.evaluation.problems import Problem

# What stands between several answers, evidence sentences or earlier questions in one cell.
CELL_SEPARATOR = "|"
LISTS = ("answers", "evidence", "history", "candidates")
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_TRUE, _FALSE = frozenset("true yes y 1".split()), frozenset("false no n 0".split())

CsvRow = tuple[str, Mapping[str, Any]]


def questions(text: str, path: Path) -> Iterator[CsvRow | Problem]:
    """Each question's place and fields; a cell of several texts has "|" between them.

    Raises QuestionError for a header that cannot be one.
    """
    if text[:4].lower() == "sep=":  # a line that Excel writes for itself
        text = "\n" + text.partition("\n")[2]
    delimiter = _delimiter(text)
    header: list[str] = []
    for row in _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)):
        if isinstance(row, Problem):
            yield row
        elif not header:
            header = _header(row[1], path)
        elif any(row[1][len(header) :]):
            found = f"{len(row[1])} for {len(header)}; put quotation marks around a text with"
            yield Problem(
                "error",
                row[0],
                "",
                "it has more cells than the header",
                f"{found} {_NAMES[delimiter]} in it",
            )
        else:
            yield row[0], _fields(dict(zip(header, row[1], strict=False)))


def _rows(reader: Any) -> Iterator[tuple[str, list[str]] | Problem]:
    """The rows that are not blank, each with the line on which it begins."""
    while True:
        place = f"line {reader.line_num + 1}"
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem("error", place, "", "it cannot be read as CSV", str(error))
            return
        if any(cells):
            yield place, cells


def _delimiter(text: str) -> str:
    """The separator of the cells: the mark by which the header falls into most cells."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(_NAMES, key=first.count)


def _header(cells: Sequence[str], path: Path) -> list[str]:
    header = [cell.lower() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if "question" not in header:
        raise QuestionError(
            f'The first line of {path} names no column "question".',
            "The first line names the columns: question, and any of answerable, answers, source,"
            " evidence.",
        )
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise QuestionError(
            f'The first line of {path} names the column "{twice}" twice.', "Remove one of them."
        )
    return header


def _fields(row: Mapping[str, str]) -> dict[str, Any]:
    """The cells as JSON would have them; empty ones are left out, but for the question."""
    fields: dict[str, Any] = {}
    for name, cell in row.items():
        if not cell and name != "question":
            continue
        if name in LISTS:
            parts = (part.strip() for part in cell.split(CELL_SEPARATOR))
            fields[name] = [part for part in parts if part]
        elif name == "answerable" and cell.lower() in _TRUE | _FALSE:
            fields[name] = cell.lower() in _TRUE
        else:
            fields[name] = cell
    return fields
