"""Runs a question set: what is recorded already is kept, the rest is asked and recorded."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.evaluation import manifest, runs
from assistant.evaluation.case import Case
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.experiment import Plan
from assistant.evaluation.recorder import Answering, Recorder
from assistant.evaluation.results import RunTime
from assistant.evaluation.runs import Recorded, RunFiles
from assistant.library.library import Library


@dataclass(frozen=True)
class Step:
    """One more question is answered: `case`; `done` of `total` are."""

    case: Case
    done: int
    total: int


@dataclass(frozen=True)
class Job:
    """A run to be made: who answers what, and where it is kept."""

    plan: Plan
    set_name: str
    questions: Sequence[EvalQuestion]
    files: RunFiles


def run(job: Job, recorded: Recorded, answering: Answering, library: Library) -> Iterator[Step]:
    """Answer what is not recorded yet; every answer is on the disk when its step comes.

    Raises QuestionError if the run was begun with other settings.
    """
    settings = manifest.settings(answering, library)
    runs.check_resumable(job.files, recorded, settings)
    begun = recorded.manifest if recorded.lines else None
    made = dict(begun or manifest.made(job.plan, job.set_name, job.questions, settings))
    recorder = Recorder(answering, library)
    missing = [q for q in job.questions if q.id not in recorded.lines]
    done = len(job.questions) - len(missing)
    in_answers = 0.0
    began = time.perf_counter()
    with runs.journal(job.files, recorded, made) as journal:
        for question in missing:
            line = recorder.record(question)
            journal.append(line)
            in_answers += line["evaluation"]["cost"]["seconds"]
            done += 1
            yield Step(Case(question, line), done, len(job.questions))
    wall = time.perf_counter() - began
    whole = None if recorded.lines else RunTime(in_answers, wall, wall / in_answers)
    runs.write_manifest(job.files, manifest.finished(made, whole))
