"""Tables as they stand in the text of a document: rows under the names of their columns."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.documents.units.lines import Line, lines_of
from assistant.documents.units.tables import cells, is_table
from assistant.language.dates import MONTH, read_date
from assistant.language.sentences import Span, trim
from assistant.language.words import terms

_NUMBER = re.compile(r"[-\u2212]?\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
# A cell with more words beside its number says something else than an amount.
_WORDS_BESIDE = 2
# A longer number is the name of something, as of an account.
MOST_DIGITS = 30
_TOTALS = frozenset(terms("total sum subtotal"))


# Reads the cells of a line, given the text and the names of the columns; None if it is no row.
_Reader = Callable[[str, Sequence[str], Line], list[str] | None]


@dataclass(frozen=True)
class Row:
    """A row: its place in the document's text, and its cells in the order of the columns."""

    span: Span
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The names of the columns and the rows below them, without rows of totals."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    has_totals: bool = False

    def column(self, number: int) -> list[str]:
        """The cells of a column."""
        return [row.cells[number] for row in self.rows]

    @property
    def amounts(self) -> list[int]:
        """The numbers of the columns in which every cell that is filled is an amount."""
        return [
            n
            for n in range(len(self.names))
            if any(cells := list(filter(None, self.column(n))))
            and all(amount(cell) is not None for cell in cells)
        ]


def is_time(cell: str) -> bool:
    """Tell if a cell is a day or a year."""
    return read_date(cell) is not None or _YEAR.fullmatch(cell) is not None


def amount(cell: str) -> Decimal | None:
    """The number or the day of a cell, exactly; None where it holds none, or more than one."""
    if (day := read_date(cell)) is not None:
        return Decimal(day.toordinal())
    found = _NUMBER.findall(cell)
    if len(found) != 1 or MONTH.search(cell) or len(terms(_NUMBER.sub(" ", cell))) > _WORDS_BESIDE:
        return None
    plain = found[0].replace("\u2212", "-")
    if len(plain) > MOST_DIGITS:
        return None
    whole = plain.replace(",", "") if _THOUSANDS.fullmatch(plain.lstrip("-")) else plain
    try:
        return Decimal(whole.replace(",", "."))
    except ArithmeticError:
        return None


def tables(text: str) -> list[Table]:
    """The tables of a document: Markdown's, and those that the parsers of others wrote."""
    lines = lines_of(text, 0, len(text))
    found: list[Table] = []
    at = 0
    while at + 1 < len(lines):
        names = [text[a:b] for a, b in cells(text, lines[at])]
        rows: list[Row] = []
        if len(names) > 1 and is_table(lines, at):
            rows = _below(text, lines[at + 2 :], names, _padded)
        elif len(names) > 1:
            rows = _below(text, lines[at + 1 :], names, _named)
        if rows:
            kept = tuple(r for r in rows if not _TOTALS & set(terms(r.cells[0])))
            found.append(Table(tuple(names), kept, len(kept) < len(rows)))
        at += len(rows) + 1
    return found


def _below(text: str, lines: Sequence[Line], names: Sequence[str], read: _Reader) -> list[Row]:
    """The rows that follow, up to the first line that is none."""
    rows = []
    for line in lines:
        found = read(text, names, line)
        if found is None:
            break
        rows.append(Row(trim(text, line.start, line.end), tuple(found)))
    return rows


def _padded(text: str, names: Sequence[str], line: Line) -> list[str] | None:
    """The cells of a row of Markdown, as many as there are columns; None if it is no row."""
    if "|" not in line.text:
        return None
    found = [text[a:b] for a, b in cells(text, line)]
    return (found + [""] * len(names))[: len(names)]


def _named(_text: str, names: Sequence[str], line: Line) -> list[str] | None:
    """The cells of "Name: Ada; Born: 1815"; None if the line is no such row."""
    form = "|".join(re.escape(name) for name in names if name)
    marks = list(re.finditer(rf"(?:^|; )({form}): ", line.text)) if form else []
    if not marks or marks[0].start() > 0:
        return None
    ends = [*(m.start() for m in marks[1:]), len(line.text)]
    said = {m[1]: line.text[m.end() : end].strip() for m, end in zip(marks, ends, strict=True)}
    return [said.get(name, "") for name in names]
