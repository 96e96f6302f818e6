"""Evidence: the sentences that may answer a question, and what retrieval found of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.language.sentences import Span
from assistant.library.document_store import Passage
from assistant.query.question import Question
from assistant.retrieval.retriever import ScoredPassage


@dataclass(frozen=True)
class Evidence:
    """A unit of a document that may answer, or a whole list: the document's text[span].

    `score` ranks it, once it is ranked; `features` are what that score is made of, by name.
    `answer` is the span of the words that answer, also in the document, where a reader found them.
    """

    passage: Passage
    span: Span
    score: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)
    answer: Span | None = None

    @property
    def quote(self) -> str:
        """The text, verbatim."""
        return self.passage.slice(self.span)

    @property
    def key(self) -> tuple[int, Span]:
        """The key of the unit: its passage's id and its span."""
        return self.passage.id, self.span

    @property
    def is_list(self) -> bool:
        """Tell if it is a whole list."""
        reading = self.passage.reading
        return self.span not in reading.by_span and bool(reading.items(self.span))

    @property
    def said(self) -> str:
        """Its words: the quote, a row under its header, a value under its key, a list below what
        leads into it."""
        reading = self.passage.reading
        if not self.is_list:
            return reading.said(self.span)
        items = [reading.said(unit.span) for unit in reading.items(self.span)]
        above = reading.lead(self.span) or " ".join(self.passage.headings[-1:])
        return "\n".join((above, *items))

    @property
    def answer_words(self) -> str:
        """The words that answer, on one line; "" where no reader found them."""
        return " ".join(self.passage.slice(self.answer).split()) if self.answer else ""

    @property
    def coverage(self) -> float:
        """The share of the question's terms that it has, weighted by their idf."""
        return self.features.get("coverage", 0.0)

    @property
    def max_sim(self) -> float:
        """The mean over the question's tokens of their best cosine in it."""
        return self.features.get("max_sim", 0.0)

    @property
    def reader_score(self) -> float | None:
        """The reader's log odds of an answer in it; None where no reader has read it."""
        return self.features.get("reader")


@dataclass(frozen=True)
class Retrieval:
    """The results of retrieval for a question.

    `confidence` estimates the probability that the documents answer it; below `threshold` they
    are taken not to. `notice` is a sentence where something did not work as it should. `lists` are
    those of the passages as wholes, scored as the evidence is.
    """

    question: Question
    passages: tuple[ScoredPassage, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    threshold: float
    notice: str
    milliseconds: float
    reader_failed: bool = False
    lists: tuple[Evidence, ...] = ()

    @property
    def is_answered(self) -> bool:
        return bool(self.evidence) and self.confidence >= self.threshold
