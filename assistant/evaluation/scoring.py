"""Scores a recorded run: every measure with its interval, tables by group, curves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from assistant.evaluation import curves
from assistant.evaluation.case import Case
from assistant.evaluation.judge import judge
from assistant.evaluation.metrics import ALL
from assistant.evaluation.metrics.definition import Columns, Metric
from assistant.evaluation.metrics.refusal import FACTS, facts
from assistant.evaluation.results import (
    Measure,
    Results,
    Row,
    RunTime,
    ScoredQuestion,
    ShownSentence,
    Table,
)
from assistant.evaluation.statistics import Array, percentile_interval, resample, sampled

RESULTS_VERSION = 1
# What a group of questions is shown by; an interval each would promise too much of a few.
GROUP_MEASURES = ("right", "gold_in_first_sentence", "false_refusals", "refused_unanswerable")
_NO_DOCUMENT = "\u2013"


def score(
    name: str,
    cases: Sequence[Case],
    manifest: Mapping[str, Any],
    *,
    seed: int = 1,
    time: RunTime | None = None,
) -> Results:
    """All that can be said of the cases; `seed` is the bootstrap's."""
    columns = columns_of(cases)
    questions = tuple(_scored(case, columns, i) for i, case in enumerate(cases))
    return Results(
        version=RESULTS_VERSION,
        name=name,
        questions=questions,
        measures=measures_of(columns, len(cases), seed),
        tables=(
            _table("kind", [q.kind for q in questions], columns),
            _table("document", [q.document for q in questions], columns),
        ),
        curves=curves.of(columns),
        manifest=manifest,
        time=time,
    )


def columns_of(cases: Sequence[Case]) -> Columns:
    """Values of each measure for each case, by name; NaN where there is none."""
    told = [m for m in ALL if m.of is not None]
    columns = {m.name: _column(m.of(case) for case in cases) for m in told if m.of}
    rows = [facts(case) for case in cases]
    return columns | {name: _column(row[name] for row in rows) for name in FACTS}


def measures_of(columns: Columns, questions: int, seed: int) -> tuple[Measure, ...]:
    """Every measure's value over the columns, with its bootstrap interval."""
    batches = resample(questions, seed)
    found = []
    for definition in ALL:
        statistic = definition.statistic(columns)
        value = statistic.value(questions)
        interval = None
        if value is not None and definition.unit != "count" and definition.name != "memory_mb":
            interval = percentile_interval(sampled(statistic, batches))
        found.append(_measure(definition, value, interval, statistic.count))
    return tuple(found)


def _measure(
    of: Metric, value: float | None, interval: tuple[float, float] | None, count: int
) -> Measure:
    return Measure(
        name=of.name,
        title=of.title,
        family=of.family,
        value=value,
        interval=interval,
        count=count,
        definition=of.definition,
        source=of.source,
        better=of.better,
        unit=of.unit,
    )


def _column(values: Iterable[float | bool | None]) -> Array:
    return np.array([np.nan if v is None else float(v) for v in values], np.float64)


def _scored(case: Case, columns: Columns, place: int) -> ScoredQuestion:
    question = case.question
    verdict, why = judge(case)
    values = {m.name: _number(columns[m.name][place]) for m in ALL if m.of is not None}
    return ScoredQuestion(
        id=question.id,
        question=question.question,
        kind=case.kind,
        document=PurePosixPath(question.source).name,
        history=tuple(t if isinstance(t, str) else t.question for t in question.history),
        answerable=question.answerable,
        answers=question.answers,
        gold_evidence=question.evidence,
        answer=case.line,
        evidence=tuple(_shown(case, sentence) for sentence in case.evidence or ()),
        measures=values,
        verdict=verdict,
        why=why,
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _shown(case: Case, sentence: Mapping[str, Any]) -> ShownSentence:
    first, last = sentence["lines"]
    gold = case.holds_gold(sentence["text"]) if case.question.answerable else None
    return ShownSentence(
        sentence["source"], (first, last), sentence["text"], sentence["score"], gold
    )


def _table(by: str, labels: Sequence[str], columns: Columns) -> Table:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        groups[label or _NO_DOCUMENT].append(place)
    wanted = [m for m in ALL if m.name in GROUP_MEASURES]
    rows = []
    for label, places in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        own = {name: column[places] for name, column in columns.items()}
        values = tuple(m.statistic(own).value(len(places)) for m in wanted)
        rows.append(Row(label, len(places), values))
    return Table(by, tuple(m.name for m in wanted), tuple(rows))
