"""The tables of a page: measures by family, groups of questions, the manifests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assistant.evaluation.report.words import NONE, file_name
from assistant.evaluation.results import Measure, Results, Table

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class GroupRow:
    """A group of questions; each value with its unit."""

    label: str
    count: int
    values: tuple[tuple[float | None, str], ...]


@dataclass(frozen=True)
class GroupTable:
    """Groups by kind or by document; `columns` are the titles of the measures."""

    by: str
    columns: list[str]
    rows: tuple[GroupRow, ...]


def families(measures: Sequence[Measure]) -> list[tuple[str, list[Measure]]]:
    """Neighbouring measures of one family, under its name."""
    return [(name, list(found)) for name, found in groupby(measures, key=lambda m: m.family)]


def group_tables(results: Results) -> list[GroupTable]:
    """The tables by kind and by document that have rows."""
    known = {m.name: m for m in results.measures}
    return [_group_table(table, known) for table in results.tables if table.rows]


def _group_table(table: Table, known: Mapping[str, Measure]) -> GroupTable:
    units = [known[n].unit if n in known else "share" for n in table.measures]
    rows = (
        GroupRow(
            file_name(row.label) if table.by == "document" else row.label,
            row.count,
            tuple(zip(row.values, units, strict=True)),
        )
        for row in table.rows
    )
    columns = [known[n].title if n in known else n for n in table.measures]
    return GroupTable(table.by, columns, tuple(rows))


def manifests(results: Results) -> list[tuple[str, Rows]]:
    """The settings of the run under no name, then those of each further run under its own."""
    runs = [("", results.manifest), *((run.name, run.manifest) for run in results.variants)]
    return [(name, list(_flat("", values))) for name, values in runs]


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, list | tuple) and value:
        yield prefix, ", ".join(str(item) for item in value)
    else:
        yield prefix, NONE if value in (None, "", {}, [], ()) else str(value)
