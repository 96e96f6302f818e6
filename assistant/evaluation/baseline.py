"""The baseline: retrieval-augmented generation as tutorials have it, over the same library.

The three passages that the vector store finds nearest are pasted into one chat prompt and the
language model answers freely. It has no evidence, no citations and no confidence; it refuses only
by saying so. What it says is held against the sentences it was given, by the engine's own check,
so that the share of unsupported statements can be set beside the engine's.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.answering.answer import Answer, PassageUse, Statement, Timings, Usage
from assistant.answering.events import Answered, AnswerEvent, Notice, Understood
from assistant.answering.llm import Finished, Llm, Reading, Token
from assistant.answering.pipeline import REFUSAL, readable_question
from assistant.answering.prompts import Prompt
from assistant.answering.verifier import Verifier, statements
from assistant.errors import EngineError
from assistant.library.library import Library
from assistant.query.question import Question
from assistant.query.rewriter import Turn
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.retriever import Part, ScoredPassage, prepare, search

NAME = "baseline"
PASSAGES = 3
_MOST_TOKENS = 128
_WITHOUT: tuple[Part, ...] = ("bm25",)
_SAYS_NO = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|can|could)(?:n['\u2019]t| not)|cannot|unable to|no)\b"
    r"[^.]{0,40}\b(?:know|mention\w*|provid\w*|contain\w*|specif\w*|information|answer\w*|state\w*|"
    r"sure|found|find|determine\w*)\b",
    re.IGNORECASE,
)


@dataclass
class _Written:
    """The model's words so far."""

    text: str = ""
    first_token_at: float | None = None
    finished: Finished | None = None
    failure: str = ""
    passages: list[ScoredPassage] = field(default_factory=list)


class TutorialBaseline:
    """Answers as a tutorial's pipeline does; earlier turns of a conversation are not looked at."""

    def __init__(self, library: Library, llm: Llm, prompt: Prompt) -> None:
        self._library = library
        self._llm = llm
        self._prompt = prompt

    def describe(self) -> dict[str, Any]:
        """The identity of the parts that answer, beside the library."""
        return {
            "pipeline": NAME,
            "model": self._llm.describe(),
            "embedder": self._library.embedder.describe(),
            "prompts": {self._prompt.name: self._prompt.hash},
            "passages": PASSAGES,
        }

    def turns(self, given: Sequence[str | Turn]) -> list[Turn]:
        """The earlier turns, unanswered: this pipeline has no memory."""
        return [turn if isinstance(turn, Turn) else Turn(turn) for turn in given]

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Iterator[AnswerEvent]:
        """Answer a question; the last event is Answered."""
        del history
        began = time.perf_counter()
        asked = readable_question(question)
        yield Understood(asked, asked)
        query = prepare(self._library, Question(asked))
        found, notice = search(self._library, query, PASSAGES, _WITHOUT)
        retrieved = time.perf_counter()
        written = _Written(passages=found)
        yield from self._write(asked, written)
        notices = tuple(text for text in (notice, written.failure) if text)
        for text in notices:
            yield Notice(text)
        yield Answered(self._assemble(asked, written, notices, began, retrieved))

    def _write(self, question: str, written: _Written) -> Iterator[Reading | Token]:
        context = "\n\n".join(p.passage.text for p in written.passages)
        messages = self._prompt.messages(context=context, question=question)
        try:
            for event in self._llm.generate(messages, max_tokens=_MOST_TOKENS):
                if isinstance(event, Finished):
                    written.finished = event
                    return
                if isinstance(event, Token):
                    written.first_token_at = written.first_token_at or time.perf_counter()
                    written.text += event.text
                yield event
        except EngineError as error:
            written.failure = error.message

    def _assemble(
        self,
        asked: str,
        written: _Written,
        notices: tuple[str, ...],
        began: float,
        retrieved: float,
    ) -> Answer:
        said = " ".join(written.text.split())
        refused = not said or bool(_SAYS_NO.search(said))
        done = written.finished
        now = time.perf_counter()
        return Answer(
            question=asked,
            standalone_question=asked,
            status="not_found" if refused else "answered",
            text=said or REFUSAL,
            confidence=0.0 if refused else 1.0,
            threshold=0.5,
            statements=() if refused else _statements(said, asked, written.passages),
            citations=(),
            passages=tuple(PassageUse(p, used=True) for p in written.passages),
            mode="compose",
            model=self._llm.describe(),
            embedder=self._library.embedder.describe(),
            prompt={"name": self._prompt.name, "hash": self._prompt.hash},
            usage=Usage(done.prompt_tokens, done.completion_tokens) if done else Usage(),
            timings=Timings(
                retrieve_ms=(retrieved - began) * 1000,
                first_token_ms=((written.first_token_at or now) - began) * 1000,
                total_ms=(now - began) * 1000,
                tokens_per_s=_speed(done),
            ),
            notices=notices,
        )


def _statements(
    said: str, question: str, passages: Sequence[ScoredPassage]
) -> tuple[Statement, ...]:
    evidence = [Evidence(p.passage, span) for p in passages for span in p.passage.sentences]
    verifier = Verifier()
    asked = Question(question)
    checks = [verifier.check(s, asked, evidence) for s in statements(said)]
    return tuple(Statement(c.text, c.support, ()) for c in checks)


def _speed(done: Finished | None) -> float | None:
    if done is None or done.decode_ms <= 0 or done.completion_tokens < 2:
        return None
    return done.completion_tokens / done.decode_ms * 1000
