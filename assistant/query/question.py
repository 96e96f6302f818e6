"""The question: made once from what was typed, and taken by every stage after that."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.language.answer_types import AnswerType, answer_type, subject_terms
from assistant.language.lexicon import AUXILIARIES
from assistant.language.words import content_terms, names, words
from assistant.library.library import Library
from assistant.query import intent
from assistant.query.decomposition import sides
from assistant.query.intent import Changes, Kind, Outline, Summary, Talk
from assistant.query.last_answer import Request, request
from assistant.query.normal_form import normal_form
from assistant.query.rewriter import alternative_rewrites, rewrite
from assistant.query.spelling import spelt
from assistant.query.turn import Turn
from assistant.query.wording import core, parts

_TO_DO = re.compile(r"how (?:to|(?:do|can|could|should|must) (?:i|you|we|one))\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A question that stands alone, with what its words ask for, told when it is first needed.

    `text` is searched for. `asked` is what was typed, and `mended` the same with its spelling and
    capitals put right; both are "" for a question that nobody typed. `history` are the turns that
    it may lean on.
    """

    text: str
    asked: str = ""
    mended: str = ""
    history: tuple[Turn, ...] = ()

    @cached_property
    def plain(self) -> str:
        """The question as asked, without courtesies; it may lean on the turns before it."""
        return core(self._said)

    @cached_property
    def talk(self) -> Talk | None:
        """The small talk that it is, if it is no question."""
        return intent.talk(self._said)

    @cached_property
    def request(self) -> Request | None:
        """The request on the last answer that it is, if it is one."""
        return request(self._said)

    @cached_property
    def summary(self) -> Summary | None:
        """The wish for a summary, if it is one."""
        return intent.summary(self.plain)

    @cached_property
    def outline(self) -> Outline | None:
        """The wish for an outline, if it is one."""
        return intent.outline(self.plain)

    @cached_property
    def changes(self) -> Changes | None:
        """The wish to know what changed between two documents, if it is one."""
        return intent.changes(self.plain)

    @cached_property
    def parts(self) -> list[str]:
        """The questions that are asked in one; later ones may lean on those before them."""
        return parts(self.plain)

    @cached_property
    def sides(self) -> tuple[str, str] | None:
        """The same question of each side of a comparison; None if it compares nothing."""
        return sides(self.text)

    @cached_property
    def kind(self) -> Kind:
        """The kind of answer by which evidence is selected."""
        return intent.classify(self.text)

    @cached_property
    def answer_type(self) -> AnswerType:
        """The kind of thing that must stand in its evidence."""
        return answer_type(self.text)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The terms to search for, each once."""
        return tuple(dict.fromkeys(subject_terms(self.text)))

    @cached_property
    def content(self) -> frozenset[str]:
        """The terms that carry meaning; none of a question of function words alone."""
        return frozenset(content_terms(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """The terms of its names and numbers."""
        return frozenset(names(self.text))

    @cached_property
    def is_yes_no(self) -> bool:
        """Tell if yes or no answers it: it opens with its auxiliary, and offers no choice."""
        return self.kind == "yes_no" and intent.asks_yes_no(self.text)

    @cached_property
    def asks_way(self) -> bool:
        """Tell if it asks how something is done: "how do I …", "how to …"."""
        first, second = [*(w.text.lower() for w in words(self.text)), "", ""][:2]
        return first == "how" and (second in AUXILIARIES or second == "to")

    @cached_property
    def asks_what_to_do(self) -> bool:
        """Tell if who asks wants to do it: "how do I …", "how to …", not "how did it …"."""
        return bool(_TO_DO.match(self.text))

    @cached_property
    def wants_explanation(self) -> bool:
        """Tell if it asks why, how or what happened: sentences tell that, not a few words."""
        asks_how = self.answer_type == "other" and self.text.lower().startswith("how ")
        return self.answer_type == "reason" or asks_how or "happen" in self.terms

    @property
    def alternatives(self) -> Iterator["Question"]:
        """The other readings of a follow-up, the likeliest first."""
        others = alternative_rewrites(self.plain, self.history)
        return (replace(self, text=other) for other in others)

    def part(self, text: str, history: Sequence[Turn]) -> "Question":
        """One of its parts, leaning on the turns before that."""
        return Question(rewrite(text, history), self.asked)

    @property
    def _said(self) -> str:
        return self.mended or self.text


def interpret(asked: str, history: Sequence[Turn], library: Library) -> Question:
    """The question that was typed, spelt and written as the library does, made to stand alone."""
    mended = normal_form(spelt(asked, library), library)
    return Question(rewrite(core(mended), history), asked, mended, tuple(history))
