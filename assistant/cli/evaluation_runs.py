"""Makes the runs that an evaluation asks for, or takes them from where they are recorded."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import paths
from assistant.cli import output
from assistant.cli.evaluation_engines import Engines
from assistant.cli.evaluation_progress import follow
from assistant.errors import QuestionError
from assistant.evaluation import manifest, runs
from assistant.evaluation.case import Case
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.experiment import Plan, plans
from assistant.evaluation.recorder import Answering, asked
from assistant.evaluation.results import RunTime
from assistant.evaluation.runner import Job, run
from assistant.evaluation.runs import Recorded, RunFiles
from assistant.library import discovery
from assistant.library.library import Library


@dataclass(frozen=True)
class Finished:
    """A run that is whole: every question of the set has its answer."""

    name: str
    cases: list[Case]
    manifest: Mapping[str, Any]
    time: RunTime | None


class Runs:
    """The runs of one command; what they need is opened when the first has to be made."""

    def __init__(self, options: argparse.Namespace, questions: Sequence[EvalQuestion]) -> None:
        self._options = options
        self._questions = questions
        given = options.model
        models = [given] if given is None or isinstance(given, str) else list(given)
        self._plans = plans(
            list(dict.fromkeys(models)),
            list(dict.fromkeys(options.ablate)),
            baseline=options.baseline,
        )
        self._engines = Engines(options, questions)
        self.interrupted = False
        self.kept: list[Path] = []

    def close(self) -> None:
        """Close whatever answered."""
        self._engines.close()

    def all(self) -> list[Finished]:
        """Every run, whole; fewer where `interrupted` says so."""
        places = [self._place(plan) for plan in self._plans]
        if not self._options.predictions:
            self._begin_anew_if_done(places)
        found = []
        for plan, place in zip(self._plans, places, strict=True):
            try:
                found.append(self._one(plan, place))
            except KeyboardInterrupt:
                self.interrupted = True
                self._tell_interrupted(place)
                break
        return found

    def _place(self, plan: Plan) -> RunFiles:
        """The place of a run: the one that --predictions names, else in the person's own folder.

        Of several runs, each has a folder of its own in the one given, or FILE.NAME.jsonl.
        """
        name = re.sub(r"[^\w.-]+", "-", plan.name).strip("-.") or "run"
        if not self._options.predictions:
            return RunFiles.at(self._own_folder() / name)
        given = Path(self._options.predictions)
        if len(self._plans) == 1:
            return RunFiles.at(given)
        if given.suffix == ".jsonl":
            return RunFiles.at(given.with_name(f"{given.stem}.{name}.jsonl"))
        return RunFiles.at(given / name)

    def _own_folder(self) -> Path:
        about = [
            self._options.documents and discovery.absolute(self._options.documents),
            self._options.library,
            *filter(None, (self._options.places, self._options.since, self._options.until)),
            [plan.name for plan in self._plans],
            *({"id": q.id, **asked(q)} for q in self._questions),
        ]
        return paths.home() / "evaluation" / "runs" / manifest.digest(about)

    def _begin_anew_if_done(self, places: Sequence[RunFiles]) -> None:
        """Without --predictions a stopped command goes on, and one that ended begins anew."""
        try:
            whole = [len(self._whole(runs.read(p)) or ()) > 0 for p in places]
        except QuestionError:  # of another version: nobody asked to keep it
            whole = [True]
        if all(whole):
            for place in places:
                place.remove()

    def _whole(self, recorded: Recorded) -> list[Case] | None:
        """The cases of a run, if all questions were answered."""
        cases = recorded.cases(self._questions)
        return cases if len(cases) == len(self._questions) else None

    def _one(self, plan: Plan, place: RunFiles) -> Finished:
        recorded = runs.read(place)
        cases = self._whole(recorded)
        if cases is None:
            if recorded.torn:
                output.tell(
                    f"The last line of {place.predictions} was cut off; its question is asked"
                    " again."
                )
            self._make(plan, place, recorded)
            recorded = runs.read(place)
            cases = recorded.cases(self._questions)
            self.kept.append(place.predictions)
        else:
            if recorded.manifest is not None:
                plan.check_is(recorded.manifest, place)
            output.tell(f"{place.predictions} answers every question: nothing is asked again.")
        made = recorded.manifest or {}
        return Finished(plan.name, cases, made, manifest.time_of(made, len(cases)))

    def _make(self, plan: Plan, place: RunFiles, recorded: Recorded) -> None:
        answering, library = self._engines.for_plan(plan)
        if not self._options.predictions:
            recorded = _still_good(place, recorded, answering, library)
        job = Job(plan, str(self._options.questions), self._questions, place)
        follow(
            plan.name if len(self._plans) > 1 else "",
            run(job, recorded, answering, library),
            recorded.cases(self._questions),
        )

    def _tell_interrupted(self, place: RunFiles) -> None:
        done = len(runs.read(place).lines)
        output.tell(
            f"assistant: Stopped. {done} of {len(self._questions)} answers are kept in"
            f" {place.predictions}; the same command goes on from there."
        )


def _still_good(
    place: RunFiles, recorded: Recorded, answering: Answering, library: Library
) -> Recorded:
    """The record, or nothing where models or documents have changed since.

    Where --predictions names the place, that is an error instead: the person keeps it.
    """
    try:
        runs.check_resumable(place, recorded, manifest.settings(answering, library))
    except QuestionError:
        output.tell("Models or documents have changed since this was begun: it begins anew.")
        place.remove()
        return runs.read(place)
    return recorded
