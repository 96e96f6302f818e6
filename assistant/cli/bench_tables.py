"""The tables of `assistant bench` as lines of text."""

from collections.abc import Iterator, Sequence
from statistics import median

from assistant import formatting
from assistant.bench.results import Change, Row, Run, missed
from assistant.printable import safe_line

_BUSY = 0.5  # load a core, from which on times say little


def table(run: Run) -> Iterator[str]:
    """Every row with its median, its bad end, the bare library beside it, and its budget."""
    machine = run.about["machine"]
    about = f"{machine['processor']}, {formatting.count(machine['cores'], 'core')}"
    if run.about["passages"]:
        about += f", a library of {run.about['passages']:,} passages"
    yield safe_line(about)
    yield ""
    yield f"{'':<38}{'median':>11}{'95 %':>11}{'bare':>11}{'ratio':>7}  budget"
    for row in run.rows:
        yield _row(row)
    for name, why in run.left_out.items():
        yield f"{name:<38}left out: {safe_line(why)}"
    over = missed(run.rows)
    yield ""
    yield f"{formatting.count(len(over), 'budget')} missed." if over else "Every budget is kept."
    load = run.about["load"]
    if load and load > _BUSY * machine["cores"] + 1:
        yield f"Other programs were busy (load {load:.1f}): the ratios say more than the times."


def _row(row: Row) -> str:
    text = f"{row.title:<38}{_value(row.median, row):>11}{_value(row.high, row):>11}"
    text += f"{_value(median(row.bare), row) if row.bare else '':>11}"
    text += f"{row.ratio:>7.2f}" if row.ratio is not None else f"{'':>7}"
    text += f"  {_budget(row)}"
    return f"{text:<91} {row.bare_title}".rstrip() if row.bare else text.rstrip()


def _budget(row: Row) -> str:
    if row.budget is None:
        return ""
    sign = "\u2265" if row.unit == "/s" else "\u2264"
    limit = f"{row.budget.limit:g} \u00d7" if row.budget.of_bare else _value(row.budget.limit, row)
    return f"{sign} {limit}{'' if row.holds else '  missed'}"


def _value(value: float, row: Row) -> str:
    digits = 0 if value >= 100 else 1 if value >= 1 else 2
    return f"{value:,.{digits}f}{'' if row.unit == '/s' else ' '}{row.unit}"


def changes(found: Sequence[Change]) -> Iterator[str]:
    """This run over the other, row by row."""
    yield ""
    yield f"{'this run over the other':<38}{'factor':>9}   {'95 % interval':<16} compared by"
    for change in found:
        low, high = change.interval
        by = "ratio to the bare library" if change.by_ratio else "the figure itself"
        sure = "" if change.sure else ", not distinguishable"
        interval = f"{low:.2f} to {high:.2f}"
        yield f"{change.title:<38}{change.factor:>9.2f}   {interval:<16} {by}{sure}"
