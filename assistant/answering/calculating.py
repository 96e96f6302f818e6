"""Calculations over a column of a table: sums, counts, means, the least and the most, with the
rows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import PurePath

from assistant.answering.direct import DirectAnswer
from assistant.answering.tables import MOST_DIGITS, Row, Table, amount, is_time, tables
from assistant.formatting import count
from assistant.language.words import term, terms, words
from assistant.library.document_store import Passage
from assistant.library.library import Library
from assistant.query.calculation import Calculation, calculation
from assistant.query.catalogue_query import name_parts
from assistant.retrieval.evidence import Evidence, Retrieval

# Documents whose tables are looked at; rows that are shown; numbers that are written out.
_DOCUMENTS = 8
_ROWS = 6
_WRITTEN_OUT = 20
# A column is near to a noun from this cosine on; one near to "quantity" says how many there are of
# what stands in the row.
_QUANTITY, _NEAR = "quantity", 0.5
# A column that no word names is meant from this cosine to the question on.
_MEANT = 0.2
# Sums of amounts are exact up to so many digits, before and behind the point.
_DIGITS = 4 * MOST_DIGITS
# Words of the question that neither the table nor its document may have.
_UNEXPLAINED = 1


@dataclass(frozen=True)
class _Fit:
    """A table, and how well it has what the question speaks of."""

    source: str
    table: Table
    named: frozenset[str]
    explained: frozenset[str]


def calculated(found: Retrieval, library: Library) -> DirectAnswer | None:
    """The answer by a calculation over a table of what was found; None where none is asked for, or
    no table has what the question speaks of."""
    asked = calculation(found.question.text)
    if asked is None:
        return None
    fits = _fits(asked, found, library)
    if not fits:
        return None
    best = max(fits, key=lambda fit: len(fit.explained))
    missing = set(asked.terms) - best.explained
    if len(missing) > _UNEXPLAINED or missing & found.question.names or not best.explained:
        return None
    with localcontext(prec=_DIGITS):
        return _Work(asked, found.question.text, best, library).answer()


def _fits(asked: Calculation, found: Retrieval, library: Library) -> list[_Fit]:
    """The tables of the documents found first, in their order."""
    sources = list(dict.fromkeys(p.passage.source for p in found.passages))[:_DOCUMENTS]
    titles = {p.passage.source: p.passage.title for p in found.passages}
    fits = []
    for source in sources:
        named = frozenset(terms(name_parts(titles[source], source)))
        for table in tables(library.document_store.text(source)):
            inside = set(terms(" ".join((*table.names, *(c for r in table.rows for c in r.cells)))))
            explained = frozenset(asked.terms) & (named | inside)
            fits.append(_Fit(source, table, named, explained))
    return fits


class _Work:
    """One calculation over one table."""

    def __init__(self, asked: Calculation, question: str, fit: _Fit, library: Library) -> None:
        self._asked = asked
        self._question = question
        self._fit = fit
        self._table = fit.table
        self._library = library

    def answer(self) -> DirectAnswer | None:
        """The result in words, with the rows it rests on; None where no column fits."""
        operation = self._asked.operation
        filters, rows = self._filters()
        if operation == "count":
            return self._counted(filters, rows)
        column = self._column()
        if column is None or not rows or (operation == "sum" and self._table.has_totals):
            return None  # a total that stands there is found as it stands
        filled = [row for row in rows if amount(row.cells[column]) is not None]
        values = [amount(row.cells[column]) or Decimal(0) for row in filled]
        name = self._table.names[column]
        if operation in {"below", "above"}:
            return self._compared(column, filled)
        timed = all(is_time(row.cells[column]) for row in filled)
        if not values or timed != (operation in {"first", "last"}):
            return None
        if operation in {"sum", "mean"}:
            return self._summed(name, filled, values)
        end = (min if operation in {"least", "first"} else max)(values)
        ends = [row for row, value in zip(filled, values, strict=True) if value == end]
        first = ", ".join(row.cells[0] for row in ends)
        over = f"the {operation} in {name} of {count(len(filled), 'row')}"
        return self._told(f"{first}: {ends[0].cells[column]}, {over}.", ends)

    def _summed(self, name: str, rows: Sequence[Row], values: Sequence[Decimal]) -> DirectAnswer:
        total = sum(values, Decimal(0))
        written = " + ".join(map(_plain, values)) if len(values) <= _WRITTEN_OUT else ""
        if self._asked.operation == "sum":
            shown = f" ({written})" if written else ""
            return self._told(
                f"{_plain(total)}: the sum of {name} over {count(len(rows), 'row')}{shown}.", rows
            )
        mean = total / len(values)
        return self._told(
            f"{_plain(round(mean, 2))}: the mean of {name}, {_plain(total)} / {len(values):,}.",
            rows,
        )

    def _compared(self, column: int, rows: Sequence[Row]) -> DirectAnswer | None:
        """The rows below or above a number, or the column that is named behind "below"."""
        other = None if self._asked.limit else self._named(self._asked.after)
        if other is not None:
            rest = [n for n in self._table.amounts if n != other]
            nearest = self._nearest(rest, self._question)
            column = column if nearest is None else nearest
        limit = amount(self._asked.limit)
        if (other is None and limit is None) or other == column:
            return None
        less = self._asked.operation == "below"
        found = []
        for row in rows:
            value = amount(row.cells[column])
            border = limit if other is None else amount(row.cells[other])
            if value is not None and border is not None and value != border:
                found += [row] if (value < border) == less else []
        against = self._asked.limit if other is None else self._table.names[other]
        sign = "<" if less else ">"
        said = ", ".join(row.cells[0] for row in found) or "None"
        name = self._table.names[column]
        return self._told(f"{said}: {name} {sign} {against}, {count(len(found), 'row')}.", found)

    def _filters(self) -> tuple[set[int], list[Row]]:
        """The rows that the question speaks of, and the columns in which a whole cell tells so.

        A word that names neither column nor document is one of the cells: "the chains".
        """
        table = self._table
        rows, told, used = list(table.rows), set[int](), set(self._fit.named)
        used |= set(terms(" ".join(table.names)))
        for n in range(len(table.names)):
            own = {c for c in table.column(n) if c and set(terms(c)) <= set(self._asked.terms)}
            if own and n not in table.amounts:
                told.add(n)
                rows = [row for row in rows if row.cells[n] in own]
                used |= set(terms(" ".join(own)))
        for word in set(self._asked.terms) - used:
            rows = [r for r in rows if word in terms(" ".join(r.cells))] or rows
        return told, rows

    def _counted(self, filters: Collection[int], rows: Sequence[Row]) -> DirectAnswer | None:
        """The number of rows that are meant; of one that is named, how many there are of it.

        "How many minutes does the inspection take" and "how many tubes are left" ask for a cell.
        """
        table = self._table
        column = self._named(self._asked.after[:1])
        if 0 in filters or column is not None:
            column = self._nearest(table.amounts, _QUANTITY, _NEAR) if column is None else column
            if column is None or len(rows) != 1:
                return None
            row = rows[0]
            return self._told(f"{row.cells[column]}: {table.names[column]}, {row.cells[0]}.", rows)
        narrowed = bool(filters) or len(rows) < len(table.rows)
        if not narrowed and not set(terms(table.names[0])) & set(self._asked.terms):
            return None
        name = PurePath(self._fit.source).name
        listed = f": {', '.join(row.cells[0] for row in rows)}" if narrowed else ""
        lead = f"{len(rows):,} of {count(len(table.rows), 'row')} in {name}{listed}."
        return self._told(lead, rows) if rows else None

    def _column(self) -> int | None:
        """The column of amounts that is named, or the nearest in meaning to what is asked for.

        Words that name the document name no column: "the services on the price list".
        """
        own = [t for t in self._asked.terms if t not in self._fit.named]
        named = self._named(own)
        if named is not None or self._asked.operation in {"first", "last"}:
            return named
        said = [w.text for w in words(self._question)]
        measured = self._asked.after[:1]
        if self._asked.operation in {"sum", "mean"} and not set(measured) <= self._fit.explained:
            noun = next(w for w in said if term(w) in measured)  # "duration" is near to "Minutes"
            return self._nearest(self._table.amounts, noun, _NEAR)
        explained = self._fit.named | self._fit.explained
        beside = " ".join(w for w in said if term(w) not in explained)
        return self._nearest(self._table.amounts, beside, _MEANT)

    def _named(self, wanted: Sequence[str]) -> int | None:
        shared = {
            n: len(set(terms(self._table.names[n])) & set(wanted)) for n in self._table.amounts
        }
        best = max(shared, key=lambda n: shared[n], default=None)
        return best if best is not None and shared[best] else None

    def _nearest(self, columns: Sequence[int], said: str, least: float = -1.0) -> int | None:
        """The column whose name is nearest in meaning, if its cosine is at `least` so high."""
        if not columns:
            return None
        names_of = [self._table.names[n] for n in columns]
        asked, *own = self._library.embedder.embed([said, *names_of])
        best = max(range(len(own)), key=lambda n: float(asked @ own[n]))
        return columns[best] if float(asked @ own[best]) >= least else None

    def _told(self, lead: str, rows: Sequence[Row]) -> DirectAnswer:
        ids = self._library.document_store.passage_ids(self._fit.source)
        passages = self._library.document_store.passages(ids).values()
        shown = [e for row in rows[:_ROWS] if (e := _evidence(row, passages)) is not None]
        return DirectAnswer("calculation", lead, tuple(shown))


def _evidence(row: Row, passages: Iterable[Passage]) -> Evidence | None:
    """The row as evidence, in the passage that has it."""
    for p in passages:
        if p.start <= row.span[0] and row.span[1] <= p.end:
            return Evidence(p, row.span)
    return None


def _plain(value: Decimal) -> str:
    """A number without zeros that say nothing: 38, 4.6."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
