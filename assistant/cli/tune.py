"""`assistant models tune`: what a model does well on this machine, measured and written down."""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from assistant import paths, settings
from assistant.answering.llm import Finished
from assistant.answering.prompts import Message
from assistant.assistant import Assistant, Feature, identity, open_llm
from assistant.cli import output
from assistant.cli.progress import watch
from assistant.engines import models, records
from assistant.engines.llama_model import usable_cores
from assistant.engines.models import Chosen
from assistant.errors import AssistantError
from assistant.evaluation.cases import Case
from assistant.evaluation.judging import is_right
from assistant.evaluation.questions import EvalQuestion, read
from assistant.evaluation.recording import Recorder
from assistant.language.printable import safe_line

DONE = 0
_LOAD_S = 180.0
_SENTENCES = (1, 3)
_SPEED_TOKENS = 48
_SPEED = [Message("user", "Describe a bridge over a river in a few sentences.")]


@dataclass(frozen=True)
class Trial:
    """One way to answer and how it did: `right` of the questions, seconds an answer (mean)."""

    answering: str
    sentences: int
    right: float
    seconds: float


def run_tune(options: argparse.Namespace) -> int:
    """Try the ways of answering with a model; remember the best, which `auto` then uses."""
    given = settings.load()
    chosen = models.find(options.model_name or options.model, given)
    questions = read(Path(options.questions or paths.shipped("models") / "tuning.jsonl"))
    output.tell(
        f"Tuning {safe_line(chosen.entry.title)} with {output.counted(len(questions), 'question')}."
    )
    threads, speeds = _fastest(chosen, given)
    trials = []
    with TemporaryDirectory() as folder:
        model = options.model_name or options.model
        with Assistant(model=model, folder=Path(folder, "library")) as assistant:
            watch(assistant.library.add(_documents(options)), quiet=True)
            for trial in _trials(assistant, questions):
                trials.append(trial)
                output.say(_row(trial))
            engine = assistant.llm()
            assert engine is not None
            known = identity(engine.describe())
    found = best(trials)
    for count, speed in speeds:
        output.say(f"{output.counted(count, 'thread'):<28}{speed:6.1f} tokens/s")
    record = records.Tuned(
        answering=found.answering,
        draft_sentences=found.sentences,
        threads=threads,
        context_tokens=chosen.entry.context_tokens if chosen.endpoint is None else 0,
        tuned_at=datetime.now(UTC).isoformat(timespec="seconds"),
        questions=len(questions),
        figures={f"{t.answering}-{t.sentences}": round(t.right, 4) for t in trials},
    )
    records.remember_tuned(known, record)
    output.tell(f"Kept: {_row(found).strip()}" + (f", {threads} threads." if threads else "."))
    return DONE


def best(trials: Sequence[Trial]) -> Trial:
    """The way with the most right answers; of equals what asks less of the model, then time.

    A difference of few questions tells little: quote and auto, which cannot invent, go first.
    """
    order = {"auto": 0, "quote": 1, "compose": 2}
    return min(trials, key=lambda t: (-t.right, order[t.answering], t.seconds))


def _trials(assistant: Assistant, questions: Sequence[EvalQuestion]) -> Iterator[Trial]:
    yield _trial(assistant, questions, "quote", 1)
    for sentences in _SENTENCES:
        yield _trial(assistant, questions, "auto", sentences)
        yield _trial(assistant, questions, "compose", sentences)


def _trial(
    assistant: Assistant, questions: Sequence[EvalQuestion], answering: str, sentences: int
) -> Trial:
    without: tuple[Feature, ...] = ("llm",) if answering == "quote" else ()
    answerer = assistant.answerer(without, answering=answering, sentences=sentences)
    recorder = Recorder(answerer, assistant.library)
    began = time.perf_counter()
    cases = [Case(q, recorder.record(q)) for q in questions]
    seconds = (time.perf_counter() - began) / len(cases)
    judged = [right for case in cases if (right := is_right(case)) is not None]
    if not judged:
        raise AssistantError(
            "No question says what a right answer is.", 'Give each "answers", or "answerable".'
        )
    return Trial(answering, sentences, mean(judged), seconds)


def _fastest(chosen: Chosen, given: settings.Settings) -> tuple[int, list[tuple[int, float]]]:
    """The count of threads that writes fastest, with what was measured; 0 for an endpoint."""
    if chosen.endpoint is not None:
        return 0, []
    cores = usable_cores()
    counts = sorted({1, max(1, cores // 2), cores, os.cpu_count() or 1})
    speeds = [(count, _speed(chosen, replace(given, llm_threads=count))) for count in counts]
    return max(speeds, key=lambda s: s[1])[0], speeds


def _speed(chosen: Chosen, given: settings.Settings) -> float:
    """Tokens a second while writing."""
    engine = open_llm(chosen, given)
    try:
        engine.wait_ready(_LOAD_S)
        *_, last = engine.generate(_SPEED, max_tokens=_SPEED_TOKENS)
    finally:
        engine.close()
    if not isinstance(last, Finished) or last.decode_ms <= 0:
        return 0.0
    return last.completion_tokens / last.decode_ms * 1000


def _documents(options: argparse.Namespace) -> list[str]:
    if options.questions and not options.documents:
        raise AssistantError(
            "Questions of your own need the documents that answer them.", "Add --documents DIR."
        )
    return [str(options.documents or paths.shipped("seeds"))]


def _row(trial: Trial) -> str:
    drafted = "" if trial.answering == "quote" else f" from {trial.sentences}"
    return f"{trial.answering + drafted:<28}{trial.right:6.2f} right, {trial.seconds:.1f} s each"
