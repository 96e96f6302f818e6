"""The tables of an evaluation as lines of text."""

import shutil
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from assistant import formatting
from assistant.cli import output
from assistant.evaluation.results import (
    ComparedMeasure,
    Comparison,
    Interval,
    Measure,
    Results,
    Table,
)
from assistant.printable import safe_line

NONE = "\u2013"
_FLIPS = 10
# What an ablation is read by, where a column for each run would not fit.
_KEY = (
    "right gold_in_first_sentence false_refusals refused_unanswerable auroc_confidence aurc"
    " median_total_ms"
).split()
_COLUMNS_AT_MOST = 3
_MARKS = {"better": "+", "worse": "-", "not distinguishable": " ", None: " "}


def number(value: float | None, unit: str) -> str:
    """A value as it is printed; a dash where there is none."""
    if value is None:
        return NONE
    if unit == "share":
        return f"{value:.3f}"
    if unit == "count" or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}"


def summary(results: Results) -> Iterator[str]:
    """Every measure with its interval, then the groups of questions."""
    yield _about(results)
    wide = _width() >= 100
    for family, group in groupby(results.measures, key=lambda m: m.family):
        yield ""
        yield f"{family:<26}{'value':>9}   {'95 % interval':<18}{'n':>6}"
        for measure in group:
            yield _measured(measure, wide)
    for table in results.tables:
        if len(table.rows) > 1:
            yield ""
            yield from _groups(table)
    if results.time is not None:
        yield ""
        yield (
            f"{results.time.answers_s:.1f} s in answers, {results.time.wall_s:.1f} s in all"
            f" ({results.time.overhead:.3f} times that)."
        )


def _about(results: Results) -> str:
    answerable = sum(q.answerable for q in results.questions)
    other = len(results.questions) - answerable
    model = (results.manifest.get("settings") or {}).get("model") or {}
    who = f"{safe_line(model['name'])}: " if model.get("name") else ""
    asked = formatting.count(len(results.questions), "question")
    return f"{who}{asked}, {answerable:,} answerable, {other:,} unanswerable"


def _measured(measure: Measure, wide: bool) -> str:
    value = number(measure.value, measure.unit)
    interval = _interval(measure.interval, measure.unit)
    count = f"{measure.count:,}" if measure.value is not None else ""
    text = f"  {measure.name:<24}{value:>9}   {interval:<18}{count:>6}"
    return f"{text}  {measure.title}" if wide else text.rstrip()


def _interval(interval: Interval | None, unit: str) -> str:
    if interval is None:
        return ""
    return f"{number(interval[0], unit)} to {number(interval[1], unit)}"


def _groups(table: Table) -> Iterator[str]:
    yield f"{'by ' + table.by:<32}{'n':>5}" + "".join(f"{_short(m):>12}" for m in table.measures)
    for row in table.rows[:20]:
        label = output.padded(output.cut(safe_line(row.label), 28), 30)
        values = "".join(f"{number(v, 'share'):>12}" for v in row.values)
        yield f"  {label}{row.count:>5}{values}"
    if len(table.rows) > 20:
        yield f"  and {len(table.rows) - 20:,} more"


def variants(results: Results) -> Iterator[str]:
    """The runs of one command side by side; + and - mark what is surely better or worse."""
    yield ""
    yield f"+ surely better, - surely worse than {safe_line(results.name)} (paired, 95 %)"
    if len(results.variants) <= _COLUMNS_AT_MOST:
        yield from _by_measure(results)
    else:
        yield from _by_run(results)


def _by_measure(results: Results) -> Iterator[str]:
    names = [results.name, *(v.name for v in results.variants)]
    yield f"{'':<26}" + "".join(f"{_name(n):>20}" for n in names)
    marks = [_marks(v.comparison) for v in results.variants]
    columns = [{m.name: m for m in v.measures} for v in results.variants]
    for measure in results.measures:
        cells = [f"{number(measure.value, measure.unit):>19} "]
        for column, mark in zip(columns, marks, strict=True):
            value = number(column[measure.name].value, measure.unit)
            cells.append(f"{value:>19}{mark.get(measure.name, ' ')}")
        yield f"  {measure.name:<24}{''.join(cells)}".rstrip()


def _by_run(results: Results) -> Iterator[str]:
    whole = {m.name: m for m in results.measures}
    shown = [name for name in _KEY if name in whole]
    yield f"{'':<26}" + "".join(f"{_short(name):>13}" for name in shown)
    cells = "".join(f"{number(whole[n].value, whole[n].unit):>12} " for n in shown)
    yield f"  {output.padded(_name(results.name), 24)}{cells}".rstrip()
    for variant in results.variants:
        own, marks = {m.name: m for m in variant.measures}, _marks(variant.comparison)
        cells = "".join(
            f"{number(own[n].value, own[n].unit):>12}{marks.get(n, ' ')}" for n in shown
        )
        yield f"  {output.padded(_name(variant.name), 24)}{cells}".rstrip()


def comparison(found: Comparison) -> Iterator[str]:
    """Each measure against the other run, then the questions that flipped, worst first."""
    yield ""
    yield f"against {safe_line(found.other)}: {formatting.count(found.pairs, 'question')} of both"
    if found.unpaired:
        yield f"({formatting.count(found.unpaired, 'question')} of only one of them left out)"
    yield f"  {'':<24}{'this':>9}{'other':>9}   difference"
    for measure in found.measures:
        if measure.difference is not None:
            yield _compared(measure)
    flips = found.flips
    yield ""
    yield f"{formatting.count(len(flips), 'question')} changed" + (
        ", worst first:" if flips else "."
    )
    for flip in flips[:_FLIPS]:
        yield f"  {safe_line(flip.id)}  {flip.before} \u2192 {flip.after}: {_cut(flip.question)}"
        yield f"      was {_cut(flip.answer_before)}"
        yield f"      now {_cut(flip.answer_after)}"
    if len(flips) > _FLIPS:
        yield f"  and {len(flips) - _FLIPS:,} more (all are in --json)."


def _compared(m: ComparedMeasure) -> str:
    values = f"{number(m.value, m.unit):>9}{number(m.other, m.unit):>9}"
    difference = number(m.difference, m.unit)
    sign = "+" if (m.difference or 0) > 0 else ""
    interval = _interval(m.interval, m.unit)
    told = f"p {m.p:.3f}" if m.p is not None else f"[{interval}]" if interval else ""
    return f"  {m.name:<24}{values}   {sign + difference:>9}  {told:<20} {m.change or ''}".rstrip()


def _marks(found: Comparison) -> dict[str, str]:
    return {m.name: _MARKS[m.change] for m in found.measures}


def _name(name: str) -> str:
    """A run's name in a column: of a path its last part."""
    return output.cut(safe_line(Path(name).name if "/" in name else name), 18)


def _short(measure: str) -> str:
    """A measure's name in a narrow column."""
    return {
        "gold_in_first_sentence": "gold first",
        "false_refusals": "false ref.",
        "refused_unanswerable": "refused",
        "auroc_confidence": "AUROC",
        "median_total_ms": "ms",
    }.get(measure, measure)


def _cut(text: str) -> str:
    plain = safe_line(text)
    return plain if len(plain) <= 100 else plain[:99] + "\u2026"


def _width() -> int:
    """The columns of the terminal; plenty where the table goes to a file."""
    if not output.is_terminal(sys.stdout):
        return 200
    return shutil.get_terminal_size().columns
