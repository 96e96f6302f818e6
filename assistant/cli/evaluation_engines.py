"""The engines of an evaluation: an assistant for each model in turn, over the same documents."""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from assistant import paths
from assistant.answering import prompts
from assistant.assistant import FEATURES, Assistant
from assistant.cli import output
from assistant.cli.progress import watch
from assistant.cli.session import limited_to, opened
from assistant.errors import AssistantError, DocumentError
from assistant.evaluation import baseline
from assistant.evaluation.baseline import TutorialBaseline
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.experiment import Plan
from assistant.evaluation.problems import fail_on_errors, warnings_told
from assistant.evaluation.recorder import Answering
from assistant.evaluation.validation import check
from assistant.library import discovery
from assistant.library.library import Library


class Engines:
    """Opens what a plan needs; only one model is held at a time."""

    def __init__(self, options: argparse.Namespace, questions: Sequence[EvalQuestion]) -> None:
        self._options = options
        self._questions = questions
        self._stack = ExitStack()
        self._open: tuple[str | None, Assistant] | None = None
        self._checked = False
        self._sources: frozenset[str] | None = None

    def close(self) -> None:
        """Close the model and the library that are open."""
        self._stack.close()
        self._open = None

    def for_plan(self, plan: Plan) -> tuple[Answering, Library]:
        """The assistant that a plan describes, and the library that it answers from."""
        if self._open is None or self._open[0] != plan.model:
            self.close()
            self._open = (plan.model, self._opened(plan.model))
        assistant = self._open[1]
        return _answering(plan, assistant, self._sources), assistant.library

    def _opened(self, model: str | None) -> Assistant:
        if self._options.documents:
            assistant = self._stack.enter_context(over_documents(self._options.documents, model))
        else:
            options = argparse.Namespace(**{**vars(self._options), "model": model})
            assistant = self._stack.enter_context(opened(options))
        assistant.require_llm()  # figures of quotes would be taken for those of the model
        self._check(assistant.library)
        self._sources = limited_to(self._options, assistant.library)
        return assistant

    def _check(self, library: Library) -> None:
        """Hold the set against the documents, once."""
        if self._checked:
            return
        self._checked = True
        check_against(library, self._questions, str(self._options.questions))


def check_against(library: Library, questions: Sequence[EvalQuestion], file: str) -> None:
    """Hold a set against the documents: warnings are told, errors raise QuestionError."""
    texts = {d.source: library.document_store.text(d.source) for d in library.sources()}
    problems = check(questions, texts)
    fail_on_errors(file, problems)
    for text in warnings_told(problems):
        output.tell(text)


def _answering(plan: Plan, assistant: Assistant, sources: frozenset[str] | None) -> Answering:
    if not plan.baseline:
        return assistant.answerer([f for f in FEATURES if f in plan.without]).within(sources)
    if sources is not None:
        raise AssistantError(
            "The baseline searches all documents.", "Leave --in, --since and --until out, or it."
        )
    llm = assistant.llm()
    if llm is None:
        raise AssistantError(
            "The baseline needs a language model.", "Leave --baseline out, or --model none."
        )
    return TutorialBaseline(assistant.library, llm, prompts.load(baseline.NAME))


def over_documents(folder: str, model: str | None) -> Assistant:
    """A library of the folder's documents, kept under the sha256 of their contents."""
    try:
        root = discovery.absolute(folder)
        digest = hashlib.sha256()
        for path in discovery.find(root):
            digest.update(f"{path}\0{discovery.read(path).sha256}\0".encode())
    except DocumentError as error:
        raise AssistantError(f"{folder}: {error.message}", error.remedy) from error
    place = paths.home() / "evaluation" / digest.hexdigest()[:16]
    assistant = Assistant(model=model, folder=place)
    assistant.start_loading()
    watch(assistant.library.add([root]), quiet=not output.is_terminal(sys.stderr))
    return assistant
