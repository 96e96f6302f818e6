"""A starter set as a file: JSON lines, or a table for a spreadsheet."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from assistant.errors import QuestionError
from assistant.evaluation.csv_file import CELL_SEPARATOR, LISTS
from assistant.evaluation.template import Slot

_COLUMNS = ("id", "question", "answers", "candidates", "evidence", "answerable", "source", "note")


def check_target(path: Path, *, replace: bool) -> None:
    """Raises QuestionError if `path` cannot be written, or may be a set that is filled in."""
    if not path.parent.is_dir():
        raise QuestionError(f"There is no folder {path.parent}.", "Make it, or give another path.")
    if path.is_dir():
        raise QuestionError(f"{path} is a folder.", "Give the name of a file.")
    if path.exists() and not replace:
        raise QuestionError(
            f"{path} is there already; nothing was written.",
            "Give another name, or --force to write over it.",
        )


def write(slots: Sequence[Slot], path: Path, *, replace: bool) -> None:
    """Write the slots, as CSV where the name says so. Raises OSError or QuestionError."""
    text = as_csv(slots) if path.suffix.lower() == ".csv" else as_json_lines(slots)
    try:
        # Spreadsheets take CSV for UTF-8 only behind a byte order mark; readers here skip it.
        with path.open(
            "w" if replace else "x",
            encoding="utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8",
            newline="",
        ) as file:
            file.write(text)
    except FileExistsError:
        check_target(path, replace=replace)


def as_json_lines(slots: Sequence[Slot]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(slot.fields(), ensure_ascii=False) + "\n" for slot in slots)


def as_csv(slots: Sequence[Slot]) -> str:
    """A header and a row for each slot, several texts in a cell separated by "|"."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    for slot in slots:
        fields = slot.fields()
        lists = {name: CELL_SEPARATOR.join(fields.get(name, ())) for name in LISTS}
        answerable = "yes" if slot.answerable else "no"
        cells = fields | lists | {"answerable": answerable}
        writer.writerow({name: cells.get(name, "") for name in _COLUMNS})
    return out.getvalue()
