"""A text held against documents: each statement supported, contradicted or not found there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.answering.answer import Citation, citation_json, cite
from assistant.answering.context import leans
from assistant.answering.verifier import StatementCheck, Verifier, statements
from assistant.documents.document import LineMap
from assistant.errors import QuestionError
from assistant.language.sentences import Span, sentence_spans
from assistant.language.words import content_terms
from assistant.library.document_store import Passage
from assistant.library.library import Library
from assistant.printable import one_line
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.evidence_search import EvidenceSearch
from assistant.retrieval.reranker import RankingModels

Finding = Literal["supported", "contradicted", "not_found"]
FINDINGS: tuple[Finding, ...] = ("supported", "contradicted", "not_found")
MAX_STATEMENT_CHARS = 4_000
# The source that citations name where the evidence was given along.
GIVEN = "evidence"


@dataclass(frozen=True)
class Checked:
    """A statement, what the documents say of it, and the quote that says so, if any does."""

    statement: str
    support: Finding
    citations: tuple[Citation, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The statement as a JSON object."""
        return {
            "statement": self.statement,
            "support": self.support,
            "citations": [citation_json(c) for c in self.citations],
        }


class Checker:
    """Holds statements against a library, or against evidence that is given along."""

    def __init__(self, library: Library, ranking: RankingModels, verifier: Verifier) -> None:
        self._library = library
        self._ranking = ranking
        self._verifier = verifier

    def text(self, text: str) -> Iterator[Checked]:
        """Every statement of a text in turn; headings and questions state nothing."""
        before = ""
        for statement in text_statements(text):
            yield self.statement(statement, before)
            before = statement

    def statement(self, statement: str, before: str = "") -> Checked:
        """A statement, held against the library; `before` stands before it in its text.

        Raises QuestionError if there is none.
        """
        said = readable_statement(statement)
        wanted = f"{before} {said}" if before and leans(said) else said
        with self._library.answering():
            search = EvidenceSearch(self._library, Question(wanted))
            model, _ = self._ranking.pair(vectors=search.query.vector is not None)
            evidence = search.ranked(search.shortlist(), model).evidence
        return _checked(said, self._verifier.hold(said, evidence), evidence)


def against(verifier: Verifier, statement: str, texts: Iterable[str]) -> Checked:
    """A statement, held against the texts alone. Raises QuestionError if there is none."""
    said = readable_statement(statement)
    evidence = [one for text in texts for one in _given(text)]
    return _checked(said, verifier.hold(said, evidence), evidence)


def readable_statement(statement: str) -> str:
    """The statement on one line. Raises QuestionError if nothing is left or it is too long."""
    said = one_line(statement)
    if not said:
        raise QuestionError("The statement is empty.", "Give a sentence to check.")
    if len(said) > MAX_STATEMENT_CHARS:
        raise QuestionError(
            f"The statement has {len(said):,} characters; at most {MAX_STATEMENT_CHARS:,} are"
            " read.",
            "Give one sentence at a time, or the whole text as a file.",
        )
    return said


def text_statements(text: str) -> Iterator[str]:
    """The sentences of a text that state something, each on one line, without their markup."""
    body = "\n".join("" if line.lstrip().startswith("#") else line for line in text.splitlines())
    for sentence in statements(body):
        said = " ".join(sentence.split())
        if content_terms(said) and not said.endswith("?"):
            yield said


def _given(text: str) -> list[Evidence]:
    """The sentences of a text as evidence, as if it were a document's only passage."""
    spans: Sequence[Span] = tuple(sentence_spans(text))
    lines = LineMap(text).lines(0, len(text)) if text else (1, 1)
    passage = Passage(0, GIVEN, "", 0, len(text), lines, None, (), tuple(spans), text)
    return [Evidence(passage, span) for span in spans]


def _checked(said: str, check: StatementCheck, evidence: Sequence[Evidence]) -> Checked:
    finding: Finding = "not_found"
    if check.stands:
        finding = "supported"
    elif check.support == "contradicted":
        finding = "contradicted"
    if check.evidence is None or finding == "not_found":
        return Checked(said, "not_found")
    found = evidence[check.evidence]
    return Checked(said, finding, (cite(1, found.passage, found.span),))
