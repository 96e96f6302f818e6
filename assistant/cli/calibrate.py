"""`assistant calibrate`: how sure is sure enough in a library, told before it is kept."""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from assistant.assistant import Assistant
from assistant.cli import calibration_tables, output
from assistant.cli.calibration_tables import followed
from assistant.cli.evaluation_engines import check_against
from assistant.cli.session import opened, question_set
from assistant.errors import AssistantError, QuestionError
from assistant.evaluation import probe
from assistant.evaluation.calibration import ConfidenceSample, propose
from assistant.evaluation.dataset import EvalQuestion, read_set
from assistant.evaluation.probe import Kind, Probe, Probed
from assistant.evaluation.template import Sentences, to_read
from assistant.library.library import Library
from assistant.printable import safe_line
from assistant.retrieval.calibration import Calibration, Scale, log_odds
from assistant.retrieval.reranker import RankingModel, probability, shipped_models

DONE = 0
# Fewer answerable questions say nothing.
_LEAST = 5
_SEED = 1


def run_calibrate(options: argparse.Namespace) -> int:
    """Fit, say what would change, ask, and keep it; or go back to what is shipped."""
    options.questions = question_set(options)
    if options.reset and options.questions:
        raise QuestionError("--reset needs no questions.", "Leave one of the two out.")
    found = read_set(Path(options.questions)) if options.questions else None
    for text in found.told() if found else ():
        output.tell(text)
    with opened(options, llm=False) as assistant:
        if options.reset:
            return _reset(assistant)
        if not assistant.library.sources():
            raise AssistantError("There is nothing to calibrate for.", "Add documents first.")
        bench = _bench(assistant)
        if found is None:
            return _by_itself(bench, options)
        return _by_questions(bench, found.questions, options)


@dataclass(frozen=True)
class _Bench:
    """A library with the model as shipped: what a calibration is fitted to."""

    assistant: Assistant
    name: Literal["plain", "with_reader"]
    model: RankingModel
    reader: str

    @property
    def library(self) -> Library:
        return self.assistant.library

    def in_force(self) -> float:
        """The threshold that is in force, as shipped."""
        own, _ = self.assistant.calibration()
        return own.threshold_as_shipped if own is not None else self.model.threshold

    def calibration(self, scale: Scale, threshold: float, about: dict[str, Any]) -> Calibration:
        """The proposal to keep; `threshold` in log odds as shipped."""
        return Calibration(
            slope=round(scale.slope, 4),
            intercept=round(scale.intercept, 4),
            threshold=probability(scale.slope * threshold + scale.intercept),
            threshold_as_shipped=probability(threshold),
            model=self.name,
            ranking=shipped_models().hash,
            reader=self.reader,
            made_on=datetime.now(UTC).date().isoformat(),
            **about,
        )


def _bench(assistant: Assistant) -> _Bench:
    models = shipped_models()
    if assistant.reader is None or models.with_reader is None:
        return _Bench(assistant, "plain", models.plain, "")
    sha256 = assistant.reader.describe()["sha256"]
    return _Bench(assistant, "with_reader", models.with_reader, sha256)


def _reset(assistant: Assistant) -> int:
    had = bool(assistant.library.settings.calibration)
    assistant.library.settings.keep_calibration("")
    again = "again" if had else "already"
    output.tell(
        f"The library {safe_line(assistant.library.name)} has the shipped threshold {again}."
    )
    return DONE


def _by_questions(
    bench: _Bench, questions: Sequence[EvalQuestion], options: argparse.Namespace
) -> int:
    check_against(bench.library, questions, str(options.questions))
    answerable = sum(q.answerable for q in questions)
    if answerable < _LEAST:
        raise QuestionError(
            f"Only {answerable} of the questions are answerable; a threshold needs {_LEAST} at"
            " least.",
            "`assistant eval init` writes a set to fill in.",
        )
    own = list(_asked(bench, questions))
    other = [log_odds(p.confidence) for p in _probed(bench, probe.other_questions(bench.library))]
    told = ConfidenceSample(
        np.array([*own, *other]),
        np.array([q.answerable for q in questions] + [False] * len(other)),
        np.array([False] * len(questions) + [True] * len(other)),
    )
    in_force = bench.in_force()
    found = propose(told, log_odds(bench.model.threshold), log_odds(in_force))
    about = {
        "questions": len(questions),
        "answerable": answerable,
        "sha256": hashlib.sha256(Path(options.questions).read_bytes()).hexdigest(),
    }
    made = bench.calibration(found.scale, found.threshold, about)
    if not options.json:
        calibration_tables.show_proposal(found, made, in_force, len(other))
    told_as_json = calibration_tables.proposal_json(found, in_force, made)
    return _settle(bench, made if found.gain.value > 0 else None, options, told_as_json)


def _asked(bench: _Bench, questions: Sequence[EvalQuestion]) -> Iterator[float]:
    """The log odds of each question as shipped."""
    answerer = bench.assistant.answerer(["llm"], ranking=shipped_models())
    for question in followed(questions, len(questions), "questions"):
        answer = answerer.complete(question.question, answerer.turns(question.history))
        yield log_odds(answer.confidence)


def _by_itself(bench: _Bench, options: argparse.Namespace) -> int:
    own = probe.own_questions(_documents(bench.library), probe.OWN)
    other = probe.other_questions(bench.library)
    odds: dict[Kind, list[float]] = {"other": [], "own": [], "removed": []}
    for probed in _probed(bench, [*other, *own]):
        odds[probed.kind].append(log_odds(probed.confidence))
    in_force = bench.in_force()
    found = probe.estimate({k: np.array(v) for k, v in odds.items()}, log_odds(in_force))
    about = {"questions": len(own) + len(other), "answerable": len(own), "sha256": ""}
    made = bench.calibration(Scale(), found.threshold, about)
    if not options.json:
        calibration_tables.show_estimate(found, made, in_force)
    told_as_json = calibration_tables.estimate_json(found, in_force, made)
    better = made.threshold_as_shipped > in_force + 1e-6
    return _settle(bench, made if better else None, options, told_as_json)


def _documents(library: Library) -> list[Sentences]:
    catalogue = library.document_store
    found = []
    for source in to_read([d.source for d in library.sources()], probe.OWN, _SEED):
        passages = catalogue.passages(catalogue.passage_ids(source)).values()
        texts = tuple(p.slice(span) for p in passages for span in p.sentences)
        found.append(Sentences(source, texts))
    return found


def _probed(bench: _Bench, probes: Sequence[Probe]) -> Iterator[Probed]:
    found = probe.confidences(bench.library, probes, bench.model, bench.assistant.reader)
    twice = sum(bool(p.answer) for p in probes)
    return followed(found, len(probes) + twice, "questions that are made for it")


def _settle(
    bench: _Bench, made: Calibration | None, options: argparse.Namespace, told: dict[str, Any]
) -> int:
    """Keep what was made, if there is something better and the person agrees."""
    name = safe_line(bench.library.name)
    question = f"Keep this for the library {name}?"
    keep = made is not None and (options.yes or (not options.json and output.confirmed(question)))
    if made is not None and keep:
        bench.library.settings.keep_calibration(made.to_text())
    if options.json:
        kept = asdict(made) if made is not None and keep else None
        output.say_json({"library": bench.library.name} | told | {"kept": kept}, indent=1)
    if made is None:
        output.tell("The current threshold does just as well: nothing was changed.")
    elif keep:
        output.tell(f"Kept for the library {name}; `assistant calibrate --reset` undoes it.")
    else:
        raise AssistantError("Nothing was kept.", "Use --yes to keep it without being asked.")
    return DONE
