"""A question of a set beside its recorded answer: all that the measures look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant.evaluation.dataset import EvalQuestion, names_source
from assistant.evaluation.text_matching import (
    contains,
    normalise,
    overlaps,
    same_sentence,
    without_markers,
)
from assistant.language.answer_types import AnswerType, answer_type
from assistant.language.lexicon import STOP_WORDS
from assistant.language.words import term, terms, words

# A gold answer of more words than this is not found in an answer word for word.
LONG_WORDS = 12

_KINDS: dict[AnswerType, str] = {
    "person": "who",
    "date": "when",
    "number": "how many",
    "place": "where",
    "reason": "why",
    "yes_no": "yes/no",
    "other": "what",
}


def _is_restated(word: str, asked: set[str]) -> bool:
    return word.lower() in STOP_WORDS or term(word) in asked


@dataclass(frozen=True)
class Case:
    """A question and the recorded line of its answer (answer.schema.json).

    What only `eval` records is in the line's `evaluation`; a line of `ask --jsonl` has none, and
    what is told from it is None then.
    """

    question: EvalQuestion
    line: Mapping[str, Any]

    @property
    def refused(self) -> bool:
        return bool(self.line["status"] == "not_found")

    @property
    def confidence(self) -> float:
        return float(self.line["confidence"])

    @cached_property
    def text(self) -> str:
        """The answer's text, without markers; "" where it was refused."""
        return "" if self.refused else without_markers(str(self.line["answer"]))

    @cached_property
    def shown(self) -> str:
        """All that a person reads: the answer and the quotes below it; "" where it was refused."""
        return "" if self.refused else "\n".join((self.text, *self.quotes))

    @cached_property
    def direct(self) -> str:
        """The words of the answer beyond the question's own words: a sentence restates those."""
        restated = set(terms(self.question.question)) | set(terms(self.question.standalone or ""))
        kept = [w.text for w in words(self.text) if not _is_restated(w.text, restated)]
        return " ".join(kept)

    @property
    def recorded(self) -> Mapping[str, Any]:
        """Fields that only `eval` records; empty for a line from elsewhere."""
        return self.line.get("evaluation") or {}

    @property
    def evidence(self) -> Sequence[Mapping[str, Any]] | None:
        """The sentences that were found, best first; None where they were not recorded."""
        return self.recorded.get("evidence")

    @property
    def quotes(self) -> list[str]:
        return [str(c["quote"]) for c in self.line["citations"]]

    @cached_property
    def golds(self) -> tuple[str, ...]:
        """The gold answers of which the normalisation leaves something."""
        return tuple(a for a in self.question.answers if normalise(a))

    @cached_property
    def short_golds(self) -> tuple[str, ...]:
        """Those short enough to stand in an answer word for word, if it is answerable."""
        if not self.question.answerable:
            return ()
        return tuple(a for a in self.golds if len(normalise(a).split()) <= LONG_WORDS)

    @property
    def wants_long(self) -> bool:
        """Tell whether it is answerable and all its gold answers are long."""
        return self.question.answerable and bool(self.golds) and not self.short_golds

    @property
    def marked(self) -> tuple[str, ...]:
        """The sentences that the set marks as evidence, if it is answerable."""
        return self.question.evidence if self.question.answerable else ()

    def is_marked(self, sentence: str) -> bool:
        return any(same_sentence(sentence, gold) for gold in self.marked)

    def holds_gold(self, sentence: str) -> bool | None:
        """Tell whether a sentence holds a gold answer or, for long ones, is marked as evidence."""
        if self.short_golds:
            return contains(sentence, self.short_golds)
        return self.is_marked(sentence) if self.marked else None

    @cached_property
    def relevant(self) -> tuple[bool, ...] | None:
        """For each passage, best first, whether it is the one; None where the set does not say.

        It is the one if it overlaps the gold passage; where the set names none, if it holds a
        marked sentence; where it marks none, if it comes from the gold source.
        """
        q = self.question
        if not q.answerable or not (q.passage or q.evidence or q.source):
            return None
        return tuple(self._is_relevant(p["source"], p["text"]) for p in self.line["passages"])

    def _is_relevant(self, source: str, text: str) -> bool:
        q = self.question
        if q.source and not names_source(q.source, source):
            return False
        if q.passage:
            return overlaps(text, q.passage)
        return any(same_sentence(e, text) for e in q.evidence) if q.evidence else True

    @property
    def kind(self) -> str:
        """The set's kind of question, else what its form asks for."""
        return self.question.kind or _KINDS[answer_type(self.question.question)]
