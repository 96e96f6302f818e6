"""Events of an answer, in order, for whoever shows it."""

from dataclasses import dataclass

from assistant.answering.answer import Answer
from assistant.answering.llm import Reading, Token
from assistant.retrieval.evidence import Retrieval


@dataclass(frozen=True)
class Understood:
    """The question as it is searched for: a follow-up made to stand alone."""

    question: str
    standalone_question: str


@dataclass(frozen=True)
class Step:
    """A step of an answer that is made over whole documents, in words."""

    text: str


@dataclass(frozen=True)
class Found:
    """The evidence is there: its quotes can be shown while the LLM drafts."""

    retrieval: Retrieval


@dataclass(frozen=True)
class Interim:
    """An answer that can be shown at once: the words that answer, with their quote.

    A model's sentence may take their place in the answer that stands.
    """

    answer: Answer


@dataclass(frozen=True)
class Notice:
    """One sentence about something that did not work as it should; the answer still comes."""

    text: str


@dataclass(frozen=True)
class Answered:
    """The answer, complete; always the last event."""

    answer: Answer


AnswerEvent = Understood | Step | Found | Interim | Reading | Token | Notice | Answered
