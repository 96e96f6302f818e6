"""Cost: how long an answer takes, and how much it reads and holds."""

from collections.abc import Callable

from assistant.evaluation.case import Case
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.statistics import Array, Statistic, maximum, median, quantile


def _timing(name: str) -> Callable[[Case], float | None]:
    return lambda case: case.line["timings"][name]


def _total(case: Case) -> float:
    return float(case.line["timings"]["total_ms"])


def _prompt_tokens(case: Case) -> float | None:
    return case.line["usage"]["prompt_tokens"] or None


def _memory(case: Case) -> float | None:
    return (case.recorded.get("cost") or {}).get("memory_mb")


def _slowest(values: Array) -> Statistic:
    return quantile(values, 0.95)


def _cost(  # noqa: PLR0913, PLR0917 - the fields of a measure
    name: str,
    title: str,
    definition: str,
    of: Callable[[Case], float | None],
    over: Callable[[Array], Statistic],
    unit: str,
    better: str = "lower",
) -> Metric:
    return Metric(name, title, "cost", definition, of, over, unit=unit, better=better)


MEASURES = (
    _cost(
        "median_first_token_ms",
        "first text",
        "Median time until the first text of the answer could be shown.",
        _timing("first_token_ms"),
        median,
        "ms",
    ),
    _cost("median_total_ms", "whole answer", "Median time of an answer.", _total, median, "ms"),
    _cost(
        "p95_total_ms",
        "whole answer, slowest 5 %",
        "The time that 95 % of the answers stay below.",
        _total,
        _slowest,
        "ms",
    ),
    _cost(
        "tokens_per_s",
        "tokens a second",
        "Median speed of writing of the language model.",
        _timing("tokens_per_s"),
        median,
        "tokens/s",
        "higher",
    ),
    _cost(
        "prompt_tokens",
        "tokens of a prompt",
        "Median number of tokens that the language model read for an answer, where it was asked.",
        _prompt_tokens,
        median,
        "tokens",
    ),
    _cost(
        "memory_mb",
        "memory",
        "The most memory held: the sum of the peak resident sets of all processes.",
        _memory,
        maximum,
        "MB",
    ),
)
