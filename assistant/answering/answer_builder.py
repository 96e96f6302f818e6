"""Builds answers: what is said of what was found, with all that backs it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import PurePath

from assistant.answering.answer import (
    Answer,
    Citation,
    Mode,
    PassageUse,
    Statement,
    Timings,
    Usage,
    cite,
)
from assistant.answering.direct import DirectAnswer
from assistant.answering.generator import Generation, GenerationConfig
from assistant.answering.llm import Llm
from assistant.answering.selection import NOTHING, Selection, may_be_phrased, prefers_draft
from assistant.answering.timings import Stopwatch
from assistant.answering.verifier import StatementCheck, Verifier, says_answer
from assistant.language.dates import written
from assistant.library.library import Library
from assistant.retrieval.evidence import Evidence, Retrieval
from assistant.retrieval.outcome import LIKELY
from assistant.retrieval.retriever import ScoredPassage

Dated = Callable[[str], date | None]

REFUSAL = "The documents do not answer this."
_MARKS = {
    "partly": " (partly backed by your documents)",
    "unsupported": " (not found in your documents)",
}


@dataclass(frozen=True)
class Ask:
    """A question as it was asked, and the watch that was started then."""

    question: str
    watch: Stopwatch


@dataclass(frozen=True)
class Content:
    """The statements of an answer, the citations that back them, and how they came about."""

    mode: Mode
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]


class AnswerBuilder:
    """Makes answers of what a library's documents hold and an LLM wrote."""

    def __init__(
        self, library: Library, config: GenerationConfig, llm: Llm | None, verifier: Verifier
    ) -> None:
        self._library = library
        self._config = config
        self._llm = llm
        self._verifier = verifier

    def from_evidence(  # noqa: PLR0913 - an answer is made of these
        self,
        ask: Ask,
        found: Retrieval,
        shown: Selection = NOTHING,
        generation: Generation | None = None,
        notices: Sequence[str] = (),
        *,
        final: bool = True,
    ) -> Answer:
        """The answer from what was found: the draft, if it stands, else what is `shown`.

        What the model wrote counts in the confidence too (`agreed`). One that is not `final` ends
        no stage of the watch.
        """
        draft, checks = generation.checked(self._verifier) if generation else (None, [])
        if generation is not None:
            found = agreed(found, generation, checks)
        day = cache(self._library.document_store.day)
        content = Content("quote", (), ())
        if found.is_answered:
            content = self._content(found, shown, checks, day)
        first_at = generation.first_token_at if generation and content.mode == "compose" else None
        total_ms = ask.watch.end("check") if final else ask.watch.elapsed_ms
        began = ask.watch.began
        return Answer(
            question=ask.question,
            standalone_question=found.question.text,
            status="answered" if found.is_answered else "not_found",
            text=_text(content, shown) if found.is_answered else REFUSAL,
            confidence=found.confidence,
            threshold=found.threshold,
            statements=content.statements,
            citations=self._with_origins(content.citations),
            passages=_uses(found, content.citations, read=draft is not None),
            mode=content.mode,
            model=self._llm.describe() if self._llm is not None else None,
            embedder=self._library.embedder.describe(),
            prompt={"name": self._config.prompt.name, "hash": self._config.prompt.hash},
            usage=generation.usage() if generation else Usage(),
            timings=Timings(
                retrieve_ms=found.milliseconds,
                first_token_ms=(first_at - began) * 1000 if first_at else found.milliseconds,
                total_ms=total_ms,
                tokens_per_s=generation.tokens_per_s() if generation else None,
                stages=tuple(ask.watch.stages),
            ),
            draft=draft,
            notices=tuple(notices),
            kind=shown.kind,
            lead=shown.lead if content.mode != "compose" else "",
        )

    def _content(
        self,
        found: Retrieval,
        shown: Selection,
        checks: Sequence[StatementCheck],
        day: Dated,
    ) -> Content:
        around_words = self._config.mode == "phrase"
        may = may_be_phrased(shown) or self._config.mode == "compose"
        best = found.evidence[0]
        if may and prefers_draft(checks, best, around_words=around_words):
            kept = _kept(checks, drop=self._config.drop)
            return _composed(found.evidence, kept, shown if around_words else NOTHING, day)
        return _verbatim(shown, day)

    def direct(self, ask: Ask, reply: DirectAnswer, standalone: str = "") -> Answer:
        """The answer that needs no evidence found: a reply, or a document's own sentences.

        `standalone` is the question that it answers, where that is not the one that was asked.
        """
        shown = Selection(reply.kind, reply.shown, reply.lead, words=False, labels=reply.labels)
        content = _verbatim(shown, self._library.document_store.day)
        total = ask.watch.end("evidence")
        prompt = self._config.prompt
        return Answer(
            question=ask.question,
            standalone_question=standalone or ask.question,
            status="answered",
            text=_text(content, shown),
            confidence=1.0,
            threshold=0.0,
            statements=content.statements,
            citations=self._with_origins(content.citations),
            passages=tuple(
                PassageUse(ScoredPassage(e.passage, 1.0, 0.0, 0.0), used=True)
                for e in {e.passage.id: e for e in reply.shown}.values()
            ),
            mode=content.mode,
            model=self._llm.describe() if self._llm is not None else None,
            embedder=self._library.embedder.describe(),
            prompt={"name": prompt.name, "hash": prompt.hash},
            usage=Usage(),
            timings=Timings(total, total, total, None, tuple(ask.watch.stages)),
            kind=reply.kind,
            lead=reply.lead,
        )

    def _with_origins(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """The citations, those of web pages with their address and the day of the copy."""
        pages = {source: self._library.pages.of(source) for source in {c.source for c in citations}}
        return tuple(
            replace(c, address=page.address, fetched=page.day) if (page := pages[c.source]) else c
            for c in citations
        )


def agreed(found: Retrieval, generation: Generation, checks: Sequence[StatementCheck]) -> Retrieval:
    """The retrieval, its confidence joined with what a model says that reads the excerpts.

    Where it finds the answer missing that retrieval is not sure of, there is none; where retrieval
    is sure, or where only the model finds one that has the reader's words, "perhaps" is true.
    """
    low = min(found.threshold, LIKELY)
    if generation.says_not_there:
        sure = found.confidence >= LIKELY and found.is_answered
        unsure = min(found.confidence, LIKELY - 0.01)
        return replace(found, confidence=max(low, unsure) if sure else min(unsure, low - 0.01))
    stands = any(c.stands and says_answer(c.text, found.evidence[0]) for c in checks)
    if not found.is_answered and stands:
        return replace(found, confidence=found.threshold)
    return found


def _kept(checks: Sequence[StatementCheck], *, drop: bool) -> list[StatementCheck]:
    """The statements to show: none that is contradicted; with `drop` those that stand alone."""
    return [c for c in checks if c.stands or (not drop and c.support != "contradicted")]


def _verbatim(shown: Selection, day: Dated) -> Content:
    """The selected evidence as statements, each in its document's words with its citation."""
    said = tuple(Statement(shown.said(n), "exact", (n + 1,)) for n in range(len(shown.shown)))
    cited = tuple(_cited(n, e, day) for n, e in enumerate(shown.shown, start=1))
    whole = all(s.text.split() == c.quote.split() for s, c in zip(said, cited, strict=True))
    return Content("quote" if whole else "words", said, cited)


def _composed(
    evidence: Sequence[Evidence],
    checks: Sequence[StatementCheck],
    shown: Selection,
    day: Dated,
) -> Content:
    """The draft's statements, and what is `shown` beside the first; those with evidence cite it,
    numbered as they come."""
    markers: dict[int, int] = {}
    said = []
    for check in checks:
        cites: tuple[int, ...] = ()
        if check.evidence is not None:
            cites = (markers.setdefault(check.evidence, len(markers) + 1),)
        said.append(Statement(check.text, check.support, cites))
    cited = [_cited(marker, evidence[n], day) for n, marker in markers.items()]
    for number, e in enumerate(shown.shown[1:], start=1):
        cited.append(_cited(len(cited) + 1, e, day))
        said.append(Statement(shown.beside(number), "exact", (len(cited),)))
    return Content("compose", tuple(said), tuple(cited))


def _cited(marker: int, e: Evidence, day: Dated) -> Citation:
    return cite(marker, e.passage, e.span, e.answer, day(e.passage.source))


def _text(content: Content, shown: Selection) -> str:
    """The lead and the statements as text, each with its markers, its status and its date."""
    parts = []
    for s in content.statements:
        markers = "".join(f" [{m}]" for m in s.citations)
        parts.append(f"{s.text}{markers}{_MARKS.get(s.support, '')}")
    if shown.kind == "disagreement" and content.mode != "compose":
        days = [written(c.day) if c.day else "no date known" for c in content.citations]
        parts = [f"{part} ({day})" for part, day in zip(parts, days, strict=True)]
    if shown.kind == "version" and content.mode != "compose":
        parts = [
            _of_version(n, p, c)
            for n, (p, c) in enumerate(zip(parts, content.citations, strict=True))
        ]
    lead = shown.lead if content.mode != "compose" else ""
    if shown.labels:
        return "\n".join(filter(None, (lead, *parts)))
    apart = "; " if content.mode == "words" or shown.kind == "version" else " "
    body = apart.join(parts)
    return " ".join(filter(None, (lead, body)))


def _of_version(number: int, part: str, citation: Citation) -> str:
    """The words of a version, with its name and date; after the newest, the older one."""
    name = PurePath(citation.source).name
    dated = f"{name}, {written(citation.day)}" if citation.day else name
    return f"older, in {dated}: {part}" if number else f"{part} ({dated})"


def _uses(found: Retrieval, cited: Sequence[Citation], *, read: bool) -> tuple[PassageUse, ...]:
    """The passages; used are those that the draft was written from or that are quoted."""
    ids = {e.passage.id for e in found.evidence[:1]} if read and found.is_answered else set()

    def used(p: ScoredPassage) -> bool:
        own = p.passage
        return own.id in ids or any(
            c.source == own.source and own.start <= c.span[0] < own.end for c in cited
        )

    return tuple(PassageUse(p, used(p)) for p in found.passages)
