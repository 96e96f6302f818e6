"""The curves of a run as inline pictures, each with a text that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assistant.evaluation.report.axes import HEIGHT, WIDTH, Axes, thinned
from assistant.evaluation.report.words import figure
from assistant.evaluation.results import Curves, LatencyPoint, ReliabilityBin, RiskPoint


@dataclass(frozen=True)
class Picture:
    """A drawing with the sentence that says the same, and the figures behind it as a table."""

    title: str
    said: str
    drawn: Markup
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    keys: tuple[str, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT


def pictures(curves: Curves) -> list[Picture]:
    """The pictures that the set tells of."""
    drawn = (
        _risk_coverage(curves.risk_coverage, curves.coverage),
        _reliability(curves.reliability),
        _latency(curves.latency),
    )
    return [picture for picture in drawn if picture is not None]


def _risk_coverage(points: Sequence[RiskPoint], answered: float | None) -> Picture | None:
    if not points:
        return None
    axes = Axes((0, 1), (0, max(0.1, *(p.risk for p in points))))
    drawn = axes.line([(p.coverage, p.risk) for p in points], "line-1")
    said = _risk_said(points)
    if answered is not None:
        drawn = axes.upright(answered, f"answered: {answered:.2f}") + drawn
        said += f" It answered {answered:.2f} of them."
    rows = [
        (f"{p.coverage:.2f}", f"{p.risk:.2f}", f"{p.confidence:.2f}") for p in thinned(points, 12)
    ]
    return Picture(
        "Risk and coverage",
        said,
        Markup(axes.drawn(drawn, "share of questions answered", "share not right")),
        ("Coverage", "Risk", "Confidence at least"),
        rows,
    )


def _risk_said(points: Sequence[RiskPoint]) -> str:
    half = min(points, key=lambda p: abs(p.coverage - 0.5))
    return (
        f"If every question is answered, {points[-1].risk:.2f} of the answers are not right; if"
        f" only the surest {half.coverage:.2f} are, {half.risk:.2f}."
    )


def _reliability(bins: Sequence[ReliabilityBin]) -> Picture | None:
    told = [
        (b.confidence, b.observed, b.count)
        for b in bins
        if b.confidence is not None and b.observed is not None
    ]
    if not told:
        return None
    axes = Axes((0, 1), (0, 1))
    most = max(count for _, _, count in told)
    drawn = axes.line([(0, 0), (1, 1)], "guide") + axes.line([(x, y) for x, y, _ in told], "line-1")
    drawn += "".join(axes.dot(x, y, 2.5 + 4 * (n / most) ** 0.5) for x, y, n in told)
    worst = max(told, key=lambda t: (abs(t[0] - t[1]) * t[2], t[2]))
    rows = [
        (
            f"{b.low:.1f} to {b.high:.1f}",
            str(b.count),
            *(_two(v) for v in (b.confidence, b.observed)),
        )
        for b in bins
    ]
    return Picture(
        "Reliability",
        "On the dashed line the confidence is as high as the share of questions that the documents"
        f" answer. Furthest off, by count: {worst[2]} questions with confidence {worst[0]:.2f} on"
        f" average, of which {worst[1]:.2f} are answerable.",
        Markup(axes.drawn(drawn, "confidence", "share answerable")),
        ("Confidence", "Questions", "Mean", "Answerable"),
        rows,
    )


def _latency(points: Sequence[LatencyPoint]) -> Picture | None:
    if not points:
        return None
    longest = max(max(p.first_ms, p.total_ms) for p in points)
    axes = Axes((0, max(longest, 1.0)), (0, 1))
    drawn = axes.line([(p.total_ms, p.share) for p in points], "line-2")
    drawn += axes.line([(p.first_ms, p.share) for p in points], "line-1")
    half, most = (_at(points, share) for share in (0.5, 0.95))
    rows = [
        (f"{p.share:.2f}", figure(p.first_ms, "ms"), figure(p.total_ms, "ms"))
        for p in thinned(points, 12)
    ]
    first, whole = (figure(v, "ms") for v in (half.first_ms, half.total_ms))
    late_first, late_whole = (figure(v, "ms") for v in (most.first_ms, most.total_ms))
    return Picture(
        "Latency",
        f"Half of the questions had their first text within {first} and their answer within"
        f" {whole}; 95\u00a0% within {late_first} and {late_whole}.",
        Markup(axes.drawn(drawn, "milliseconds", "share of questions")),
        ("Share", "First text", "Answer"),
        rows,
        ("first text", "whole answer"),
    )


def _at(points: Sequence[LatencyPoint], share: float) -> LatencyPoint:
    return min(points, key=lambda point: abs(point.share - share))


def _two(value: float | None) -> str:
    return figure(value, "share")
