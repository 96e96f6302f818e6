"""Makes the runs that an evaluation asks for, or takes them from where they are recorded."""

import argparse
import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, get_args

from assistant import paths
from assistant.answering import prompts
from assistant.assistant import Assistant, Feature
from assistant.cli import output
from assistant.cli.evaluation_progress import follow
from assistant.cli.progress import watch
from assistant.cli.session import opened
from assistant.engines.models import NO_MODEL
from assistant.errors import AssistantError, DocumentError, QuestionError
from assistant.evaluation import baseline, manifest, runs
from assistant.evaluation.baseline import TutorialBaseline
from assistant.evaluation.cases import Case
from assistant.evaluation.checking import check
from assistant.evaluation.manifest import Plan
from assistant.evaluation.problems import fail_on_errors, warnings_told
from assistant.evaluation.questions import EvalQuestion
from assistant.evaluation.recording import Answering, asked
from assistant.evaluation.results import RunTime
from assistant.evaluation.running import Job, run
from assistant.evaluation.runs import Recorded, RunFiles
from assistant.library import files

FEATURES: tuple[str, ...] = tuple(f for part in get_args(Feature) for f in get_args(part) or [part])
WHOLE = "assistant"


@dataclass(frozen=True)
class Finished:
    """A run that is whole: every question of the set has its answer."""

    name: str
    cases: list[Case]
    manifest: Mapping[str, Any]
    time: RunTime | None


def plans(models: Sequence[str | None], ablate: Sequence[str], *, baseline: bool) -> list[Plan]:
    """What is to run: each model whole, then without each part, then the baseline."""
    made = []
    for model in models:
        name = str(model) if len(models) > 1 else WHOLE
        made.append(Plan(name, model))
        prefix = f"{name} " if len(models) > 1 else ""
        made += [Plan(f"{prefix}without {part}", model, (part,)) for part in ablate]
        if baseline:
            made.append(Plan(f"{prefix}baseline", model, baseline=True))
    return made


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
        self._stack = ExitStack()
        self._open: tuple[str | None, Assistant] | None = None
        self._checked = False
        self.interrupted = False
        self.kept: list[Path] = []

    def __enter__(self) -> "Runs":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

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
        """Where a run is kept: where --predictions says, else in the person's own folder.

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
            self._options.documents and files.absolute(self._options.documents),
            self._options.library,
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
            self._check_plan(plan, place, recorded.manifest)
            output.tell(f"{place.predictions} answers every question: nothing is asked again.")
        made = recorded.manifest or {}
        return Finished(plan.name, cases, made, manifest.time_of(made))

    def _check_plan(self, plan: Plan, place: RunFiles, recorded: Mapping[str, Any] | None) -> None:
        """Raises QuestionError where the command asks for another run than is recorded."""
        if recorded is None or plan == Plan(WHOLE):
            return
        was, now = recorded["plan"], manifest.made_plan(plan)
        answered_by = (recorded["settings"].get("model") or {}).get("name", NO_MODEL)
        same = all(was[key] == now[key] for key in ("without", "baseline"))
        if not same or plan.model not in {None, was["model"], answered_by}:
            raise QuestionError(
                f"The run in {place.predictions} is not the one that is asked for: it was answered"
                f" by {answered_by}{' as the baseline' if was['baseline'] else ''}"
                f"{' without ' + ', '.join(was['without']) if was['without'] else ''}.",
                "Leave the option out to score it as it is, or give another place.",
            )

    def _make(self, plan: Plan, place: RunFiles, recorded: Recorded) -> None:
        assistant = self._assistant(plan)
        job = Job(plan, str(self._options.questions), self._questions, place)
        follow(
            plan.name if len(self._plans) > 1 else "",
            run(job, recorded, self._answering(plan, assistant), assistant.library),
            recorded.cases(self._questions),
        )

    def _answering(self, plan: Plan, assistant: Assistant) -> Answering:
        if not plan.baseline:
            return assistant.answerer([f for f in _features() if f in plan.without])
        llm = assistant.llm()
        if llm is None:
            raise AssistantError(
                "The baseline needs a language model.", "Leave --model none out, or --baseline."
            )
        return TutorialBaseline(assistant.library, llm, prompts.load(baseline.NAME))

    def _assistant(self, plan: Plan) -> Assistant:
        """The assistant for a plan's model; the one before it is closed."""
        if self._open is None or self._open[0] != plan.model:
            self._stack.close()
            self._open = None
            self._open = (plan.model, self._opened(plan.model))
        return self._open[1]

    def _opened(self, model: str | None) -> Assistant:
        if self._options.documents:
            assistant = self._stack.enter_context(over_documents(self._options.documents, model))
        else:
            options = argparse.Namespace(**{**vars(self._options), "model": model})
            assistant = self._stack.enter_context(opened(options))
        self._check(assistant)
        return assistant

    def _check(self, assistant: Assistant) -> None:
        """Hold the set against the documents, once."""
        if self._checked:
            return
        self._checked = True
        catalogue = assistant.library.catalogue
        texts = {d.source: catalogue.text(d.source) for d in assistant.library.sources()}
        problems = check(self._questions, texts)
        fail_on_errors(str(self._options.questions), problems)
        for text in warnings_told(problems):
            output.tell(text)

    def _tell_interrupted(self, place: RunFiles) -> None:
        done = len(runs.read(place).lines)
        output.tell(
            f"assistant: Stopped. {done} of {len(self._questions)} answers are kept in"
            f" {place.predictions}; the same command goes on from there."
        )


def _features() -> tuple[Feature, ...]:
    return FEATURES  # type: ignore[return-value]


def over_documents(folder: str, model: str | None) -> Assistant:
    """A library of the folder's documents, kept under the sha256 of their contents."""
    try:
        root = files.absolute(folder)
        digest = hashlib.sha256()
        for path in files.find(root):
            digest.update(f"{path}\0{files.read(path).sha256}\0".encode())
    except DocumentError as error:
        raise AssistantError(f"{folder}: {error.message}", error.remedy) from error
    place = paths.home() / "evaluation" / digest.hexdigest()[:16]
    assistant = Assistant(model=model, folder=place)
    assistant.start_loading()
    watch(assistant.library.add([root]), quiet=not output.is_terminal(sys.stderr))
    return assistant
