"""Shows an indexing as it goes: a bar on a terminal, plain lines otherwise."""

import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.cli import output
from assistant.formatting import IndexSummary, count, notice, progress
from assistant.library.events import (
    Embedding,
    FileIndexed,
    IndexEvent,
    PageRecognised,
    SourceMissing,
)
from assistant.printable import safe_line

if TYPE_CHECKING:
    from rich.progress import TaskID

_LINE_EVERY_S = 5.0


@dataclass
class Outcome(IndexSummary):
    """An indexing's summary, with how long it took."""

    seconds: float = 0.0


def watch(events: Iterable[IndexEvent], *, quiet: bool = False) -> Outcome:
    """Consume the events of an indexing and show them; failures are told in any case."""
    outcome = Outcome()
    began = time.monotonic()
    display: _Lines | _Bar = (
        _Lines(quiet) if quiet or not output.is_terminal(sys.stderr) else _Bar()
    )
    with display.shown:
        for event in events:
            outcome.add(event)
            display.show(event)
    outcome.seconds = time.monotonic() - began
    return outcome


def sentence(event: IndexEvent) -> str:
    """An event that a person should know of, with the command that helps; "" for progress."""
    told = notice(event)
    if isinstance(event, SourceMissing):
        told += f" If it is gone for good: `assistant remove {safe_line(event.path)}`."
    return told


class _Lines:
    """Plain lines for pipes and logs."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._last = time.monotonic()
        self._began = self._last
        self.shown: AbstractContextManager[object] = nullcontext()

    def show(self, event: IndexEvent) -> None:
        if text := sentence(event):
            output.tell(text)
        elif self._quiet:
            return
        elif isinstance(event, FileIndexed) and event.change != "unchanged":
            output.tell(f"{safe_line(event.source)}: {count(event.passages, 'passage')}")
        elif isinstance(event, PageRecognised) and time.monotonic() - self._last > _LINE_EVERY_S:
            self._last = time.monotonic()
            output.tell(progress(event))
        elif isinstance(event, Embedding) and time.monotonic() - self._last > _LINE_EVERY_S:
            self._last = time.monotonic()
            rate = event.done / (self._last - self._began)
            left = (event.total - event.done) / rate
            passages = f"{event.done:,} of {count(event.total, 'passage')}"
            output.tell(f"{passages}, {rate:.0f}/s, {left:.0f} s left")


class _Bar:
    """A bar with passages per second and the time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            def render(self, task: "object") -> Text:
                speed = getattr(task, "speed", None)
                return Text(f"{speed:.0f} passages/s" if speed else "")

        self._progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None
        self._files = 0
        self.shown: AbstractContextManager[object] = self._progress

    def show(self, event: IndexEvent) -> None:
        if text := sentence(event):
            self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
        if self._task is None:
            self._task = self._progress.add_task("Reading", total=None)
        if isinstance(event, FileIndexed):
            self._files += 1
            self._progress.update(self._task, description=f"Reading file {self._files}")
        elif isinstance(event, PageRecognised):
            page = f"Reading file {self._files + 1}, a picture: page {event.done}"
            self._progress.update(self._task, description=f"{page} of {event.pages}")
        elif isinstance(event, Embedding):
            self._progress.update(
                self._task, description="Indexing", total=event.total, completed=event.done
            )
