"""Growth of time and memory with the library and with the conversation."""

import json
import math
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from assistant.answering.answer import Answer
from assistant.bench import answers, searching, starts
from assistant.bench.timing import milliseconds
from assistant.bench.workplace import Workplace
from assistant.engines.models import NO_MODEL
from assistant.library.chroma import LocalChromaStore
from assistant.library.events import Embedding, FileIndexed
from assistant.library.library import Library
from assistant.query.rewriter import Turn, rewrite
from assistant.sessions import SavedTurn, Sessions
from assistant.wiring import open_embedder

_ROUNDS = 4
_REPEATS = 20
_FOLLOW_UP = "And how far is it from there?"
_COPIES = 50

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """One thing that may grow: `values[i]` at the i-th size."""

    title: str
    unit: str
    values: tuple[float, ...]

    def exponent(self, sizes: Sequence[int]) -> float | None:
        """The slope of the line through the ends on logarithmic scales: 1 is in step with the
        size, 0 does not grow. None for one size, or where there is nothing."""
        if len(sizes) < 2 or min(self.values[0], self.values[-1]) <= 0:
            return None
        return math.log(self.values[-1] / self.values[0]) / math.log(sizes[-1] / sizes[0])


@dataclass(frozen=True)
class Growth:
    """Measurements at each size; `of` says what the sizes count."""

    of: str
    sizes: tuple[int, ...]
    figures: tuple[Figure, ...]


def of_library(sizes: Sequence[int], home: Path, tell: Tell) -> Growth:
    """Time, memory and disk at each number of passages; quotes alone, as the rest does not grow."""
    found = [_library(size, home / str(size), tell) for size in sizes]
    return _growth("passages", sizes, found)


def _library(passages: int, home: Path, tell: Tell) -> dict[tuple[str, str], float]:
    place = Workplace(home, NO_MODEL, passages, None, tell)
    place.rounds = _ROUNDS
    began = time.perf_counter()
    folder = place.library_folder
    filling = time.perf_counter() - began
    opening = median(milliseconds(lambda: _opened(folder).close()) for _ in range(5))
    with_vectors = median(milliseconds(lambda: _searched(folder)) for _ in range(5))
    try:
        rows = [
            row
            for measure in (
                searching.words,
                searching.vectors,
                searching.passages,
                answers.answers,
                starts.memory,
            )
            for row in measure(place)
        ]
        rows += searching.unchanged(place)
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    finally:
        place.close()
    told = {("filling the library", "s"): filling}
    told |= {
        (f"adding {what}, last tenth by first", "x"): rate
        for what, kind in (("text", FileIndexed), ("vectors", Embedding))
        if (rate := _last_by_first([at for at, event in place.filling if type(event) is kind]))
    }
    told |= {("opening it", "ms"): opening, ("opening it, vectors too", "ms"): with_vectors}
    told |= {(_plain(row.title), row.unit): row.median for row in rows}
    told |= {(f"{row.title}, 95 %", row.unit): row.high for row in rows if row.name == "search"}
    return told | {("on disk", "MB"): size / 1e6}


def _last_by_first(moments: Sequence[float]) -> float:
    """The ratio of the last tenth's rate to the first tenth's; 0 of too few to tell."""
    tenth = len(moments) // 10
    if not tenth:
        return 0.0
    return (moments[tenth] - moments[0]) / (moments[-1] - moments[-1 - tenth])


def _opened(folder: Path) -> Library:
    library = Library(folder, LocalChromaStore(folder / "vectors"), open_embedder(""))
    library.progress_notice()
    return library


def _searched(folder: Path) -> None:
    library = _opened(folder)
    library.vectors.nearest(np.ones(library.embedder.dimension, np.float32), 1)
    library.close()


def _plain(title: str) -> str:
    """A row's title without a number that changes with the size."""
    return " ".join(w for w in title.split() if not w[0].isdigit())


def of_conversation(turns: Sequence[int], home: Path, tell: Tell) -> Growth:
    """The cost of an answer after so many turns, and of the turns themselves."""
    place = Workplace(home, NO_MODEL, 0, None, tell)
    try:
        answer = place.answerer.complete(place.questions[0])
        found = [_conversation(place, answer, number, tell) for number in turns]
    finally:
        place.close()
    return _growth("turns", turns, found)


def _conversation(
    place: Workplace, answer: Answer, turns: int, tell: Tell
) -> dict[tuple[str, str], float]:
    tell(f"A conversation of {turns:,} turns …")
    history = [Turn(place.questions[n % len(place.questions)], answer.text) for n in range(turns)]
    saved = SavedTurn(answer.question, "", answer.to_json(), {})
    sessions = Sessions(place.home / "sessions")
    session = sessions.start(answer.question, "default")
    for _ in range(turns):
        sessions.append(session.id, saved)

    def follow_up() -> float:
        place.assistant.embedder.forget()
        place.answerer.complete(place.questions[1])
        return milliseconds(lambda: place.answerer.complete(_FOLLOW_UP, history))

    def timed(work: Callable[[], object], times: int = _REPEATS) -> float:
        return median(milliseconds(work) for _ in range(times))

    return {
        ("making a follow-up stand alone", "ms"): timed(lambda: rewrite(_FOLLOW_UP, history)),
        ("a follow-up's answer, quoted", "ms"): median(follow_up() for _ in range(_ROUNDS)),
        ("saving a turn", "ms"): timed(lambda: sessions.append(session.id, saved)),
        ("opening the conversation", "ms"): timed(lambda: sessions.load(session.id), _ROUNDS),
        ("its answers in memory", "MB"): _held_mb(answer) * turns,
    }


def _held_mb(answer: Answer) -> float:
    """The memory of one more answer of the conversation, in MB."""
    text = json.dumps(answer.to_json())
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [json.loads(text) for _ in range(_COPIES)]
        after, _ = tracemalloc.get_traced_memory()
        return (after - before) / len(kept) / 1e6
    finally:
        tracemalloc.stop()


def _growth(of: str, sizes: Sequence[int], found: Sequence[dict[tuple[str, str], float]]) -> Growth:
    figures = [
        Figure(title, unit, tuple(one[title, unit] for one in found))
        for title, unit in found[0]
        if all((title, unit) in one for one in found)
    ]
    return Growth(of, tuple(sizes), tuple(figures))
