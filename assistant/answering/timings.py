"""Timings of an answer: stages one after the other, and their drawing."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BAR = "\u2501"


@dataclass(frozen=True)
class Stage:
    """A stretch of an answer's time, in milliseconds from the question.

    In order: `evidence` (passages and sentences by words and vectors), `reader` (the order by what
    the reader found), `others` (what else a follow-up may mean, where its first reading finds no
    answer), `wait` (for the model to take the prompt), `prefill` (it reads the prompt), `decode`
    (it writes), `check`. What was not done is not there.
    """

    name: str
    start_ms: float
    end_ms: float


class Stopwatch:
    """Cuts the time since it was made into stages that leave no gap."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.stages: list[Stage] = []

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since it was made."""
        return (time.perf_counter() - self.began) * 1000

    def end(self, name: str) -> float:
        """The stage that began where the last one ended is over; milliseconds from the start."""
        now = self.elapsed_ms
        self.stages.append(Stage(name, self.stages[-1].end_ms if self.stages else 0.0, now))
        return now


def drawn(stages: Sequence[Stage], width: int) -> Iterator[tuple[str, str, str]]:
    """Each stage as its name, its bar in a line of `width` columns, and how long it took."""
    whole = stages[-1].end_ms if stages else 0.0
    for stage in stages:
        scale = width / whole if whole else 0.0
        left = min(round(stage.start_ms * scale), width - 1)
        length = max(1, round(stage.end_ms * scale) - left)
        yield stage.name, f"{' ' * left}{_BAR * length}", f"{stage.end_ms - stage.start_ms:,.0f} ms"
