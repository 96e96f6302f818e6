"""Rows that can be read one by one: each cell with the name of its column."""

from collections.abc import Sequence

_HEADER_CHARS = 60


def readable_rows(rows: Sequence[Sequence[str]], header: bool | None = None) -> list[str]:
    """A line a row: "Name: Ada; Born: 1815" below a header, else "Ada | 1815".

    `header` says whether the first row names the columns; None: judge by the rows. Empty rows are
    left out, the header itself stays as the first line.
    """
    filled = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if not filled:
        return []
    if header is None:
        header = is_header(filled)
    if not header or len(filled) < 2:
        return [plain_row(row) for row in filled]
    names = filled[0]
    return [plain_row(names), *(named_row(names, row) for row in filled[1:])]


def named_row(names: Sequence[str], row: Sequence[str]) -> str:
    """One row, its cells named; cells beyond the header stand without a name."""
    return "; ".join(
        f"{names[i]}: {cell}" if i < len(names) and names[i] else cell
        for i, cell in enumerate(row)
        if cell
    )


def plain_row(row: Sequence[str]) -> str:
    """One row without names; empty cells left out."""
    return " | ".join(cell for cell in row if cell)


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first of these rows reads like names of columns: short, different, no
    numbers."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = [cell for cell in rows[0] if cell]
    return (
        len(first) >= max(2, max(map(len, rows)) - 1)
        and len(set(first)) == len(first)
        and all(len(c) <= _HEADER_CHARS and not _is_number(c) and c[-1] not in ".!?" for c in first)
    )


def _is_number(cell: str) -> bool:
    return sum(c.isdigit() for c in cell) * 2 > len(cell)
