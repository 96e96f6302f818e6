"""The results of scoring a run: plain values that a table, a JSON file or a report is made from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["right", "wrong", "refused", "false refusal", "overclaim", "not judged"]
Interval = tuple[float, float]
Change = Literal["better", "worse", "not distinguishable"]


@dataclass(frozen=True)
class Measure:
    """One measure over a set; `value` is None where no question of the set tells.

    `interval` is the bootstrap's 95 % interval, `count` how many questions the value rests on.
    `better` is "higher" or "lower", "" where neither is; `unit` is "share", "ms", "words",
    "tokens", "tokens/s", "MB" or "count". `definition` has the formula, `source` where it is from.
    """

    name: str
    title: str
    family: str
    value: float | None
    interval: Interval | None
    count: int
    definition: str
    source: str
    better: str
    unit: str


@dataclass(frozen=True)
class ShownSentence:
    """A sentence of evidence as it was ranked; `gold` None where the set does not tell."""

    source: str
    lines: tuple[int, int]
    text: str
    score: float
    gold: bool | None


@dataclass(frozen=True)
class ScoredQuestion:
    """A question, what the set says of it, its answer and what each measure says of that.

    `answers` and `gold_evidence` are the set's; `answer` is the recorded line in the answer
    contract (answer.schema.json); `evidence` are the sentences that were found, best first;
    `measures` has a value for each measure that is told per question, None where it makes no
    sense. `why` is one plain sentence for the verdict.
    """

    id: str
    question: str
    kind: str
    document: str
    history: tuple[str, ...]
    answerable: bool
    answers: tuple[str, ...]
    gold_evidence: tuple[str, ...]
    answer: Mapping[str, Any]
    evidence: tuple[ShownSentence, ...]
    measures: Mapping[str, float | None]
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Row:
    """A group of questions in a table: one value for each of the table's measures."""

    label: str
    count: int
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Table:
    """Measures (columns, by name) for groups of questions; `by` is "kind" or "document"."""

    by: str
    measures: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class RiskPoint:
    """Answering only the share `coverage` of which it is surest, `risk` of those are not right.

    `confidence` is the lowest among them.
    """

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True)
class ReliabilityBin:
    """Questions whose confidence lies in [low, high): its mean, and the share that is answerable.

    Both are None where `count` is 0.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    observed: float | None


@dataclass(frozen=True)
class LatencyPoint:
    """The share of the questions (0 to 1) whose first text and whose answer came this soon."""

    share: float
    first_ms: float
    total_ms: float


@dataclass(frozen=True)
class Curves:
    """The curves to draw; each is empty where the set does not tell. `coverage` is what was
    answered."""

    risk_coverage: tuple[RiskPoint, ...]
    reliability: tuple[ReliabilityBin, ...]
    latency: tuple[LatencyPoint, ...]
    coverage: float | None


@dataclass(frozen=True)
class ComparedMeasure:
    """A measure of two runs, question by question: `difference` = value - other.

    `test` says which test the verdict rests on; `p` is its probability where it gives one.
    """

    name: str
    title: str
    unit: str
    value: float | None
    other: float | None
    difference: float | None
    interval: Interval | None
    p: float | None
    test: str
    count: int
    change: Change | None


@dataclass(frozen=True)
class Flip:
    """A question whose verdict changed, `before` in the other run; worst first in a comparison."""

    id: str
    question: str
    before: Verdict
    after: Verdict
    answer_before: str
    answer_after: str


@dataclass(frozen=True)
class Comparison:
    """This run against another; `unpaired` questions are in only one of them."""

    other: str
    measures: tuple[ComparedMeasure, ...]
    flips: tuple[Flip, ...]
    pairs: int
    unpaired: int


@dataclass(frozen=True)
class Variant:
    """Another run of the same command: another model, the baseline, or with a part left out.

    `comparison` holds the variant against the run of the results (difference = variant - run).
    """

    name: str
    measures: tuple[Measure, ...]
    manifest: Mapping[str, Any]
    comparison: Comparison


@dataclass(frozen=True)
class RunTime:
    """Seconds: in answers, and in all of the run from first to last question; their ratio."""

    answers_s: float
    wall_s: float
    overhead: float


@dataclass(frozen=True)
class Results:
    """A scored run. `manifest` says what ran: settings, models, prompts, library, machine.

    `time` is None where the run was resumed or scored again from its file.
    """

    version: int
    name: str
    questions: tuple[ScoredQuestion, ...]
    measures: tuple[Measure, ...]
    tables: tuple[Table, ...]
    curves: Curves
    manifest: Mapping[str, Any]
    time: RunTime | None = None
    comparison: Comparison | None = None
    variants: tuple[Variant, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it as a JSON object; the field names are the keys, measures stand by name."""
        return asdict(self) | {"measures": {m.name: asdict(m) for m in self.measures}}
