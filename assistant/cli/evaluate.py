"""`assistant eval`: a question set through the very engine that answers, scored and compared."""

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

from assistant.cli import output
from assistant.cli.evaluation_runs import Finished, Runs
from assistant.cli.evaluation_tables import comparison, summary, variants
from assistant.cli.session import question_set
from assistant.errors import QuestionError
from assistant.evaluation import limits, runs
from assistant.evaluation.case import Case
from assistant.evaluation.comparison import compare
from assistant.evaluation.dataset import EvalQuestion, read_set
from assistant.evaluation.report import write_report
from assistant.evaluation.results import Results, Variant
from assistant.evaluation.runs import RunFiles
from assistant.evaluation.scoring import score
from assistant.printable import as_json

DONE, FELL_SHORT, FAILED = 0, 1, 2


def run_eval(options: argparse.Namespace) -> int:
    """Answer or read what was answered, print the measures, write and compare what is asked."""
    wanted = limits.parse(options.fail_under)
    _check_targets(options.json, options.html)
    options.questions = question_set(options)
    if options.questions is None:
        raise QuestionError("Which questions?", "Name a question set, or use --mine.")
    found = read_set(Path(options.questions))
    questions = _chosen(found.questions, options.limit, options.seed)
    for text in found.told():
        output.tell(text)
    other = _other(options.compare, questions) if options.compare else []
    with closing(Runs(options, questions)) as making:
        finished = making.all()
        if making.interrupted:
            return FAILED
    results = _scored(finished, options.seed or 1)
    if options.compare:
        mine = compare(options.compare, finished[0].cases, other, options.seed or 1)
        results = replace(results, comparison=mine)
    _show(results)
    _write(results, options)
    for place in making.kept:
        output.tell(f"The answers are kept in {place}.")
    short = limits.broken(wanted, results.measures)
    for text in short:
        output.tell(f"assistant: {text}")
    return FELL_SHORT if short else DONE


def _check_targets(*paths: str | None) -> None:
    """Raises QuestionError where a file could not be written in the end."""
    for path in (Path(given) for given in paths if given):
        if path.is_dir():
            raise QuestionError(f"{path} is a folder.", "Give the name of a file.")
        if not path.absolute().parent.is_dir():
            raise QuestionError(f"There is no folder {path.parent}.", "Make it, or name another.")


def _chosen(
    questions: tuple[EvalQuestion, ...], limit: int | None, seed: int | None
) -> tuple[EvalQuestion, ...]:
    """The first `limit` questions; with a seed, as many drawn by chance, in the set's order."""
    if limit is None or limit >= len(questions):
        return questions
    if seed is None:
        return questions[:limit]
    places = sorted(Random(seed).sample(range(len(questions)), limit))
    return tuple(questions[place] for place in places)


def _other(place: str, questions: tuple[EvalQuestion, ...]) -> list[Case]:
    """The recorded run to compare with."""
    recorded = runs.read(RunFiles.at(Path(place)))
    if not recorded.lines:
        raise QuestionError(
            f"There is no run at {place}.", "Give the folder of a run, or its predictions (.jsonl)."
        )
    return recorded.cases(questions)


def _scored(finished: list[Finished], seed: int) -> Results:
    first, *others = finished
    results = score(first.name, first.cases, first.manifest, seed=seed, time=first.time)
    made = []
    for other in others:
        own = score(other.name, other.cases, other.manifest, seed=seed)
        against = compare(first.name, other.cases, first.cases, seed)
        made.append(Variant(other.name, own.measures, other.manifest, against))
    return replace(results, variants=tuple(made))


def _show(results: Results) -> None:
    for line in summary(results):
        output.say(line)
    if results.variants:
        for line in variants(results):
            output.say(line)
    if results.comparison is not None:
        for line in comparison(results.comparison):
            output.say(line)


def _write(results: Results, options: argparse.Namespace) -> None:
    if options.json:
        Path(options.json).write_text(as_json(results.to_json()) + "\n", encoding="utf-8")
    if options.html:
        write_report(results, Path(options.html))
