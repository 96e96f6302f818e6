"""Benchmarks by name, and the run through them."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.bench import answers, onnx, searching, starts, writing
from assistant.bench.results import Row, Run
from assistant.bench.terminal import available
from assistant.bench.workplace import Workplace
from assistant.errors import AssistantError
from assistant.evaluation import environment

Benchmark = Callable[[Workplace], Iterator[Row]]
QUICK_PASSAGES, PASSAGES = 1_000, 10_000
_QUICK_ROUNDS, _ROUNDS = 3, 8

# Fresh processes first: they must not compete with what this one has loaded.
BENCHMARKS: dict[str, Benchmark] = {
    "help": starts.help_text,
    "chat": starts.chat,
    "idle": starts.idle,
    "ask": starts.cold_question,
    "memory": starts.memory,
    "bm25": searching.words,
    "vectors": searching.vectors,
    "search": searching.passages,
    "embed": onnx.embedding,
    "reader": onnx.reading,
    "answer": answers.answers,
    "decode": writing.writing,
    "unchanged": searching.unchanged,
}
_ON_A_TERMINAL = {"chat", "idle", "ask"}


@dataclass(frozen=True)
class Plan:
    """The benchmarks to run: names of BENCHMARKS (all if none), a person's own documents if
    given."""

    only: Sequence[str] = ()
    quick: bool = False
    model: str | None = None
    documents: Path | None = None

    @property
    def passages(self) -> int:
        return QUICK_PASSAGES if self.quick else PASSAGES


def run(plan: Plan, home: Path, tell: Callable[[str], None]) -> Run:
    """Measure in `home`, which must be ASSISTANT_HOME; `tell` hears what is measured now."""
    place = Workplace(home, plan.model, plan.passages, plan.documents, tell)
    place.rounds = _QUICK_ROUNDS if plan.quick else _ROUNDS
    rows: list[Row] = []
    left_out: dict[str, str] = {}
    try:
        for name in plan.only or BENCHMARKS:
            if name in _ON_A_TERMINAL and not available():
                left_out[name] = "This system has no pseudo-terminals."
                continue
            tell(f"Measuring {name} …")
            try:
                rows += BENCHMARKS[name](place)
            except AssistantError as error:
                left_out[name] = str(error)
        return Run(tuple(rows), _about(place), left_out)
    finally:
        place.close()


def _about(place: Workplace) -> dict[str, object]:
    library = place.assistant.library if "assistant" in place.__dict__ else None
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": environment.describe(),
        "versions": environment.versions(),
        "passages": library.document_store.passage_count() if library else None,
        "load": load,
    }
