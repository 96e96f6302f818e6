"""Shows a run as it goes: a bar with the running measures on a terminal, plain lines otherwise."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.cli import output
from assistant.evaluation.case import Case
from assistant.evaluation.judge import judge
from assistant.evaluation.results import Verdict
from assistant.evaluation.runner import Step

_TELL_EVERY_S = 15.0
_ORDER: tuple[Verdict, ...] = (
    "right", "wrong", "false refusal", "refused", "overclaim", "not judged",
)  # fmt: skip


class Tally:
    """The verdicts so far, and how long the rest will take."""

    def __init__(self, before: Sequence[Case]) -> None:
        self._verdicts = Counter(judge(case)[0] for case in before)
        self._began = time.monotonic()
        self._asked = 0

    def count(self, case: Case) -> None:
        self._verdicts[judge(case)[0]] += 1
        self._asked += 1

    def verdicts(self) -> str:
        """ "right 31, wrong 4, refused 9"."""
        return ", ".join(f"{v} {self._verdicts[v]}" for v in _ORDER if self._verdicts[v])

    def left(self, questions: int) -> str:
        """The time that so many more questions will take."""
        seconds = (time.monotonic() - self._began) / max(1, self._asked) * questions
        return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def follow(name: str, steps: Iterable[Step], before: Sequence[Case]) -> None:
    """Consume the steps of a run and show them."""
    tally = Tally(before)
    if output.is_terminal(sys.stderr):
        _bar(name, steps, tally, len(before))
    else:
        _lines(name, steps, tally)


def _lines(name: str, steps: Iterable[Step], tally: Tally) -> None:
    told = time.monotonic()
    for step in steps:
        tally.count(step.case)
        if time.monotonic() - told >= _TELL_EVERY_S:
            told = time.monotonic()
            left = tally.left(step.total - step.done)
            output.tell(f"{_prefix(name, step)}: {tally.verdicts()}; {left} left")


def _prefix(name: str, step: Step) -> str:
    done = f"{step.done} of {step.total} questions"
    return f"{name}, {done}" if name else done


def _bar(name: str, steps: Iterable[Step], tally: Tally, done: int) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name or "Asking", total=None, completed=done, told="")
        for step in steps:
            tally.count(step.case)
            left = tally.left(step.total - step.done)
            progress.update(
                task,
                total=step.total,
                completed=step.done,
                told=f"{left} left \u00b7 {tally.verdicts()}",
            )
