"""Tuning of a language model to this machine: threads, context, and the way of answering."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant import formatting, machine, paths, settings
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant, Feature
from assistant.engines import gguf, models, records
from assistant.engines.models import Chosen
from assistant.evaluation.dataset import EvalQuestion, read
from assistant.evaluation.tuning import WAYS, Remembering, Trial, Way, best, tried
from assistant.machine import Speed
from assistant.wiring import identity


@dataclass(frozen=True)
class Begun:
    """Tuning of the model with this title begins, with so many questions."""

    title: str
    questions: int


@dataclass(frozen=True)
class Context:
    """The context, in tokens, that the free memory has room for."""

    tokens: int


@dataclass(frozen=True)
class Kept:
    """The best of the ways, which answers from now on; `threads` is 0 for an endpoint."""

    trial: Trial
    threads: int


TuningEvent = Begun | Speed | Context | Trial | Kept


def tune(
    model: str | None,
    questions: Path | None = None,
    documents: Sequence[str] = (),
    cancel: threading.Event | None = None,
) -> Iterator[TuningEvent]:
    """Try the ways of answering with a model and remember the best; the last event is Kept.

    Without questions and documents, those that are shipped. A set `cancel` ends it after the step
    in hand, and nothing is kept. Raises WeightsError, EngineError, QuestionError.
    """
    cancel = cancel or threading.Event()
    given = settings.load()
    chosen = models.find(model, given)
    asked = read(questions or paths.shipped("models") / "tuning.jsonl")
    yield Begun(chosen.entry.title, len(asked))
    speeds: list[Speed] = []
    for speed in machine.speeds(chosen, given):
        speeds.append(speed)
        yield speed
        if cancel.is_set():
            return
    threads, context_tokens = machine.fewest(speeds), _context(chosen)
    if context_tokens:
        yield Context(context_tokens)
    trials: list[Trial] = []
    with (
        TemporaryDirectory() as folder,
        Assistant(model=model, folder=Path(folder, "library")) as assistant,
    ):
        for _ in assistant.library.add(documents or [str(paths.shipped("seeds"))]):
            pass
        for trial in _trials(assistant, asked):
            trials.append(trial)
            yield trial
            if cancel.is_set():
                return
        engine = assistant.llm()
        assert engine is not None
        known = identity(engine.describe())
    found = best(trials)
    records.remember_tuned(known, _record(found, threads, context_tokens, len(asked), trials))
    if chosen.path is not None and speeds:
        machine.remember_speed(chosen.path, max(speed.writing for speed in speeds))
    yield Kept(found, threads)


def told(event: TuningEvent) -> str:
    """An event as a line of a table."""
    match event:
        case Begun(title, questions):
            return f"Tuning {title} with {formatting.count(questions, 'question')}."
        case Speed(threads, reading, writing):
            return (
                f"{formatting.count(threads, 'thread'):<36}"
                f"reads {reading:.0f}, writes {writing:.0f} tokens/s"
            )
        case Context(tokens):
            return f"context {tokens:,} tokens"
        case Kept(trial, threads):
            return f"Kept: {told(trial).strip()}" + (f"; {threads} threads." if threads else ".")
        case Trial(way):
            excerpts = f" from {way.excerpt_tokens} tokens" if way.excerpt_tokens else ""
            return (
                f"{way.mode + excerpts:<36}{event.right:.2f} right, {event.drafted:.2f} by the "
                f"model, {event.words:.0f} words, {event.seconds:.1f} s each"
            )


def _record(
    found: Trial, threads: int, context_tokens: int, questions: int, trials: Sequence[Trial]
) -> records.Tuned:
    return records.Tuned(
        answering=found.way.mode,
        excerpt_tokens=found.way.excerpt_tokens,
        threads=threads,
        context_tokens=context_tokens,
        tuned_at=datetime.now(UTC).isoformat(timespec="seconds"),
        questions=questions,
        figures={t.way.name: round(t.right, 4) for t in trials},
    )


def _trials(assistant: Assistant, questions: Sequence[EvalQuestion]) -> Iterator[Trial]:
    llm = assistant.llm()
    assert llm is not None
    remembering = Remembering(llm)

    def answerer(way: Way) -> Answerer:
        without: tuple[Feature, ...] = ("llm",) if way.mode == "quote" else ()
        return assistant.answerer(
            without, mode=way.mode, excerpt_tokens=way.excerpt_tokens, llm=remembering
        )

    return tried(WAYS, questions, answerer, assistant.library)


def _context(chosen: Chosen) -> int:
    """The context that the machine's memory allows; 0 for an endpoint, which sets its own."""
    if chosen.path is None:
        return 0
    a_token = gguf.read(chosen.path).cache_bytes_a_token
    return machine.context(chosen.entry.context_tokens, a_token, machine.free_memory())
