"""Puts an answer together: what is said of what was found, with all that backs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from assistant.answering.answer import (
    Answer,
    Citation,
    Draft,
    Mode,
    PassageUse,
    Statement,
    Timings,
    Usage,
)
from assistant.answering.arranging import Arrangement, may_be_phrased
from assistant.answering.check import Verdict
from assistant.answering.drafting import Drafting, Phrasing
from assistant.answering.lead import draft_leads
from assistant.answering.llm import Llm
from assistant.answering.replies import Reply, day_of
from assistant.answering.saying import composed, dates, quoted, text
from assistant.answering.timeline import Stopwatch
from assistant.library.library import Library
from assistant.retrieval.evidence import Retrieval
from assistant.retrieval.search import ScoredPassage

REFUSAL = "The documents do not answer this."


@dataclass(frozen=True)
class Ask:
    """A question as it was asked, and the watch that was started then."""

    question: str
    watch: Stopwatch


class Assembler:
    """Makes answers of what a library's documents hold and an LLM drafted."""

    def __init__(self, library: Library, phrasing: Phrasing, llm: Llm | None) -> None:
        self._library = library
        self._phrasing = phrasing
        self._llm = llm

    def found(
        self,
        ask: Ask,
        found: Retrieval,
        drafting: Drafting,
        notices: Sequence[str],
        shown: Arrangement,
    ) -> Answer:
        """The answer from what was found: the draft, if it may lead and does, else the quotes."""
        draft, verdicts = drafting.checked()
        day_of = cache(self._day_of)
        mode: Mode = "quote"
        said: tuple[Statement, ...] = ()
        cited: tuple[Citation, ...] = ()
        if found.is_answered:
            if draft is not None and self._leads(draft, verdicts, found, shown):
                mode = "compose"
                said, cited = composed(found, verdicts, day_of)
            else:
                said, cited = quoted(shown.shown, day_of)
        lead = shown.lead if mode == "quote" else ""
        days = dates(cited) if shown.kind == "disagreement" and mode == "quote" else ()
        total_ms = ask.watch.end("check")
        shown_at = drafting.first_token_at if mode == "compose" else None
        return Answer(
            question=ask.question,
            standalone_question=found.question,
            status="answered" if found.is_answered else "not_found",
            text=text(lead, said, days) if found.is_answered else REFUSAL,
            confidence=found.confidence,
            threshold=found.threshold,
            statements=said,
            citations=cited,
            passages=_uses(found, self._phrasing.sentences if draft else 1, cited),
            mode=mode,
            model=self._llm.describe() if self._llm is not None else None,
            embedder=self._library.embedder.describe(),
            prompt={"name": drafting.prompt.name, "hash": drafting.prompt.hash},
            usage=drafting.usage(),
            timings=Timings(
                retrieve_ms=found.milliseconds,
                first_token_ms=(
                    (shown_at - ask.watch.began) * 1000 if shown_at else found.milliseconds
                ),
                total_ms=total_ms,
                tokens_per_s=drafting.tokens_per_s(),
                stages=tuple(ask.watch.stages),
            ),
            draft=draft,
            notices=tuple(notices),
            kind=shown.kind,
            lead=lead,
        )

    def told(self, ask: Ask, reply: Reply) -> Answer:
        """The answer that needs no evidence found: a reply, or a document's own sentences."""
        said, cited = quoted(reply.shown, self._day_of)
        total = ask.watch.end("evidence")
        phrasing = self._phrasing
        return Answer(
            question=ask.question,
            standalone_question=ask.question,
            status="answered",
            text=text(reply.lead, said),
            confidence=1.0,
            threshold=0.0,
            statements=said,
            citations=cited,
            passages=tuple(
                PassageUse(ScoredPassage(e.passage, 1.0, 0.0, 0.0), used=True)
                for e in {e.passage.id: e for e in reply.shown}.values()
            ),
            mode="quote",
            model=self._llm.describe() if self._llm is not None else None,
            embedder=self._library.embedder.describe(),
            prompt={"name": phrasing.draft.name, "hash": phrasing.draft.hash},
            usage=Usage(),
            timings=Timings(total, total, total, None, tuple(ask.watch.stages)),
            kind=reply.kind,
            lead=reply.lead,
        )

    def _leads(
        self, draft: Draft, verdicts: Sequence[Verdict], found: Retrieval, shown: Arrangement
    ) -> bool:
        answering = self._phrasing.answering
        return may_be_phrased(shown, found, answering) and draft_leads(
            found, verdicts, draft.mean_log_probability, answering
        )

    def _day_of(self, source: str) -> date | None:
        return day_of(self._library, source)


def _uses(found: Retrieval, sentences: int, cited: Sequence[Citation]) -> tuple[PassageUse, ...]:
    """The passages; used are those whose sentences were drafted from or quoted."""
    read = found.evidence[:sentences] if found.is_answered else ()
    ids = {e.passage.id for e in read}

    def used(p: ScoredPassage) -> bool:
        own = p.passage
        return own.id in ids or any(
            c.source == own.source and own.start <= c.span[0] < own.end for c in cited
        )

    return tuple(PassageUse(p, used(p)) for p in found.passages)
