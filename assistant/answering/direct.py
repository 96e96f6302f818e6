"""Answers that need no evidence found: small talk, help, what the library holds, summaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from assistant.answering.mentioning import mentioning
from assistant.answering.summarizer import document_meant, extracts
from assistant.conversation.turns import Turn
from assistant.conversation.wording import core
from assistant.language.dates import HEAD_CHARS, document_date, written
from assistant.library.catalogue import DocumentRecord
from assistant.library.library import Library
from assistant.query.intent import Kind, Talk, asks_library, mentioned, summary, talk
from assistant.retrieval.evidence import Evidence

# More documents than this are counted, not named.
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
    """What is said, and the sentences of a document that are shown with it, if any."""

    kind: Kind
    lead: str
    shown: tuple[Evidence, ...] = ()


def reply_to(question: str, history: Sequence[Turn], library: Library) -> DirectAnswer | None:
    """The reply to what asks for no fact; None for a question that evidence must answer."""
    if (kind := talk(question)) is not None:
        return DirectAnswer("talk", to_talk(kind, library))
    plain = core(question)
    if asks_library(plain):
        return DirectAnswer("library", of_library(library))
    if what := mentioned(plain):
        return DirectAnswer("library", *mentioning(library, what))
    if (wish := summary(plain)) is None:
        return None
    documents = library.sources()
    document = document_meant(wish.target, documents, history)
    if document is None:
        return (
            None
            if wish.target or not documents
            else DirectAnswer("talk", which_document(documents))
        )
    found = extracts(library, document.source)
    name = PurePath(document.source).name
    if not found:
        return DirectAnswer("library", f"There are no whole sentences in {name} to sum it up with.")
    return DirectAnswer("summary", f"{name} in its own words:", tuple(found))


def to_talk(kind: Talk, library: Library) -> str:
    """A short reply to small talk, or help."""
    count = len(library.sources())
    return _TALK[kind].format(holding=f" ({count:,} here)")


def of_library(library: Library) -> str:
    """The documents of a library, one a line, with their dates where they say them."""
    documents = library.sources()
    if not documents:
        return "You have no documents here yet. `assistant add PATH` adds some."
    lines = [_line(d, day_of(library, d.source)) for d in documents[:_NAMED]]
    if (more := len(documents) - _NAMED) > 0:
        lines.append(f"\u2026 and {more:,} more; `assistant sources` lists them all.")
    return "\n".join((f"You have {_counted(len(documents))} here:", *lines))


def day_of(library: Library, source: str) -> date | None:
    """When a document was written, as it says itself; None if it does not."""
    return document_date(source, library.catalogue.head(source, HEAD_CHARS))


def which_document(documents: Sequence[DocumentRecord]) -> str:
    """Asks back which document is meant."""
    names = [PurePath(d.source).name for d in documents[:_NAMED]]
    return "\n".join(
        ("Which document do you mean? Ask for one by its name:", *(f"\u2022 {n}" for n in names))
    )


def _line(document: DocumentRecord, day: date | None) -> str:
    name = PurePath(document.source).name
    title = document.title if document.title not in {"", PurePath(name).stem} else ""
    said = f"{title} ({name})" if title else name
    return f"\u2022 {said}{f', {written(day)}' if day else ''}"


def _counted(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"
