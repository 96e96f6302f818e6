"""An answer and everything that backs it, as values and as JSON (version 1 of the contract)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from assistant.answering.timings import Stage
from assistant.formatting import origin
from assistant.language.dates import is_relative, written
from assistant.language.sentences import Span
from assistant.library.document_store import Passage
from assistant.query.intent import Kind
from assistant.query.turn import Turn
from assistant.retrieval.outcome import Outcome, outcome
from assistant.retrieval.retriever import ScoredPassage

Support = Literal["exact", "supported", "partly", "unsupported", "contradicted"]
Status = Literal["answered", "not_found"]
# A whole quote leads, or the words in it that answer, or what the model wrote.
Mode = Literal["quote", "words", "compose"]


@dataclass(frozen=True)
class Statement:
    """A sentence of the answer or of the draft, and the markers of the citations that back it."""

    text: str
    support: Support
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Citation:
    """A verbatim quote: `quote` is the source document's text[span].

    `answer` is the span of the words in it that answer, where a reader found them; `day` is when
    its document was written, where it says so. `address` is that of the web page whose copy the
    document is, fetched on the day `fetched`.
    """

    marker: int
    source: str
    title: str
    page: int | None
    lines: tuple[int, int]
    span: Span
    quote: str
    headings: tuple[str, ...] = ()
    answer: Span | None = None
    day: date | None = None
    address: str = ""
    fetched: date | None = None

    @property
    def origin(self) -> str:
        """The address of a web page with the day of its copy; "" for a person's own document."""
        return origin(self.address, self.fetched) if self.fetched is not None else ""

    @property
    def words(self) -> tuple[str, str, str]:
        """The quote on one line, as what stands before the answering words, they, and the rest."""
        start, end = self.answer or (self.span[0], self.span[0])
        cuts = (0, start - self.span[0], end - self.span[0], len(self.quote))
        before, answer, after = (self.quote[a:b] for a, b in pairwise(cuts))
        return before, answer, after


@dataclass(frozen=True)
class PassageUse:
    """A retrieved passage, and whether the answer or its draft was made from it."""

    found: ScoredPassage
    used: bool


@dataclass(frozen=True)
class Draft:
    """A draft as the LLM wrote it, with the check of each statement."""

    text: str
    statements: tuple[Statement, ...]
    mean_log_probability: float
    finish: str


@dataclass(frozen=True)
class Usage:
    """Tokens read and written by the LLM."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class Timings:
    """Milliseconds from the question; `first_token_ms` until text of the answer could be shown.

    `stages` are where they went; none in what was recorded before there were any.
    """

    retrieve_ms: float
    first_token_ms: float
    total_ms: float
    tokens_per_s: float | None
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Answer:
    """An answer with its evidence; `draft` and `confidence` tell why it is as it is.

    `lead` is what is said before the statements ("Yes."); for small talk and what the library
    holds it is all that is said, and there are no statements.
    """

    question: str
    standalone_question: str
    status: Status
    text: str
    confidence: float
    threshold: float
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[PassageUse, ...]
    mode: Mode
    model: Mapping[str, str] | None
    embedder: Mapping[str, str]
    prompt: Mapping[str, str]
    usage: Usage
    timings: Timings
    draft: Draft | None = None
    notices: tuple[str, ...] = field(default=())
    kind: Kind = "fact"
    lead: str = ""

    def date_of(self, citation: Citation) -> str:
        """The date of a citation's document in words, where its quote or the answer depends on it.

        It does where the quote says "on Friday", and where documents stand beside each other.
        """
        if citation.day is None:
            return ""
        matters = self.kind in {"disagreement", "version", "comparison"} or is_relative(
            citation.quote
        )
        return written(citation.day) if matters else ""

    @property
    def tells_list(self) -> bool:
        """Tell if the answer is one list, an item a line."""
        return len(self.statements) == len(self.citations) == 1 and "\n" in self.statements[0].text

    @property
    def outcome(self) -> Outcome:
        """Outcomes of a question: an answer, an answer with "perhaps", or that there is none."""
        return outcome(self.confidence, answered=self.status == "answered")

    def as_turn(self) -> Turn:
        """The answer as a turn of its conversation, for the follow-ups to lean on.

        Nothing leans on small talk: its turn has no question.
        """
        if self.kind == "talk":
            return Turn("")
        if self.status != "answered":
            return Turn(self.standalone_question)
        found = self.citations[0].words[1] if self.citations else ""
        sources = tuple(dict.fromkeys(c.source for c in self.citations))
        quote = self.citations[0].quote if self.citations else ""
        return Turn(self.standalone_question, self.text, " ".join(found.split()), sources, quote)

    def to_json(self, question_id: str | int | None = None) -> dict[str, Any]:
        """The answer as the contract's JSON object, version 1 (see answer.schema.json)."""
        return {
            "version": 1,
            "id": question_id,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "status": self.status,
            "outcome": self.outcome,
            "answer": self.text,
            "confidence": round(self.confidence, 4),
            "statements": [
                {"text": s.text, "support": s.support, "citations": list(s.citations)}
                for s in self.statements
            ],
            "citations": [citation_json(c) for c in self.citations],
            "passages": [passage_json(p.found) | {"used": p.used} for p in self.passages],
            "mode": self.mode,
            "kind": self.kind,
            "lead": self.lead,
            "model": dict(self.model) if self.model else None,
            "embedder": dict(self.embedder),
            "prompt": dict(self.prompt),
            "usage": {
                "prompt_tokens": self.usage.prompt_tokens,
                "completion_tokens": self.usage.completion_tokens,
            },
            "timings": {
                "retrieve_ms": round(self.timings.retrieve_ms, 1),
                "first_token_ms": round(self.timings.first_token_ms, 1),
                "total_ms": round(self.timings.total_ms, 1),
                "tokens_per_s": self.timings.tokens_per_s and round(self.timings.tokens_per_s, 1),
                "stages": [
                    {
                        "name": stage.name,
                        "start_ms": round(stage.start_ms, 1),
                        "end_ms": round(stage.end_ms, 1),
                    }
                    for stage in self.timings.stages
                ],
            },
        }


def cite(
    marker: int,
    passage: Passage,
    span: Span,
    answer: Span | None = None,
    day: date | None = None,
) -> Citation:
    """The citation of a span of a passage; `day` is its document's date."""
    return Citation(
        marker,
        passage.source,
        passage.title,
        passage.page,
        passage.lines_of(span),
        span,
        passage.slice(span),
        passage.headings,
        answer,
        day,
    )


def passage_json(found: ScoredPassage) -> dict[str, Any]:
    """A passage with its score, as JSON."""
    return {
        "source": found.passage.source,
        "page": found.passage.page,
        "lines": list(found.passage.lines),
        "score": round(found.score, 4),
        "text": found.passage.text,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation as JSON."""
    return {
        "marker": citation.marker,
        "source": citation.source,
        "title": citation.title,
        "page": citation.page,
        "lines": list(citation.lines),
        "span": list(citation.span),
        "quote": citation.quote,
        "date": citation.day.isoformat() if citation.day else None,
        "address": citation.address or None,
        "fetched": citation.fetched.isoformat() if citation.fetched else None,
    }
