"""The tables that hold a run against others."""

from collections.abc import Mapping, Sequence

from assistant.evaluation.report.tables import head, wide
from assistant.evaluation.report.words import (
    NONE,
    difference,
    escaped,
    figure,
    signed_interval,
    verdict_tag,
)
from assistant.evaluation.results import Change, ComparedMeasure, Comparison, Measure, Results

_CHANGES: Mapping[Change, str] = {
    "better": "better",
    "worse": "worse",
    "not distinguishable": "same",
}


def variants(results: Results) -> str:
    """All runs of the command side by side, and whether each differs from the first."""
    changes = [{m.name: m for m in v.comparison.measures} for v in results.variants]
    values = [{m.name: m for m in v.measures} for v in results.variants]
    rows = "".join(
        f'<tr><th scope="row">{escaped(m.title)}</th><td>{figure(m.value, m.unit)}</td>'
        + "".join(
            _variant_cell(value.get(m.name), change.get(m.name))
            for value, change in zip(values, changes, strict=True)
        )
        + "</tr>"
        for m in results.measures
    )
    titles = head("Measure", results.name, *(v.name for v in results.variants))
    return wide("All runs", f"<table>{titles}<tbody>{rows}</tbody></table>")


def compared(measures: Sequence[ComparedMeasure]) -> str:
    """The measures of two runs, question by question."""
    rows = "".join(
        f'<tr><th scope="row">{escaped(m.title)}</th>'
        f"<td>{_change(m.change)}</td><td>{difference(m.difference, m.unit)}</td>"
        f"<td>{signed_interval(m.interval, m.unit)}</td>"
        f"<td>{figure(m.value, m.unit)}</td><td>{figure(m.other, m.unit)}</td>"
        f"<td>{m.count:,}</td><td>{_test(m)}</td></tr>"
        for m in measures
    )
    titles = head(
        "Measure",
        "Verdict",
        "Difference",
        "95 % interval",
        "This run",
        "The other",
        "Pairs",
        "Test",
    )
    return wide("The comparison", f"<table class='compared'>{titles}<tbody>{rows}</tbody></table>")


def said(measures: Sequence[ComparedMeasure]) -> str:
    """Which measures are better and which worse, in a sentence."""
    parts = []
    for change in ("better", "worse"):
        if named := [m.title for m in measures if m.change == change]:
            parts.append(f"{change.capitalize()}: {', '.join(named)}.")
    if any(m.change == "not distinguishable" for m in measures):
        parts.append("All else cannot be told apart." if parts else "Nothing can be told apart.")
    return " ".join(parts)


def flips(comparison: Comparison, anchors: Mapping[str, str]) -> str:
    """The questions whose verdict changed, worst first, each with a link to it below."""
    items = []
    for flip in comparison.flips:
        question = escaped(flip.question)
        if flip.id in anchors:
            question = f'<a href="#{anchors[flip.id]}">{question}</a>'
        before = _outcome("the other run", flip.before, flip.answer_before)
        after = _outcome("this run", flip.after, flip.answer_after)
        items.append(f'<li>{question}<div class="two">{before}{after}</div></li>')
    return f"<ol class='flips'>{''.join(items)}</ol>"


def _outcome(run: str, verdict: str, answer: str) -> str:
    return f"<div>{run}: {verdict_tag(verdict)}<p>{escaped(answer)}</p></div>"


def _variant_cell(value: Measure | None, against: ComparedMeasure | None) -> str:
    if value is None:
        return f"<td>{NONE}</td>"
    change = against.change if against else None
    told = _change(change) if change in {"better", "worse"} else ""
    return f"<td>{figure(value.value, value.unit)} {told}</td>"


def _change(change: Change | None) -> str:
    return f'<span class="change {_CHANGES[change]}">{change}</span>' if change else NONE


def _test(measure: ComparedMeasure) -> str:
    p = "" if measure.p is None else f", p = {measure.p:.3f}"
    return escaped(f"{measure.test}{p}") or NONE
