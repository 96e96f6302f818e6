"""The page: the values that its template shows, and the template with all that it needs."""

import base64
import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from assistant.evaluation.report import cards, comparisons, pictures, tables, words
from assistant.evaluation.results import Results
from assistant.printable import safe

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent
_SECTIONS = {
    "summary": "Summary",
    "curves": "Curves",
    "runs": "All runs",
    "comparison": "Comparison",
    "groups": "Kinds and documents",
    "questions": "Questions",
    "definitions": "What the measures mean",
    "manifest": "What ran",
}


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
    style, script = (_FOLDER.joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    drawn = pictures.pictures(results.curves)
    groups = tables.group_tables(results)
    kept = {
        "curves": drawn,
        "runs": results.variants,
        "comparison": results.comparison,
        "groups": groups,
        "questions": results.questions,
        "definitions": results.measures,
    }
    return (
        _environment()
        .get_template("page.html")
        .render(
            results=results,
            title=_title(results),
            about=_about(results),
            sections={name: title for name, title in _SECTIONS.items() if kept.get(name, True)},
            style=Markup(style),
            script=Markup(script),
            # Only this style and this script may run, whatever else got into the page.
            style_hash=_sha256(style),
            script_hash=_sha256(script),
            shares=cards.shares(results.questions),
            families=tables.families(results.measures),
            pictures=drawn,
            variant_rows=comparisons.variant_rows(results),
            compared=comparisons.sentences(results.comparison) if results.comparison else {},
            anchors=cards.anchors(results.questions),
            group_tables=groups,
            choices=cards.choices(results.questions),
            cards=cards.cards(results.questions, results.measures),
            manifests=tables.manifests(results),
        )
    )


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    """Templates in which all that is not marked as HTML is escaped, and invisible marks go."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else safe(str(value)),
    )
    for shown in (
        words.figure,
        words.difference,
        words.interval,
        words.signed_interval,
        words.file_name,
        words.with_gold,
        words.thousands,
    ):
        made.filters[shown.__name__] = shown
    made.globals["NONE"] = words.NONE
    return made


def _sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _title(results: Results) -> str:
    """The question set's file name; the run's name where its manifest has none."""
    return words.file_name(str(_recorded(results, "questions", "file") or results.name))


def _about(results: Results) -> str:
    """The run in a line: its model, start, size and time; the manifest below has the rest."""
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
    return "; ".join(told) + "."


def _recorded(results: Results, *path: str) -> Any:
    """The manifest's value under these keys, one below the other; None where it has none."""
    value: Any = results.manifest
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
