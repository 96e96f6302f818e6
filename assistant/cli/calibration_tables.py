"""Changes that a calibration would make, as lines to read and as JSON."""

import math
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, TypeVar

from assistant.cli import output
from assistant.evaluation.calibration import Effect, Proposal, Rate
from assistant.evaluation.probe import Estimate, Kind
from assistant.retrieval.calibration import Calibration

_TELL_EVERY_S = 15.0
_TITLE, _COLUMN = 40, 24
_KINDS: dict[Kind, str] = {
    "other": "on other subjects and refused",
    "own": "made of its sentences but refused",
    "removed": "the same without the answer, refused",
}
Item = TypeVar("Item")


def followed(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """The items; how many are done is told, on a terminal in one line that is then cleared."""
    on_terminal = output.is_terminal(sys.stderr)
    told = time.monotonic()
    for done, item in enumerate(items, start=1):
        if on_terminal:
            end = "\r\x1b[K" if done == total else ""
            sys.stderr.write(f"\r{done} of {total} {what}{end}")
            sys.stderr.flush()
        elif time.monotonic() - told >= _TELL_EVERY_S:
            told = time.monotonic()
            output.tell(f"{done} of {total} {what}")
        yield item


def show_proposal(found: Proposal, made: Calibration, in_force: float, others: int) -> None:
    """The effects of the threshold in force and of the proposed one on the questions."""
    output.say(
        f"{made.questions} questions, {made.answerable} answerable; {others} on other subjects were"
        " asked besides."
    )
    _head(in_force, made.threshold_as_shipped)
    before, after = found.before, found.after
    _row("answerable but refused", before.false_refusals, after.false_refusals)
    _row("unanswerable and refused", before.refused_unanswerable, after.refused_unanswerable)
    _row(_KINDS["other"], before.refused_other, after.refused_other)
    output.say(
        "Proposed as cross-validated: each question judged by a fit without it. In brackets 95 %"
        " intervals."
    )
    shown = ", ".join(f"{c:.2f} as {found.scale(c):.2f}" for c in (0.3, 0.6, 0.9))
    output.say(f"Confidence would be shown on a scale of its own: {shown}.")
    if found.gain.value > 0 >= found.gain.low:
        output.say("The gain may be chance: more questions would tell.")


def proposal_json(found: Proposal, in_force: float, made: Calibration) -> dict[str, Any]:
    """The same as JSON; thresholds are on the shipped scale."""

    def told(effect: Effect) -> dict[str, Any]:
        return {name: _json(rate) for name, rate in vars(effect).items()}

    return {
        "questions": made.questions,
        "answerable": made.answerable,
        "in_force": {"threshold": round(in_force, 4), **told(found.before)},
        "proposed": {"threshold": round(made.threshold_as_shipped, 4), **told(found.after)},
        "scale": asdict(found.scale),
        "gain": _json(found.gain),
    }


def show_estimate(found: Estimate, made: Calibration, in_force: float) -> None:
    """The library's own estimate for both thresholds."""
    output.say(
        f"No questions of yours: {found.number['other']} on other subjects and"
        f" {found.number['own']} made of the library's own sentences were asked."
    )
    _head(in_force, made.threshold_as_shipped)
    for kind, title in _KINDS.items():
        _row(title, found.before[kind], found.after[kind])
    output.say(
        "An estimate; in brackets 95 % intervals. People word their questions further from the"
        " text, and more of theirs are refused. It never lowers the threshold: for that, write"
        " some questions of your own (`assistant eval init`)."
    )


def estimate_json(found: Estimate, in_force: float, made: Calibration) -> dict[str, Any]:
    """The same as JSON; thresholds are on the shipped scale."""

    def told(refused: dict[Kind, Rate]) -> dict[str, Any]:
        return {f"refused_{kind}": _json(rate) for kind, rate in refused.items()}

    return {
        "asked": dict(found.number),
        "in_force": {"threshold": round(in_force, 4), **told(found.before)},
        "proposed": {"threshold": round(made.threshold_as_shipped, 4), **told(found.after)},
    }


def _head(in_force: float, proposed: float) -> None:
    output.say(f"{'':<{_TITLE}}{'in force':<{_COLUMN}}proposed")
    output.say(f"{'threshold':<{_TITLE}}{in_force:<{_COLUMN}.2f}{proposed:.2f}")


def _row(title: str, before: Rate, after: Rate) -> None:
    if not math.isnan(before.value):
        output.say(f"{title:<{_TITLE}}{_rate(before):<{_COLUMN}}{_rate(after)}")


def _rate(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f} to {rate.high:.2f})"


def _json(rate: Rate) -> dict[str, float] | None:
    """The rate; None where no question tells."""
    return None if math.isnan(rate.value) else {k: round(v, 4) for k, v in vars(rate).items()}
