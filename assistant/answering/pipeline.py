"""The one path from a question to a checked, cited answer, used by ask, chat and eval alike."""

import threading
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from assistant import logs
from assistant.answering.answer import Answer
from assistant.answering.answer_builder import REFUSAL, AnswerBuilder, Ask
from assistant.answering.calculating import calculated
from assistant.answering.direct import DirectAnswer, reply_in_steps, reply_to
from assistant.answering.events import (
    Answered,
    AnswerEvent,
    Found,
    Interim,
    Notice,
    Understood,
)
from assistant.answering.generator import Generation, GenerationConfig
from assistant.answering.joining import joined, missing, turn_of
from assistant.answering.last_answer import NO_ANSWER_YET, asked_last, on_evidence, on_reply
from assistant.answering.llm import Llm
from assistant.answering.selection import NOTHING, Selection, led_by, may_be_phrased, select
from assistant.answering.timings import Stopwatch
from assistant.answering.verifier import Verifier
from assistant.answering.versions import Versions
from assistant.errors import EngineError, QuestionError, WeightsError
from assistant.formatting import count
from assistant.language.detection import other_language
from assistant.library.library import Library
from assistant.library.scope import mentions, scope
from assistant.printable import one_line
from assistant.query.intent import Kind
from assistant.query.last_answer import Request
from assistant.query.question import Question, interpret
from assistant.query.turn import Turn
from assistant.retrieval.evidence import Retrieval
from assistant.retrieval.evidence_search import stages
from assistant.retrieval.reader import Reader
from assistant.retrieval.reranker import RankingModels
from assistant.retrieval.retriever import Part

__all__ = ["MAX_QUESTION_CHARS", "REFUSAL", "AnswerModels", "Answerer", "readable_question"]

MAX_QUESTION_CHARS = 4_000
# How likely another reading of a follow-up must be answered to be taken, where the first is not;
# or how many times as likely as the first, where that is answered with "perhaps".
_MEANT = 0.6
_LIKELIER = 1.5
OTHER_LANGUAGE = (
    "This looks like {}. Questions are understood in English; documents in other languages are"
    " searched by their words and quoted as they are."
)

_log = logs.logger(__name__)


@dataclass(frozen=True)
class AnswerModels:
    """The models that answer: fitted ranking, the reader that finds words, the LLM that phrases."""

    ranking: RankingModels
    reader: Reader | None = None
    llm: Llm | None = None


