"""The page: its parts put together, with everything that it needs in it."""

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from assistant.evaluation.report import cards, comparisons, pictures, tables
from assistant.evaluation.report.words import escaped, file_name, verdict_tag
from assistant.evaluation.results import Comparison, Results

_PARTS = ("page.html", "page.css", "page.js")


def write_report(results: Results, path: Path) -> None:
    """Write the page, all of it or nothing. Raises OSError if that fails."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(render(results).encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def render(results: Results) -> str:
    """The run as one HTML page that loads nothing, readable without its script."""
    page, style, script = (
        Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _PARTS
    )
    sections = [
        ("summary", "Summary", _summary(results)),
        ("curves", "Curves", _curves(results)),
        ("runs", "All runs", comparisons.variants(results) if results.variants else ""),
        ("comparison", "Comparison", _compared(results, results.comparison)),
        ("groups", "Kinds and documents", _groups(results)),
        ("questions", "Questions", _questions(results)),
        ("definitions", "What the measures mean", _definitions(results)),
        ("manifest", "What ran", _manifests(results)),
    ]
    kept = [section for section in sections if section[2]]
    return Template(page).substitute(
        title=escaped(_title(results)),
        # Only this style and this script may run, whatever else got into the page.
        style_hash=_sha256(style),
        script_hash=_sha256(script),
        style=style,
        script=script,
        about=_about(results),
        links="".join(f'<a href="#{name}">{title}</a>' for name, title, _ in kept),
        sections="".join(
            f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{inner}</section>'
            for name, title, inner in kept
        ),
    )


def _sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _title(results: Results) -> str:
    """The question set's file name; the run's name where its manifest has none."""
    return file_name(str(_recorded(results, "questions", "file") or results.name))


def _about(results: Results) -> str:
    """What ran, when, and on how much, in a line; the manifest below has the rest."""
    answerable = sum(question.answerable for question in results.questions)
    told = [f"{len(results.questions):,} questions, {answerable:,} of them answerable"]
    if "settings" in results.manifest:
        model = _recorded(results, "settings", "model", "name")
        told.append(f"answered with {model}" if model else "answered by quotes alone")
    if started := _recorded(results, "started"):
        told.append(str(started)[:16].replace("T", " "))
    if results.time is not None:
        told.append(
            f"{results.time.wall_s:,.0f} s, of which {results.time.answers_s:,.0f} s answering"
        )
    if results.comparison is not None:
        told.append(f"compared with {results.comparison.other}")
    return escaped("; ".join(told)) + "."


def _recorded(results: Results, *path: str) -> Any:
    """What the manifest says under these keys, one below the other; None where it does not."""
    value: Any = results.manifest
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _summary(results: Results) -> str:
    return _verdicts(results) + tables.summary(results)


def _verdicts(results: Results) -> str:
    """How the questions came out, as a bar and as a list with the same figures."""
    counted = cards.counts(results.questions)
    total = sum(counted.values())
    if not total:
        return "<p>No question was asked.</p>"
    at, bars, items = 0.0, [], []
    for verdict in reversed(cards.VERDICTS):
        if not counted[verdict]:
            continue
        width, name = 100 * counted[verdict] / total, verdict.replace(" ", "-")
        bars.append(f'<rect class="{name}" x="{at:.3f}" y="0" width="{width:.3f}" height="6"/>')
        items.append(
            f"<li>{verdict_tag(verdict)} <b>{counted[verdict]:,}</b> {cards.MEANINGS[verdict]}</li>"
        )
        at += width
    return (
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(bars)}</svg><ul class='verdicts'>{''.join(items)}</ul>"
    )


def _curves(results: Results) -> str:
    drawn = pictures.pictures(results.curves)
    return f'<div class="figures">{drawn}</div>' if drawn else ""


def _compared(results: Results, comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    unpaired = f" {comparison.unpaired:,} are in only one of them." if comparison.unpaired else ""
    told = (
        f"This run against {comparison.other}, question by question:"
        f" {comparison.pairs:,} questions are in both.{unpaired}"
    )
    flips = "<p>No question changed its verdict.</p>"
    if comparison.flips:
        count = f"{len(comparison.flips):,} changed their verdict, the worst first"
        anchors = cards.anchors(results.questions)
        flips = f"<h3>{count}</h3>{comparisons.flips(comparison, anchors)}"
    said = comparisons.said(comparison.measures)
    table = comparisons.compared(comparison.measures)
    return f"<p>{escaped(told)}</p><p>{escaped(said)}</p>{table}{flips}"


def _groups(results: Results) -> str:
    return "".join(
        f"<h3>By {escaped(table.by)}</h3>{tables.groups(table, results.measures)}"
        for table in results.tables
        if table.rows
    )


def _questions(results: Results) -> str:
    if not results.questions:
        return ""
    return (
        cards.filter_form(results.questions)
        + f'<div id="list">{cards.cards(results.questions, results.measures)}</div>'
    )


def _definitions(results: Results) -> str:
    return f"<dl>{tables.definitions(results.measures)}</dl>" if results.measures else ""


def _manifests(results: Results) -> str:
    further = "".join(
        f"<h3>{escaped(name)}</h3>{table}"
        for name, table in tables.variant_manifests(results.variants)
    )
    return tables.manifest(results.manifest) + further
