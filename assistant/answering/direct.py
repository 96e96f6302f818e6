"""Answers that need no evidence found: small talk, help, what the library holds, summaries."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from assistant.answering.about_documents import about_documents
from assistant.answering.events import Step
from assistant.answering.whole_documents import work_on
from assistant.library.document_store import DocumentRecord
from assistant.library.library import Library
from assistant.query.catalogue_query import read
from assistant.query.intent import Kind, Summary, Talk
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.steps import outcome

# More documents than this are not offered by name.
_NAMED = 20

_TALK: dict[Talk, str] = {
    "greeting": "Hello. Ask me something about your documents{holding}.",
    "thanks": "You are welcome.",
    "farewell": "Goodbye. Your documents and conversations stay on this machine.",
    "help": (
        "I answer questions about your own documents{holding} and show the sentences that I answer"
        " from. Ask for a fact, a list, what a word means, a comparison of two things, or a"
        " summary of a document. \u201cWhich documents do I have?\u201d shows what is here;"
        " `assistant add PATH` adds more."
    ),
    "who": (
        "I am an assistant that answers questions about your own documents{holding}. I run on this"
        " machine alone and quote what I answer from."
    ),
    "wellbeing": "All is well. Ask me something about your documents{holding}.",
    "praise": "Good. Ask on, if there is more that you want to know from your documents.",
}


@dataclass(frozen=True)
class DirectAnswer:
    """The words of a reply, and the sentences of documents that are shown with it, if any, each
    behind its label where there are labels."""

    kind: Kind
    lead: str
    shown: tuple[Evidence, ...] = ()
    labels: tuple[str, ...] = ()


def reply_to(question: Question, library: Library) -> DirectAnswer | None:
    """The reply to what asks for no fact; None for a question that evidence must answer."""
    return outcome(reply_in_steps(question, library))


def reply_in_steps(
    question: Question, library: Library
) -> Generator[Step, None, DirectAnswer | None]:
    """The same, telling of each step of what is made over whole documents."""
    if question.talk is not None:
        return DirectAnswer("talk", to_talk(question.talk, library))
    if (query := read(question.plain, library.sources, date.today())) is not None:
        return DirectAnswer("library", *about_documents(query, library))
    for wish in (question.summary, question.outline, question.changes):
        if wish is None:
            continue
        if (whole := (yield from work_on(wish, question.history, library))) is not None:
            return DirectAnswer(whole.kind, whole.lead, whole.shown, whole.labels)
        if isinstance(wish, Summary) and not wish.target and (documents := library.sources()):
            return DirectAnswer("talk", which_document(documents))
    return None


def to_talk(kind: Talk, library: Library) -> str:
    """A short reply to small talk, or help."""
    count = len(library.sources())
    return _TALK[kind].format(holding=f" ({count:,} here)")


def which_document(documents: Sequence[DocumentRecord]) -> str:
    """Asks back which document is meant."""
    names = [PurePath(d.source).name for d in documents[:_NAMED]]
    return "\n".join(
        ("Which document do you mean? Ask for one by its name:", *(f"\u2022 {n}" for n in names))
    )
