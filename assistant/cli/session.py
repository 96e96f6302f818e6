"""Opens the library and the models for a command, and says what the person should know."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from assistant import formatting, paths
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.cli.progress import watch
from assistant.errors import LibraryError, QuestionError
from assistant.evaluation import feedback
from assistant.library.library import Library
from assistant.library.scope import day, scope

# Passages whose vectors are made before the answer: about a second's work.
_FINISH_AT_ONCE = 64


@contextmanager
def opened(options: argparse.Namespace, *, llm: bool = True) -> Iterator[Assistant]:
    """The assistant for a command that reads: an empty default library gets the seeds first."""
    with Assistant(options.library, options.model, create=False) as assistant:
        assistant.start_loading(llm=llm)
        seeding = assistant.seed()
        if seeding is not None:
            outcome = watch(seeding, quiet=True)
            added = formatting.count(outcome.files, "document")
            output.tell(
                f"The library was empty: {added} that come with the assistant were added."
                " Add your own with `assistant add PATH`."
            )
        elif 0 < assistant.library.document_store.waiting_count() <= _FINISH_AT_ONCE:
            # An earlier indexing was stopped. Where another goes on, or much is left, its text is
            # searched by words alone, and the answer says so.
            with suppress(LibraryError):
                watch(assistant.library.finish(wait=False), quiet=True)
        if assistant.reindex_notice:
            output.tell(assistant.reindex_notice)
        _, calibration_problem = assistant.calibration()
        if calibration_problem:
            output.tell(calibration_problem)
        if assistant.llm_problem:
            output.tell(assistant.llm_problem)
        told = assistant.llm_notices()
        for notice in told:
            output.tell(notice)
        if not assistant.library.sources():
            output.tell("The library is empty. Add documents with `assistant add PATH`.")
        yield assistant
        # What was found out when the model was loaded, while the answer was made.
        for notice in assistant.llm_notices()[len(told) :]:
            output.tell(notice)


def question_set(options: argparse.Namespace) -> str | None:
    """The question set that was named, or with --mine that of the marked answers; None for none.

    Raises QuestionError if both are, or nothing was marked.
    """
    given: str | None = options.questions
    if not options.mine:
        return given
    if given:
        raise QuestionError("--mine is a question set.", "Leave one of the two out.")
    return str(feedback.existing(paths.library_folder(options.library)))


def limited_to(options: argparse.Namespace, library: Library) -> frozenset[str] | None:
    """The documents that --in, --since and --until leave, said on stderr; None without these.

    Raises LibraryError if there are none, QuestionError for a day that is none.
    """
    sources = scope(
        library.document_store,
        options.places,
        day(options.since) if options.since else None,
        day(options.until, last=True) if options.until else None,
    )
    if sources is not None:
        output.tell(f"Limited to {formatting.count(len(sources), 'document')}.")
    return sources