class Answerer:
    """Answers questions over one library; without an LLM by the words and quotes that it finds."""

    def __init__(
        self,
        library: Library,
        models: AnswerModels,
        config: GenerationConfig,
        without: Collection[Part] = (),
    ) -> None:
        """`without` names parts of the retrieval to leave out, to measure what they are worth."""
        self.library = library
        self._without = frozenset(without)
        self._models = models
        self._reader = models.reader
        self._config = config
        self._verifier: Verifier | None = None
        self._sources: frozenset[str] | None = None
        self._versions = Versions(library)

    def within(self, sources: frozenset[str] | None) -> "Answerer":
        """The same, answering from these documents alone; from all without any."""
        limited = copy(self)
        limited._sources = sources
        return limited

    def addressed(self, text: str) -> tuple["Answerer", str]:
        """The answerer of a text, and the question in it, which may name documents: @notes.md.

        Raises LibraryError if it names one that is not there.
        """
        question, places = mentions(text)
        if not places:
            return self, text
        return self.within(scope(self.library.document_store, places)), question

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
        for event in self._answer(question, history, cancel):
            if isinstance(event, Answered):
                _log_answer(event.answer)
            yield event

    def _answer(
        self,
        typed: str,
        history: Sequence[Turn],
        cancel: threading.Event | None,
    ) -> Iterator[AnswerEvent]:
        watch = Stopwatch()
        asked = readable_question(typed)
        ask = Ask(asked, watch)
        with self.library.answering():  # indexing goes after it
            question = interpret(asked, history, self.library)
            wish = question.request
            reply = None
            if wish is None:
                reply = yield from reply_in_steps(question, self.library)
        if wish is not None:
            yield from self._on_last(ask, wish, question.history)
            return
        if reply is not None:
            yield Understood(asked, asked)
            yield Answered(self._builder().direct(ask, reply))
            return
        if len(question.parts) > 1:
            yield from self._several(ask, question)
            return
        if question.sides is not None:
            yield from self._compared(ask, question, question.sides)
            return
        yield Understood(asked, question.text)
        yield from self._single(ask, question, cancel)

    def _single(
        self,
        ask: Ask,
        question: Question,
        cancel: threading.Event | None,
    ) -> Iterator[AnswerEvent]:
        """The answer to one question, by the model's sentence where that stands.

        Where the documents do not surely answer it, but do another reading of it, to that.
        """
        found = yield from self._search(question, ask.watch)
        if not found.is_answered or found.confidence < _MEANT:
            found = yield from self._read_otherwise(ask, found, question.alternatives)
        if not found.is_answered and self._is_decided(found):
            found = replace(found, confidence=found.threshold)
        with self.library.answering():
            worked_out = calculated(found, self.library)
        if worked_out is not None:
            yield Answered(self._builder().direct(ask, worked_out, found.question.text))
            return
        notices = self._notices(ask.question, found)
        shown = NOTHING
        if found.is_answered:
            shown = select(found, self._verify(), self._versions)
            found = led_by(found, shown)
        notices += filter(None, [self._versions.note(shown.shown)])
        leans = found.question.text != ask.question
        generation = self._generation(found, shown, question.history if leans else ())
        if generation is not None and self._models.llm is not None:
            if found.is_answered:
                yield Interim(self._builder().from_evidence(ask, found, shown, final=False))
            yield from generation.write(self._models.llm, cancel, ask.watch)
            notices += filter(None, [generation.failure])
        for notice in notices:
            yield Notice(notice)
        yield Answered(self._builder().from_evidence(ask, found, shown, generation, notices))

    def _is_decided(self, found: Retrieval) -> bool:
        """Tell if the evidence says yes or no to what retrieval nearly takes as answered."""
        if not found.question.is_yes_no or found.confidence < found.threshold / 2:
            return False
        return self._verify().decide(found.question, found.evidence) is not None

    def _on_last(self, ask: Ask, wish: Request, history: Sequence[Turn]) -> Iterator[AnswerEvent]:
        """The answer to a request on the last answer, from what answers the last question."""
        last = asked_last(history)
        yield Understood(ask.question, last.question if last else ask.question)
        if last is None:
            yield Answered(self._builder().direct(ask, DirectAnswer("talk", NO_ANSWER_YET)))
            return
        again = Question(last.question, history=tuple(history[:-1]))
        with self.library.answering():
            reply = reply_to(again, self.library)
        if reply is not None:
            yield Answered(self._builder().direct(ask, on_reply(wish, reply), again.text))
            return
        found = yield from self._search(again, ask.watch)
        shown = NOTHING
        if found.is_answered:
            chosen = select(found, self._verify(), self._versions)
            shown = on_evidence(wish, found, chosen, history, self.library)
        yield Answered(self._builder().from_evidence(ask, found, shown))

    def _generation(
        self, found: Retrieval, shown: Selection, history: Sequence[Turn]
    ) -> Generation | None:
        """The draft to be written by the model; None where it is not to write.

        A model that composes is also asked where retrieval is not sure that there is nothing.
        """
        if self._models.llm is None or not found.evidence:
            return None
        composes = self._config.mode == "compose"
        least = found.threshold / 2 if composes else found.threshold
        if found.confidence < least or not (composes or may_be_phrased(shown)):
            return None
        generation = Generation(self._config, found, _earlier(history))
        return generation if generation.is_wanted else None

    def _builder(self) -> AnswerBuilder:
        return AnswerBuilder(self.library, self._config, self._models.llm, self._verify())

    def _verify(self) -> Verifier:
        """The verifier, made when it is first needed: its model is the reader's."""
        if self._verifier is None:
            reader = None if "verifier" in self._config.without else self._reader
            try:
                model = reader.statement_reader() if reader else None
            except (EngineError, WeightsError):  # told by whoever reads with it
                model = None
            self._verifier = Verifier(model)
        return self._verifier

    def _read_otherwise(
        self, ask: Ask, found: Retrieval, others: Iterable[Question]
    ) -> Generator[AnswerEvent, None, Retrieval]:
        """The retrieval for the first other reading that is likely answered, else what was."""
        least = min(_MEANT, _LIKELIER * found.confidence) if found.is_answered else _MEANT
        for other in others:
            with self.library.answering():
                *_, meant = self._stages(other)
            ask.watch.end("others")
            if meant.confidence >= least:
                yield Understood(ask.question, other.text)
                yield Found(meant)
                return meant
        return found

    def _several(self, ask: Ask, question: Question) -> Iterator[AnswerEvent]:
        """The quotes for several questions in one; a later one may lean on those before it."""
        turns = list(question.history)
        found: list[Retrieval] = []
        yield Understood(ask.question, ask.question)
        for part in question.parts:
            one = yield from self._search(question.part(part, turns), ask.watch)
            found.append(one)
            turns.append(turn_of(one))
        whole = Question(" ".join(f.question.text for f in found), ask.question)
        yield from self._together(ask, "several", whole, found)

    def _compared(
        self, ask: Ask, question: Question, sides: Sequence[str]
    ) -> Iterator[AnswerEvent]:
        """The quotes for each side of a comparison."""
        found: list[Retrieval] = []
        yield Understood(ask.question, question.text)
        for side in sides:
            found.append((yield from self._search(Question(side, ask.question), ask.watch)))
        yield from self._together(ask, "comparison", question, found)

    def _together(
        self, ask: Ask, kind: Kind, question: Question, found: Sequence[Retrieval]
    ) -> Iterator[AnswerEvent]:
        """One answer from what was found for each part.

        Nothing is phrased: a draft would have to keep apart what belongs to which.
        """
        whole = joined(question, found)
        notices = self._notices(ask.question, whole)
        notices += [
            missing(f.question.text) for f in found if not f.is_answered and whole.is_answered
        ]
        for notice in notices:
            yield Notice(notice)
        yield Found(whole)
        shown = [
            e
            for f in found
            if f.is_answered
            for e in select(f, self._verify(), self._versions).shown
        ]
        once = tuple({e.key: e for e in shown}.values())
        selection = Selection(kind, once, words=False)
        yield Answered(self._builder().from_evidence(ask, whole, selection, notices=notices))

    def _search(
        self, question: Question, watch: Stopwatch
    ) -> Generator[AnswerEvent, None, Retrieval]:
        """The evidence for a question, telling each stage of it."""
        with self.library.answering():
            for number, found in enumerate(self._stages(question)):
                watch.end("reader" if number else "evidence")
                yield Found(found)
        if found.reader_failed:  # said once; the next questions do without it
            self._reader = None
        return found

    def _stages(self, question: Question) -> Iterator[Retrieval]:
        return stages(
            self.library,
            question,
            self._models.ranking,
            self._reader,
            self._without,
            sources=self._sources,
        )

    @staticmethod
    def _notices(asked: str, found: Retrieval) -> list[str]:
        notices = [found.notice] if found.notice else []
        if language := other_language(asked):
            notices.append(OTHER_LANGUAGE.format(language))
        return notices

    def describe(self) -> dict[str, Any]:
        """The identity of the parts that answer, beside the library: models, prompts, parts left
        out."""
        llm, reader = self._models.llm, self._models.reader
        config = self._config
        return {
            "model": llm.describe() if llm is not None else None,
            "embedder": self.library.embedder.describe(),
            "reader": reader.describe() if reader is not None else None,
            "ranking": self._models.ranking.hash,
            "prompts": {p.name: p.hash for p in (config.compose, config.phrase)},
            "answering": config.mode,
            "excerpt_tokens": config.excerpt_tokens,
            "left_out": sorted(self._without | config.without),
            **({} if self._sources is None else {"within": sorted(self._sources)}),
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


def _earlier(history: Sequence[Turn]) -> str:
    """The turn before, as a model reads it that composes; "" without one."""
    if not history or not history[-1].question:
        return ""
    last = history[-1]
    return f"Earlier question: {last.question}\nEarlier answer: {last.answer or REFUSAL}\n\n"


def readable_question(question: str) -> str:
    """The question in one line, without control characters.

    Raises QuestionError if nothing is left or if it is too long.
    """
    asked = one_line(question)
    if not asked:
        raise QuestionError("The question is empty.", "Type a question about your documents.")
    if len(asked) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"The question has {len(asked):,} characters; at most {MAX_QUESTION_CHARS:,} are read.",
            "Shorten it; long texts belong into the library (`assistant add`).",
        )
    return asked


def _log_answer(answer: Answer) -> None:
    _log.info(
        "%s by %s in %.0f ms with confidence %.2f from %s: %s: %s",
        answer.status,
        answer.mode,
        answer.timings.total_ms,
        answer.confidence,
        count(len(answer.passages), "passage"),
        logs.Text(answer.standalone_question),
        logs.Text(answer.text),
    )
