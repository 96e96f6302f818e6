"""`assistant eval init`: a question set to fill in, from the person's own documents."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assistant import formatting
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.cli.session import opened
from assistant.documents.parsers import parse
from assistant.errors import AssistantError, DocumentError, QuestionError
from assistant.evaluation import template, template_file
from assistant.evaluation.template import Sentences, Slot
from assistant.library import discovery
from assistant.library.splitter import split
from assistant.printable import safe_line

DONE = 0
Read = Callable[[str], Sentences]


def run_init(options: argparse.Namespace) -> int:
    """Choose sentences, write the set, say how to go on."""
    target = Path(options.file)
    template_file.check_target(target, replace=options.force)
    if options.documents:
        slots = _slots(*_in_folder(options.documents), options)
    else:
        with opened(options, llm=False) as assistant:
            slots = _slots(*_in_library(assistant), options)
    template_file.write(slots, target, replace=options.force)
    _tell(slots, options)
    return DONE


def _slots(sources: Sequence[str], read: Read, options: argparse.Namespace) -> list[Slot]:
    chosen = template.to_read(sources, options.number, options.seed)
    found = template.slots(list(_read_all(chosen, read)), options.number, options.seed)
    if not found:
        raise QuestionError(
            "The documents hold no sentence that one could ask about.",
            "Add documents with whole sentences (`assistant add PATH`), or write the questions"
            " yourself.",
        )
    return found


def _read_all(sources: Sequence[str], read: Read) -> Iterator[Sentences]:
    for source in sources:
        try:
            yield read(source)
        except DocumentError as error:
            output.tell(f"{safe_line(source)}: {error}")


def _in_library(assistant: Assistant) -> tuple[list[str], Read]:
    catalogue = assistant.library.document_store

    def read(source: str) -> Sentences:
        ids = catalogue.passage_ids(source)
        stored = catalogue.passages(ids)
        passages = [stored[i] for i in ids if i in stored]
        return Sentences(source, tuple(p.slice(span) for p in passages for span in p.sentences))

    return [document.source for document in assistant.library.sources()], read


def _in_folder(folder: str) -> tuple[list[str], Read]:
    try:
        found = discovery.find(discovery.absolute(folder))
    except DocumentError as error:
        raise AssistantError(f"{folder}: {error.message}", error.remedy) from error

    def read(source: str) -> Sentences:
        document, _ = parse(Path(source), discovery.read(Path(source)).data)
        spans = (span for passage in split(document) for span in passage.sentences)
        return Sentences(source, tuple(document.text[a:b] for a, b in spans))

    return [str(path) for path in found], read


def _tell(slots: Sequence[Slot], options: argparse.Namespace) -> None:
    answerable = sum(slot.answerable for slot in slots)
    if len(slots) < options.number:
        sentences = formatting.count(len(slots), "sentence")
        output.tell(f"The documents hold only {sentences} to ask about.")
    output.tell(
        f"Wrote {formatting.count(len(slots), 'question')} to fill in to {safe_line(options.file)}:"
        f" {answerable} that a sentence of your documents answers, and {len(slots) - answerable}"
        " that they are not to answer."
    )
    over = f" --documents {safe_line(options.documents)}" if options.documents else ""
    output.tell(
        'Write each "question" and its "answers" (its "note" says how), then run'
        f" `assistant eval {safe_line(options.file)}{over}`. Empty ones are left out."
    )
