"""The curves of a run as inline pictures, each with a text that says the same."""

from collections.abc import Sequence

from assistant.evaluation.report.axes import HEIGHT, WIDTH, Axes, thinned
from assistant.evaluation.report.words import escaped, figure
from assistant.evaluation.results import Curves, LatencyPoint, ReliabilityBin, RiskPoint


def pictures(curves: Curves) -> str:
    """The figures that the set tells of, as HTML; "" if there is none."""
    return "".join(
        (
            _risk_coverage(curves.risk_coverage, curves.coverage),
            _reliability(curves.reliability),
            _latency(curves.latency),
        )
    )


def _risk_coverage(points: Sequence[RiskPoint], answered: float | None) -> str:
    if not points:
        return ""
    axes = Axes((0, 1), (0, max(0.1, *(p.risk for p in points))))
    drawn = axes.line([(p.coverage, p.risk) for p in points], "line-1")
    said = _risk_said(points)
    if answered is not None:
        drawn = axes.upright(answered, f"answered: {answered:.2f}") + drawn
        said += f" It answered {answered:.2f} of them."
    rows = [
        (f"{p.coverage:.2f}", f"{p.risk:.2f}", f"{p.confidence:.2f}") for p in thinned(points, 12)
    ]
    return _figure(
        "Risk and coverage",
        said,
        axes.drawn(drawn, "share of questions answered", "share not right"),
        _rows(("Coverage", "Risk", "Confidence at least"), rows),
    )


def _risk_said(points: Sequence[RiskPoint]) -> str:
    half = min(points, key=lambda p: abs(p.coverage - 0.5))
    return (
        f"If every question is answered, {points[-1].risk:.2f} of the answers are not right; if"
        f" only the surest {half.coverage:.2f} are, {half.risk:.2f}."
    )


def _reliability(bins: Sequence[ReliabilityBin]) -> str:
    told = [
        (b.confidence, b.observed, b.count)
        for b in bins
        if b.confidence is not None and b.observed is not None
    ]
    if not told:
        return ""
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
    return _figure(
        "Reliability",
        "On the dashed line the confidence is as high as the share of questions that the documents"
        f" answer. Furthest off, by count: {worst[2]} questions with confidence {worst[0]:.2f} on"
        f" average, of which {worst[1]:.2f} are answerable.",
        axes.drawn(drawn, "confidence", "share answerable"),
        _rows(("Confidence", "Questions", "Mean", "Answerable"), rows),
    )


def _latency(points: Sequence[LatencyPoint]) -> str:
    if not points:
        return ""
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
    return _figure(
        "Latency",
        f"Half of the questions had their first text within {first} and their answer within"
        f" {whole}; 95\u00a0% within {late_first} and {late_whole}.",
        axes.drawn(drawn, "milliseconds", "share of questions"),
        _rows(("Share", "First text", "Answer"), rows),
        '<p class="legend"><span class="key-1">first text</span>'
        ' <span class="key-2">whole answer</span></p>',
    )


def _at(points: Sequence[LatencyPoint], share: float) -> LatencyPoint:
    return min(points, key=lambda point: abs(point.share - share))


def _figure(title: str, said: str, drawn: str, rows: str, legend: str = "") -> str:
    """A picture with its text; the figures behind it can be opened."""
    name = escaped(title)
    return (
        f'<figure><h3>{name}</h3><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{name}. {escaped(said)}</title>{drawn}</svg>{legend}"
        f"<figcaption>{escaped(said)}</figcaption>"
        f'<details><summary>The figures</summary><div class="wide">{rows}</div></details></figure>'
    )


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escaped(h)}</th>' for h in header)
    body = "".join(
        f'<tr><th scope="row">{escaped(first)}</th>'
        + "".join(f"<td>{escaped(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _two(value: float | None) -> str:
    return figure(value, "share")
