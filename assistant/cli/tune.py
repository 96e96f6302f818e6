"""`assistant models tune`: what a model does well on this machine, measured and written down."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant import formatting, paths, settings
from assistant.answering.pipeline import Answerer
from assistant.assistant import Assistant, Feature
from assistant.cli import output, tune_machine
from assistant.cli.progress import watch
from assistant.cli.tune_machine import Speed
from assistant.engines import gguf, models, records
from assistant.engines.models import Chosen
from assistant.errors import AssistantError
from assistant.evaluation.dataset import EvalQuestion, read
from assistant.evaluation.tuning import WAYS, Remembering, Trial, Way, best, tried
from assistant.printable import safe_line
from assistant.wiring import identity

DONE = 0


def run_tune(options: argparse.Namespace) -> int:
    """Try the ways of answering with a model; remember the best, which `auto` then uses."""
    given = settings.load()
    chosen = models.find(options.model_name or options.model, given)
    questions = read(Path(options.questions or paths.shipped("models") / "tuning.jsonl"))
    documents = _documents(options)
    asked = formatting.count(len(questions), "question")
    output.tell(f"Tuning {safe_line(chosen.entry.title)} with {asked}.")
    speeds = tune_machine.speeds(chosen, given)
    for speed in speeds:
        output.say(_speed_row(speed))
    threads, context_tokens = tune_machine.fewest(speeds), _context(chosen)
    if context_tokens:
        output.say(f"context {context_tokens:,} tokens")
    trials = []
    with TemporaryDirectory() as folder:
        model = options.model_name or options.model
        with Assistant(model=model, folder=Path(folder, "library")) as assistant:
            watch(assistant.library.add(documents), quiet=True)
            for trial in _trials(assistant, questions):
                trials.append(trial)
                output.say(_row(trial))
            engine = assistant.llm()
            assert engine is not None
            known = identity(engine.describe())
    found = best(trials)
    way = found.way
    record = records.Tuned(
        answering=way.mode,
        excerpt_tokens=way.excerpt_tokens,
        threads=threads,
        context_tokens=context_tokens,
        tuned_at=datetime.now(UTC).isoformat(timespec="seconds"),
        questions=len(questions),
        figures={t.way.name: round(t.right, 4) for t in trials},
    )
    records.remember_tuned(known, record)
    output.tell(f"Kept: {_row(found).strip()}" + (f"; {threads} threads." if threads else "."))
    return DONE


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
    return tune_machine.context(chosen.entry.context_tokens, a_token, tune_machine.free_memory())


def _documents(options: argparse.Namespace) -> list[str]:
    if options.questions and not options.documents:
        raise AssistantError(
            "Questions of your own need the documents that answer them.", "Add --documents DIR."
        )
    return [str(options.documents or paths.shipped("seeds"))]


def _speed_row(speed: Speed) -> str:
    return (
        f"{formatting.count(speed.threads, 'thread'):<36}"
        f"reads {speed.reading:.0f}, writes {speed.writing:.0f} tokens/s"
    )


def _row(trial: Trial) -> str:
    way = trial.way
    excerpts = f" from {way.excerpt_tokens} tokens" if way.excerpt_tokens else ""
    return (
        f"{way.mode + excerpts:<36}{trial.right:.2f} right, {trial.drafted:.2f} by the model, "
        f"{trial.words:.0f} words, {trial.seconds:.1f} s each"
    )
