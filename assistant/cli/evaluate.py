"""`assistant eval`: a question set through the very engine that answers."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from assistant import paths
from assistant.answering.answer import Answer
from assistant.answering.events import Answered, Found
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.cli.progress import watch
from assistant.cli.session import opened
from assistant.errors import AssistantError, DocumentError
from assistant.evaluation.measures import Scored, score, summary
from assistant.evaluation.questions import EvalQuestion, read
from assistant.language.printable import as_json
from assistant.library import files

DONE = 0
_TELL_EVERY = 25


def run_eval(options: argparse.Namespace) -> int:
    """Answer the questions, write the answers where asked to, print the measures."""
    questions = read(Path(options.questions))[: options.limit]
    with ExitStack() as stack:
        if options.documents:
            assistant = stack.enter_context(_over_documents(options))
        else:
            assistant = stack.enter_context(opened(options))
        lines = None
        if options.predictions:
            lines = stack.enter_context(Path(options.predictions).open("w", encoding="utf-8"))
        scored = []
        for question, answer, result in _run(assistant, questions):
            scored.append(result)
            if lines is not None:
                print(as_json(answer.to_json(question.id)), file=lines, flush=True)
            if len(scored) % _TELL_EVERY == 0:
                output.tell(f"{len(scored)} of {len(questions)} questions")
    measures = summary(scored)
    for name, value in measures.items():
        shown = "\u2013" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
        output.say(f"{name:<24}{shown:>10}")
    if options.json:
        Path(options.json).write_text(json.dumps(measures, indent=1) + "\n", encoding="utf-8")
    return DONE


def _run(
    assistant: Assistant, questions: list[EvalQuestion]
) -> Iterator[tuple[EvalQuestion, Answer, Scored]]:
    answerer = assistant.answerer()
    texts = {
        d.source: assistant.library.catalogue.text(d.source) for d in assistant.library.sources()
    }
    for question in questions:
        first = ""
        for event in answerer.answer(question.question, answerer.turns(question.history)):
            if isinstance(event, Found) and event.retrieval.evidence:
                first = event.retrieval.evidence[0].quote
            if isinstance(event, Answered):
                yield question, event.answer, score(question, event.answer, first, texts)


def _over_documents(options: argparse.Namespace) -> Assistant:
    """A library of the folder's documents, kept under the sha256 of their contents."""
    folder = files.absolute(options.documents)
    try:
        found = files.find(folder)
        digest = hashlib.sha256()
        for path in found:
            digest.update(f"{path}\0{files.read(path).sha256}\0".encode())
    except DocumentError as error:
        raise AssistantError(f"{options.documents}: {error.message}", error.remedy) from error
    place = paths.home() / "evaluation" / digest.hexdigest()[:16]
    assistant = Assistant(model=options.model, folder=place)
    assistant.start_loading()
    watch(assistant.library.add([folder]), quiet=not output.is_terminal(sys.stderr))
    return assistant
