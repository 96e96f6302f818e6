"""A run held against others: rows and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evaluation.results import Change, ComparedMeasure, Comparison, Measure, Results


@dataclass(frozen=True)
class VariantRow:
    """A measure of the first run, with its value in each further run and that one's change."""

    measure: Measure
    others: tuple[tuple[Measure | None, Change | None], ...]


def variant_rows(results: Results) -> list[VariantRow]:
    """All runs of the command side by side, and whether each differs from the first."""
    values = [{m.name: m for m in v.measures} for v in results.variants]
    changes = [{m.name: m.change for m in v.comparison.measures} for v in results.variants]
    return [
        VariantRow(
            m,
            tuple(
                (value.get(m.name), change.get(m.name))
                for value, change in zip(values, changes, strict=True)
            ),
        )
        for m in results.measures
    ]


def sentences(comparison: Comparison) -> dict[str, str]:
    """The runs that are compared ("about"), and the outcome ("said")."""
    unpaired = f" {comparison.unpaired:,} are in only one of them." if comparison.unpaired else ""
    return {
        "about": f"This run against {comparison.other}, question by question:"
        f" {comparison.pairs:,} questions are in both.{unpaired}",
        "said": _said(comparison.measures),
    }


def _said(measures: Sequence[ComparedMeasure]) -> str:
    """The measures that are better and those that are worse, in a sentence."""
    parts = []
    for change in ("better", "worse"):
        if named := [m.title for m in measures if m.change == change]:
            parts.append(f"{change.capitalize()}: {', '.join(named)}.")
    if any(m.change == "not distinguishable" for m in measures):
        parts.append("All else cannot be told apart." if parts else "Nothing can be told apart.")
    return " ".join(parts)
