"""`assistant models pull`: the one command that uses the network, and says so."""

import argparse
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from assistant import formatting, settings
from assistant.cli import output
from assistant.engines import pull
from assistant.engines.download import DownloadEvent, Progress, Retrying
from assistant.engines.pull import Pulled
from assistant.errors import PullError
from assistant.printable import safe_line

if TYPE_CHECKING:
    from rich.progress import TaskID

DONE = 0
_LINE_EVERY_S = 5.0


def run_pull(options: argparse.Namespace) -> int:
    """Fetch a model after saying from where, how much and under which licence."""
    given = settings.load()
    what = pull.source(options.model, given, options.sha256)
    size = formatting.size(what.bytes) if what.bytes else "size not known yet"
    licence = what.licence or "licence not known yet"
    output.tell(f"From {safe_line(what.urls[0])}: {size}, {licence}.")
    if not what.sha256:
        output.tell("No sha256 is known for it; the hub's own is checked if it states one.")
    if output.is_terminal(sys.stdin) and not options.yes and not output.confirmed("Fetch it?"):
        raise PullError("Nothing was fetched.", "")
    done = _watched(pull.pull(what, given))
    name = done.path.stem
    checked = "checked" if done.checked else "not checked: nobody stated it"
    output.tell(f"sha256 {done.sha256} ({checked})")
    output.tell(f"Licence: {safe_line(done.licence or 'not stated')}")
    shown = options.model if what.licence else name
    output.say(f"{done.path}")
    output.tell(f"`assistant models use {safe_line(shown)}` lets it answer.")
    return DONE


def _watched(events: Iterable[DownloadEvent | Pulled]) -> Pulled:
    display = _Bar() if output.is_terminal(sys.stderr) else _Lines()
    with display:
        for event in events:
            if isinstance(event, Pulled):
                return event
            if isinstance(event, Retrying):
                display.say(f"{safe_line(event.reason)}; trying again.")
            elif isinstance(event, Progress):
                display.show(event)
    raise PullError("The download ended without a file.", "Pull it again.")


class _Lines:
    """A line now and then, for pipes and logs."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def say(self, text: str) -> None:
        output.tell(text[0].upper() + text[1:])

    def show(self, event: Progress) -> None:
        if time.monotonic() - self._told > _LINE_EVERY_S:
            self._told = time.monotonic()
            total = f" of {event.total / 1e6:,.0f}" if event.total else ""
            output.tell(f"{event.done / 1e6:,.0f}{total} MB")


class _Bar(_Lines):
    """A bar with the speed and the time left."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._progress = Progress(
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        self._progress.console.print(text[0].upper() + text[1:], markup=False, highlight=False)

    def show(self, event: Progress) -> None:
        total = event.total or None
        if self._task is None:
            self._task = self._progress.add_task("", total=total, completed=event.resumed)
        self._progress.update(self._task, total=total, completed=event.done)
