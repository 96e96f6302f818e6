"""Models being fetched behind the chat: progress, rate, time left, pause and resume."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from assistant import formatting
from assistant.errors import AssistantError
from assistant.tui.messages import Pulled, Pulling

if TYPE_CHECKING:
    from assistant.engines.pull import Source
    from assistant.settings import Settings

State = Literal["fetching", "paused", "failed", "done"]
# The rate is that of the last seconds: what a connection did a minute ago tells nothing.
_WINDOW_S = 8.0
_BAR_CELLS = 16


@dataclass(frozen=True)
class Progress:
    """`done` of `total` bytes (0: unknown) are here; `rate` in bytes a second, 0 if unknown.

    `note` says in a sentence why it was cut, or failed.
    """

    state: State
    done: int
    total: int
    rate: float = 0.0
    note: str = ""

    @property
    def seconds_left(self) -> float | None:
        """The time that the rest takes at this rate; None where it cannot be told."""
        if not (self.rate and self.total) or self.state != "fetching":
            return None
        return (self.total - self.done) / self.rate

    def line(self, width: int) -> str:
        """The progress in one line, with a bar where there is room for it."""
        here = f"{formatting.size(self.done)} of {formatting.size(self.total)}"
        parts = [here if self.total else formatting.size(self.done)]
        share = self.done / self.total if self.total else 0.0
        if self.state == "fetching":
            parts += [f"{formatting.size(int(self.rate))}/s"] if self.rate else ["connecting"]
        else:
            parts.append(self.state)
        if (left := self.seconds_left) is not None:
            parts.append(f"{formatting.duration(left)} left")
        told = " \u00b7 ".join(parts)
        text = f"{share:>4.0%}  {told}" if self.total else told
        if not self.total or len(text) + _BAR_CELLS + 2 > width:
            return text
        full = int(share * _BAR_CELLS)
        return "\u2501" * full + "\u2500" * (_BAR_CELLS - full) + f" {text}"


class Download:
    """One model that is fetched in a thread of its own; what came stays when it is paused."""

    def __init__(
        self,
        name: str,
        wanted: str,
        source: "Source",
        given: "Settings",
        post: Callable[[Message], object],
    ) -> None:
        """`name` is what the model is opened by once it is here, `wanted` what was asked for."""
        from assistant.engines import pull

        self.name = name
        self.wanted = wanted
        self.source = source
        self._given = given
        self._post = post
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: deque[tuple[float, int]] = deque()
        self._changing = threading.Lock()
        self.progress = Progress("paused", pull.fetched_bytes(source), source.bytes)

    @property
    def is_running(self) -> bool:
        """Tell whether bytes are on their way."""
        return self.progress.state == "fetching"

    def start(self) -> None:
        """Fetch it, or go on where it was paused; Pulling messages tell of it, Pulled its end."""
        if self.is_running:
            return
        before, self._pause = self._thread, threading.Event()
        self._become(self._pause, "fetching")
        self._thread = threading.Thread(
            target=self._run, args=(before, self._pause), name="download", daemon=True
        )
        self._thread.start()

    def pause(self) -> None:
        """Stop after the piece in hand; a server that stalls is not waited for."""
        if self.is_running:
            self._become(self._pause, "paused")
            self._pause.set()

    def _run(self, before: threading.Thread | None, pause: threading.Event) -> None:
        if before is not None:  # it may still wait for a piece, and holds the file until then
            before.join()
        self._seen.clear()
        try:
            self._fetch(pause)
        except AssistantError as error:
            self._become(pause, "failed", str(error))

    def _fetch(self, pause: threading.Event) -> None:
        from contextlib import closing

        from assistant.engines import download, pull

        with closing(pull.pull(self.source, self._given)) as events:
            for event in events:
                if isinstance(event, pull.Pulled):
                    self.progress = Progress("done", event.bytes, event.bytes)
                    self._post(Pulled(self.name, str(event.path)))
                elif pause.is_set():
                    return
                elif isinstance(event, download.Progress):
                    total = event.total or self.source.bytes
                    rate = self._rate(event.done)
                    self._show(pause, Progress("fetching", event.done, total, rate))
                elif isinstance(event, download.Retrying):
                    self._become(pause, "fetching", event.reason)

    def _rate(self, done: int) -> float:
        """The bytes a second of late, now that so many are here."""
        now = time.monotonic()
        self._seen.append((now, done))
        while now - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()
        began, first = self._seen[0]
        return max(0.0, (done - first) / (now - began)) if now > began else 0.0

    def _become(self, pause: threading.Event, state: State, note: str = "") -> None:
        known = self.progress
        self._show(pause, Progress(state, known.done, known.total, 0.0, note))

    def _show(self, pause: threading.Event, progress: Progress) -> None:
        """Tell how far it is; a thread that was paused tells nothing any more."""
        with self._changing:
            if pause.is_set():
                return
            self.progress = progress
        self._post(Pulling(self.name))


class Downloads:
    """The models that were asked for since the chat was opened; one is fetched at a time."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._by_name: dict[str, Download] = {}

    def get(self, name: str) -> Download | None:
        """The download of that name, if it was asked for."""
        return self._by_name.get(name)

    def all(self) -> list[Download]:
        """All that were asked for."""
        return list(self._by_name.values())

    def running(self) -> Download | None:
        """The one that is on its way."""
        return next((d for d in self._by_name.values() if d.is_running), None)

    def unfinished(self) -> Download | None:
        """The one that was asked for last and is not here."""
        left = [d for d in self._by_name.values() if d.progress.state != "done"]
        return left[-1] if left else None

    def start(self, name: str, wanted: str, source: "Source", given: "Settings") -> None:
        """Fetch a model, or go on with it. Raises AssistantError while another is on its way."""
        running = self.running()
        if running is not None and running.name != name:
            raise AssistantError(
                f"{running.source.file_name} is on its way.", "Wait for it, or pause it with p."
            )
        download = self._by_name.get(name)
        if download is None or download.progress.state == "done":
            download = self._by_name[name] = Download(name, wanted, source, given, self._post)
        download.start()
