"""Answers a question of a set and records it as one JSON line: all that scoring needs later."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from assistant.answering.answer import Answer
from assistant.answering.events import Answered, AnswerEvent, Found
from assistant.errors import LibraryError
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.environment import memory_mb
from assistant.library.library import Library
from assistant.query.rewriter import Turn
from assistant.retrieval.evidence import Evidence, Retrieval


class Answering(Protocol):
    """The engine of an evaluation: the product's itself, or another pipeline over the same
    library."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Iterator[AnswerEvent]: ...

    def turns(self, given: Sequence[str | Turn]) -> list[Turn]: ...

    def describe(self) -> dict[str, Any]:
        """The identity of its parts: models, prompts, fitted files."""
        ...


class Recorder:
    """Asks questions and records the answers, with their evidence and what they cost."""

    def __init__(self, answering: Answering, library: Library) -> None:
        self._answering = answering
        self._text: Callable[[str], str] = lru_cache(maxsize=64)(library.document_store.text)

    def record(self, question: EvalQuestion) -> dict[str, Any]:
        """The line of a question; a follow-up's standalone version is asked as well."""
        began = time.perf_counter()
        turns = self._answering.turns(question.history)
        answer, found = self._ask(question.question, turns)
        alone = None
        if question.history and question.standalone:
            alone, _ = self._ask(question.standalone, ())
        seconds = time.perf_counter() - began
        return answer.to_json(question.id) | {
            "evaluation": {
                "asked": asked(question),
                "turns": [{"question": t.question, "answer": t.answer} for t in turns],
                "threshold": round(answer.threshold, 4),
                "evidence": [_sentence(e) for e in found.evidence] if found else None,
                "quotes_valid": self._valid(answer),
                "draft": answer.draft.text if answer.draft else None,
                "notices": list(answer.notices),
                "standalone": _standalone(alone) if alone else None,
                "cost": {"seconds": round(seconds, 4), "memory_mb": memory_mb()},
            }
        }

    def _ask(self, question: str, turns: Sequence[Turn]) -> tuple[Answer, Retrieval | None]:
        found = None
        for event in self._answering.answer(question, turns):
            if isinstance(event, Found):
                found = event.retrieval
            if isinstance(event, Answered):
                return event.answer, found
        raise AssertionError("the last event of an answer is Answered")

    def _valid(self, answer: Answer) -> list[bool]:
        """Of each quote, whether it is its document's text[span]."""
        return [
            bool(c.quote) and self._source(c.source)[c.span[0] : c.span[1]] == c.quote
            for c in answer.citations
        ]

    def _source(self, source: str) -> str:
        try:
            return self._text(source)
        except LibraryError:  # a source that does not exist: no quote of it is valid
            return ""


def asked(question: EvalQuestion) -> dict[str, Any]:
    """The fields of a question that its answer depends on; with them, a line is known to be its
    answer."""
    return {
        "question": question.question,
        "history": [
            t if isinstance(t, str) else {"question": t.question, "answer": t.answer}
            for t in question.history
        ],
        "standalone": question.standalone if question.history else "",
    }


def without_timings(line: Mapping[str, Any]) -> dict[str, Any]:
    """The part that two runs of the same manifest must have in common: all but times and memory."""
    evaluation = {k: v for k, v in (line.get("evaluation") or {}).items() if k != "cost"}
    return {k: v for k, v in line.items() if k != "timings"} | {"evaluation": evaluation}


def _sentence(evidence: Evidence) -> dict[str, Any]:
    return {
        "source": evidence.passage.source,
        "lines": list(evidence.passage.lines_of(evidence.span)),
        "span": list(evidence.span),
        "score": round(evidence.score, 4),
        "text": evidence.quote,
        "answer": evidence.answer_words or None,
    }


def _standalone(answer: Answer) -> dict[str, Any]:
    whole = answer.to_json()
    kept = {key: whole[key] for key in ("question", "status", "answer", "confidence")}
    cited = [{"source": c["source"], "span": c["span"]} for c in whole["citations"]]
    return kept | {"citations": cited}
