"""The tables of a page: measures, groups of questions, other runs, the manifest."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from assistant.evaluation.report.words import (
    NONE,
    escaped,
    figure,
    file_name,
    interval,
)
from assistant.evaluation.results import (
    Interval,
    Measure,
    Results,
    Table,
    Variant,
)


def summary(results: Results) -> str:
    """Every measure with its value, interval and count, by family."""
    parts = []
    for family, measures in groupby(results.measures, key=lambda m: m.family):
        rows = "".join(_measure_row(measure) for measure in measures)
        name = escaped(family.capitalize())
        parts.append(f'<tbody><tr><th colspan="5" scope="rowgroup">{name}</th></tr>{rows}</tbody>')
    titles = head("Measure", "0 to 1", "Value", "95 % interval", "Questions")
    return wide("The measures", f"<table class='measures'>{titles}{''.join(parts)}</table>")


def definitions(measures: Sequence[Measure]) -> str:
    """What each measure means, and where it is from."""
    return "".join(
        f'<dt id="m-{escaped(m.name)}">{escaped(m.title)}</dt><dd>{escaped(m.definition)}'
        + (f' <span class="from">{escaped(m.source)}</span>' if m.source else "")
        + "</dd>"
        for m in measures
    )


def groups(table: Table, measures: Sequence[Measure]) -> str:
    """A table by kind or by document."""
    known = {m.name: m for m in measures}
    columns = [known[n].title if n in known else n for n in table.measures]
    units = [known[n].unit if n in known else "share" for n in table.measures]
    rows = "".join(
        f'<tr><th scope="row">{_label(row.label, table.by)}</th><td>{row.count:,}</td>'
        + "".join(f"<td>{figure(v, u)}</td>" for v, u in zip(row.values, units, strict=True))
        + "</tr>"
        for row in table.rows
    )
    titles = head(table.by.capitalize(), "Questions", *columns)
    return wide(f"By {table.by}", f"<table>{titles}<tbody>{rows}</tbody></table>")


def manifest(values: Mapping[str, Any]) -> str:
    """What ran, one row for each setting."""
    rows = "".join(
        f'<tr><th scope="row">{escaped(name)}</th><td>{escaped(value)}</td></tr>'
        for name, value in _flat("", values)
    )
    table = f"<table class='manifest'>{head('Setting', 'Value')}<tbody>{rows}</tbody></table>"
    return wide("The manifest", table)


def variant_manifests(runs: Sequence[Variant]) -> Iterator[tuple[str, str]]:
    """The name and the manifest of each further run."""
    for run in runs:
        yield run.name, manifest(run.manifest)


def _measure_row(measure: Measure) -> str:
    unit = measure.unit
    return (
        f'<tr><th scope="row"><a href="#m-{escaped(measure.name)}">'
        f"{escaped(measure.title)}</a></th>"
        f"<td>{_range(measure.value, measure.interval) if unit == 'share' else ''}</td>"
        f"<td>{figure(measure.value, unit)}</td><td>{interval(measure.interval, unit)}</td>"
        f"<td>{measure.count:,}</td></tr>"
    )


def _range(value: float | None, around: Interval | None) -> str:
    """A share and its interval drawn between 0 and 1; the figures stand beside it."""
    if value is None:
        return ""
    low, high = around or (value, value)
    return (
        '<svg class="range" viewBox="-3 0 106 10" aria-hidden="true">'
        '<line class="guide" x1="0" x2="100" y1="5" y2="5"/>'
        f'<line class="line-1" x1="{100 * low:.1f}" x2="{100 * high:.1f}" y1="5" y2="5"/>'
        f'<circle class="dot" cx="{100 * value:.1f}" cy="5" r="3"/></svg>'
    )


def _label(label: str, by: str) -> str:
    shown = file_name(label) if by == "document" else label
    return escaped(shown or "not said")


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, list | tuple) and value:
        yield prefix, ", ".join(str(item) for item in value)
    else:
        yield prefix, NONE if value in (None, "", {}, [], ()) else str(value)


def head(*titles: str) -> str:
    """The header row."""
    cells = "".join(f'<th scope="col">{escaped(title)}</th>' for title in titles)
    return f"<thead><tr>{cells}</tr></thead>"


def wide(name: str, table: str) -> str:
    """A table that scrolls by itself where the page is narrower, by keyboard too."""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escaped(name)}">{table}</div>'
    )
