"""The one path from a question to a checked, cited answer, used by ask, chat and eval alike."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.answer import (
    Answer,
    Citation,
    Mode,
    PassageUse,
    Statement,
    Timings,
    cite,
)
from assistant.answering.check import Verdict
from assistant.answering.drafting import Drafting, Phrasing
from assistant.answering.events import Answered, AnswerEvent, Found, Notice, Understood
from assistant.answering.lead import draft_leads
from assistant.answering.llm import Llm
from assistant.answering.timeline import Stopwatch
from assistant.conversation.followups import Turn, make_standalone
from assistant.errors import QuestionError
from assistant.library.library import Library
from assistant.retrieval.evidence import Retrieval, stages
from assistant.retrieval.ranking import RankingModels
from assistant.retrieval.reading import Reader
from assistant.retrieval.search import Part

MAX_QUESTION_CHARS = 4_000
REFUSAL = "The documents do not answer this."


@dataclass(frozen=True)
class AnswerModels:
    """What answers: fitted ranking, the reader that finds words, the LLM that phrases."""

    ranking: RankingModels
    reader: Reader | None = None
    llm: Llm | None = None


class Answerer:
    """Answers questions over one library; without an LLM its answers are quotes."""

    def __init__(
        self,
        library: Library,
        models: AnswerModels,
        phrasing: Phrasing,
        without: Collection[Part] = (),
    ) -> None:
        """`without` names parts of the retrieval to leave out, to measure what they are worth."""
        self.library = library
        self._without = frozenset(without)
        self._models = models
        self._reader = models.reader
        self._phrasing = phrasing

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        cancel: threading.Event | None = None,
    ) -> Iterator[AnswerEvent]:
        """Answer a question, saying what happens; the last event is Answered.

        A set `cancel` ends the drafting; what was found is then the answer. Raises QuestionError
        for a question that cannot be asked, LibraryError where the library cannot be read.
        """
        watch = Stopwatch()
        asked = readable_question(question)
        standalone = make_standalone(asked, history)
        yield Understood(asked, standalone)
        with self.library.answering():  # indexing goes after it
            ranked = stages(
                self.library, standalone, self._models.ranking, self._reader, self._without
            )
            for number, found in enumerate(ranked):
                watch.end("reader" if number else "evidence")
                yield Found(found)
        if found.reader_failed:  # said once; the next questions do without it
            self._reader = None
        notices = [found.notice] if found.notice else []
        drafting = Drafting(self._phrasing, found)
        if found.is_answered and self._models.llm is not None:
            yield from drafting.write(self._models.llm, cancel, watch)
        if drafting.failure:
            notices.append(drafting.failure)
        for text in notices:
            yield Notice(text)
        yield Answered(self._assemble(asked, found, drafting, notices, watch))

    def describe(self) -> dict[str, Any]:
        """What the answers depend on beside the library: models, prompts, parts left out."""
        llm, reader = self._models.llm, self._models.reader
        phrasing = self._phrasing
        return {
            "model": llm.describe() if llm is not None else None,
            "embedder": self.library.embedder.describe(),
            "reader": reader.describe() if reader is not None else None,
            "ranking": self._models.ranking.hash,
            "prompts": {p.name: p.hash for p in (phrasing.draft, phrasing.phrase)},
            "answering": phrasing.answering,
            "draft_sentences": phrasing.sentences,
            "check": phrasing.check,
            "left_out": sorted(self._without),
        }

    def complete(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The answer alone, for callers that do not watch it come."""
        *_, last = self.answer(question, history)
        assert isinstance(last, Answered)
        return last.answer

    def turns(self, given: Sequence[str | Turn]) -> list[Turn]:
        """Earlier turns of a conversation; questions that come without an answer are answered."""
        turns: list[Turn] = []
        for item in given:
            if isinstance(item, Turn):
                turns.append(item)
            else:
                turns.append(self.complete(item, turns).as_turn())
        return turns

    def _assemble(
        self,
        asked: str,
        found: Retrieval,
        drafting: Drafting,
        notices: Sequence[str],
        watch: Stopwatch,
    ) -> Answer:
        draft, verdicts = drafting.checked()
        mode: Mode = "quote"
        said: tuple[Statement, ...] = ()
        cited: tuple[Citation, ...] = ()
        if found.is_answered:
            composed = draft is not None and draft_leads(
                found, verdicts, draft.mean_log_probability, self._phrasing.answering
            )
            mode = "compose" if composed else "quote"
            said, cited = _composed(found, verdicts) if composed else _quoted(found)
        total_ms = watch.end("check")
        shown_at = drafting.first_token_at if mode == "compose" else None
        return Answer(
            question=asked,
            standalone_question=found.question,
            status="answered" if found.is_answered else "not_found",
            text=_text(said) if found.is_answered else REFUSAL,
            confidence=found.confidence,
            threshold=found.threshold,
            statements=said,
            citations=cited,
            passages=_uses(found, self._phrasing.sentences if draft else 1),
            mode=mode,
            model=self._models.llm.describe() if self._models.llm is not None else None,
            embedder=self.library.embedder.describe(),
            prompt={"name": drafting.prompt.name, "hash": drafting.prompt.hash},
            usage=drafting.usage(),
            timings=Timings(
                retrieve_ms=found.milliseconds,
                first_token_ms=(shown_at - watch.began) * 1000 if shown_at else found.milliseconds,
                total_ms=total_ms,
                tokens_per_s=drafting.tokens_per_s(),
                stages=tuple(watch.stages),
            ),
            draft=draft,
            notices=tuple(notices),
        )


def readable_question(question: str) -> str:
    """The question in one line, without control characters.

    Raises QuestionError if nothing is left or if it is too long.
    """
    asked = " ".join("".join(c if c.isprintable() else " " for c in question).split())
    if not asked:
        raise QuestionError("The question is empty.", "Type a question about your documents.")
    if len(asked) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"The question has {len(asked):,} characters; at most {MAX_QUESTION_CHARS:,} are read.",
            "Shorten it; long texts belong into the library (`assistant add`).",
        )
    return asked


def _quoted(found: Retrieval) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    best = found.evidence[0]
    text = " ".join(best.quote.split())
    return (Statement(text, "exact", (1,)),), (cite(1, best.passage, best.span, best.answer),)


def _composed(
    found: Retrieval, verdicts: Sequence[Verdict]
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    markers: dict[int, int] = {}
    said = []
    for verdict in verdicts:
        if verdict.evidence is None:
            said.append(Statement(verdict.text, "unsupported", ()))
            continue
        marker = markers.setdefault(verdict.evidence, len(markers) + 1)
        said.append(Statement(verdict.text, verdict.support, (marker,)))
    cited = [(found.evidence[number], marker) for number, marker in markers.items()]
    return tuple(said), tuple(cite(marker, e.passage, e.span, e.answer) for e, marker in cited)


def _text(said: Sequence[Statement]) -> str:
    """The statements that stand, each with its markers."""
    return " ".join(
        f"{s.text} {' '.join(f'[{m}]' for m in s.citations)}"
        for s in said
        if s.support != "unsupported"
    )


def _uses(found: Retrieval, sentences: int) -> tuple[PassageUse, ...]:
    """The passages; used are those whose sentences were drafted from or quoted."""
    read = found.evidence[:sentences] if found.is_answered else ()
    ids = {e.passage.id for e in read}
    return tuple(PassageUse(p, p.passage.id in ids) for p in found.passages)
