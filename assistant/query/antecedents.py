"""Antecedents of a follow-up's pronouns, from the mentions of the turns before it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.language.answer_types import AnswerType, answer_type
from assistant.language.lexicon import AUXILIARIES, PERSON_NOUNS
from assistant.query.anaphora import Anaphor
from assistant.query.mentions import (
    Mention,
    asked_noun,
    mentions,
    name_texts,
    question_words,
    with_article,
)
from assistant.query.turn import Turn

# An answer of more words describes something rather than names it.
_NAMING_WORDS = 6
_SO = re.compile(r"\b(?:so|the same)\W*$", re.IGNORECASE)
_OWNER = re.compile(r"\b([A-Z][\w.-]*(?:\s[A-Z][\w.-]*)*)['\u2019]s\s")
_ARTICLE = re.compile(r"^(?:a|an|my|your)\s+", re.IGNORECASE)


class AntecedentResolver:
    """Gives each pronoun of one question something to stand for, no two the same.

    The first does not stand for the `passed_over` likeliest things.
    """

    def __init__(self, history: Sequence[Turn], question: str, passed_over: int = 0) -> None:
        self._history = history
        self._question = question
        self._passed_over = passed_over
        self._taken = {name.lower() for name in name_texts(question)}

    def of(self, pointer: Anaphor) -> str:
        """The antecedent of an anaphor; "" where nothing fits."""
        over, self._passed_over = self._passed_over, 0
        passed: set[str] = set()
        for turn in reversed(self._history):
            for candidate in self._candidates(turn, pointer):
                bare = candidate.lower().removeprefix("the ")
                if bare in self._taken | passed:
                    continue
                if len(passed) == over:
                    self._taken.add(bare)
                    return candidate
                passed.add(bare)
        return ""

    def topic(self) -> str:
        """The topic of the last question, to be said beside a question that has no pronoun."""
        question = self._history[-1].question
        if _SO.search(self._question):  # "Who said so?" is about all of what was asked
            asking, rest = question_words(question)
            return f"{asked_noun(asking)} {rest}".strip(" ?.!")
        named = ", ".join(dict.fromkeys(m.text for m in mentions(question)))
        asking, rest = question_words(question)
        return named or f"{asked_noun(asking)} {rest}".strip(" ?.!")

    def _candidates(self, turn: Turn, pointer: Anaphor) -> list[str]:
        kind = _kind(turn.question)
        said = [replace(m, text=with_article(m, turn.question)) for m in mentions(turn.question)]
        named = named_answer(turn)
        names = [m.text for m in said if m.is_name]
        if pointer.points == "person":
            first = [named] if kind == "person" and named else _answer_names(turn, kind, names)
            people = [m.text for m in said if m.is_name and not m.placed]
            return [*first, *people, *(m.text for m in said if not m.is_name), *names]
        placed = [m.text for m in said if m.placed]
        if pointer.points == "place":
            asks_for_class = _asks_for_a_class(turn.question) and kind != "person"
            is_place = kind == "place" or asks_for_class
            found = [named] if named and is_place and name_texts(named) else []
            if kind == "person":  # "which U.N. chief visited Libya": whose he is, is no place
                asked = question_words(turn.question)[0]
                names.sort(key=lambda name: name in asked)
            return [*found, *placed, *names, *(m.text for m in said)]
        found = [named] if named and _is_thing(turn, kind, pointer) else []
        if pointer.noun:
            found = _by_noun(pointer.noun, turn, named, names) + found
        things = [m.text for m in _by_role(said, self._question, pointer)]
        if pointer.is_possessive:
            owners = [m.group(1) for m in _OWNER.finditer(turn.question)]
            things = owners + things
        if pointer.is_plural:
            if counted := _counted(turn.question):
                return [counted, *found, *things]
            plural = [t for t in things if _is_plural(t)]
            return [*plural, *found, *things, *placed]
        return [*found, *things, *placed]


def named_answer(turn: Turn) -> str:
    """The thing or person that the answer names; "" where it does not name one."""
    found = turn.found.strip(" .,;:\"'\u201c\u201d")
    if _kind(turn.question) == "person":
        asked = set(name_texts(turn.question))
        named = [n for n in _people(found) if n not in asked]
        return max(named, key=lambda name: len(name.split()), default="")
    if not found or len(found.split()) > _NAMING_WORDS:
        return ""
    return re.sub(r"^The\b", "the", _ARTICLE.sub("", found))


def _kind(question: str) -> AnswerType:
    """The noun that the question asks for: by its noun, where it has one ("which chief", "what
    nationality was she, after whom …")."""
    asking, _ = question_words(question)
    noun = asked_noun(asking).lower()
    if not noun or asking.lower().startswith("how"):
        return answer_type(question)
    return "person" if noun.split()[-1] in PERSON_NOUNS else answer_type(asking)


def _answer_names(turn: Turn, kind: str, asked: Sequence[str]) -> list[str]:
    """Whom the answer names, or its quote, where the question asked for a person and the words that
    were marked name none."""
    if kind != "person":
        return []
    every = (_people(text) for text in (turn.answer, turn.quote))
    named = next(filter(None, ([n for n in told if n not in asked] for told in every)), [])
    return sorted(named, key=lambda name: " " not in name)[:1]


def _people(text: str) -> list[str]:
    """The names in a text that are not only somebody's: "Bastian's brother" does not name him."""
    return [
        name
        for name in name_texts(text)
        if not name.isupper() and not re.search(rf"{re.escape(name)}['\u2019]s\b", text)
    ]


def _is_thing(turn: Turn, kind: str, pointer: Anaphor) -> bool:
    """Tell whether "it" may be what the answer names: a place or thing that was asked for by its
    class.

    "What is the capital? Paris. How big is it?", but not "When was it built? 1889. How tall is it?"
    """
    if kind == "person":
        return pointer.text.lower().startswith("the") and " and " in turn.found
    if kind not in {"place", "other"} or any(c.isdigit() for c in turn.found[:1]):
        return False
    asking, rest = question_words(turn.question)
    lower = asking.lower()
    if lower.startswith("where"):
        return False
    if " " in lower:  # "which town did they take?"
        return True
    names_it = re.match(r"(?:is|was|are|were)\s+the\s+", rest) and name_texts(turn.found)
    return bool(names_it) or re.match(r"(?:did|do|does|can|could|has|have)\b", rest) is not None


def _asks_for_a_class(question: str) -> bool:
    """Tell whether it asks which of its kind something is: "which town", "what London street"."""
    asking, rest = question_words(question)
    if not asking.lower().startswith(("what", "which", "in wh", "at wh")):
        return False
    return bool(asked_noun(asking)) or rest.split(" ")[0].lower() not in AUXILIARIES


def _by_role(said: Sequence[Mention], question: str, pointer: Anaphor) -> list[Mention]:
    """The mentions without places; for a pronoun that is an object, what was no subject first."""
    things = [m for m in said if not m.placed and m.text.split()[-1].lower() not in PERSON_NOUNS]
    before = question[: pointer.start].split()
    is_object = bool(before) and before[-1].lower() not in AUXILIARIES
    if is_object and not pointer.is_possessive:
        things.sort(key=lambda m: m.is_subject)
    return things


def _counted(question: str) -> str:
    """The phrase that "how many judges are there in the court" counts, with where: "judges in the
    court"."""
    asking, rest = question_words(question)
    noun = asked_noun(asking)
    first = rest.split(" ")[0].lower()
    if not noun and asking.lower() in {"what", "which"} and first.endswith("s"):
        noun = "" if first in AUXILIARIES else first
    if not noun or not (asking.lower().startswith("how many") or noun.endswith("s")):
        return ""
    place = re.search(r"\b(?:in|of|at|on)\s+[^?.,;]+", rest)
    return noun + (f" {place[0].strip()}" if place else "")


def _is_plural(text: str) -> bool:
    return " and " in text or (text.endswith("s") and not text.endswith(("ss", "us", "is")))


def _by_noun(noun: str, turn: Turn, named: str, names: Sequence[str]) -> list[str]:
    """The antecedent of "that town": the answer to "which town", a name that ends in "Town"."""
    singular = noun.lower().rstrip("s")
    asked = question_words(turn.question)[0].lower()
    if named and singular in asked:
        return [named]
    return [name for name in names if name.lower().rstrip("s").endswith(singular)]
