"""Follow-up questions are made to stand alone, by rules, from the turns before them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.questions import answer_type
from assistant.language.words import STOP_WORDS, content_terms, words

_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers|himself|herself)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this|that|these|those|there|one|ones|then)\b",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"^\s*(?:and|but|or|so|also|what about|how about|what else|who else|where else|why not)\b",
    re.IGNORECASE,
)
# "that" and "there" as in "Is there a", "said that": they point at nothing.
_POINTLESS = re.compile(r"\b(?:is|are|was|were) there\b|\b\w+(?:id|ed|ys|ay) that\b", re.IGNORECASE)
_SIGNS = "?!.,;:()[]\"'\u201c\u201d\u2018\u2019"
_NAME = re.compile(r"\b[A-Z][\w'\u2019.-]*(?:\s+(?:(?:of|the|de|al|and)\s+)?[A-Z][\w'\u2019.-]*)*")


@dataclass(frozen=True)
class Turn:
    """An earlier question, as it was understood, and its answer (empty where it had none)."""

    question: str
    answer: str = ""


def make_standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on filled in; unchanged if it stands alone.

    A pronoun takes the name that the conversation is about; a question with too little of its
    own takes the words of the one before it, in brackets, so that nothing is put in its mouth.
    """
    if not history or not leans(question):
        return question
    last = history[-1]
    filled = question
    if _PERSON.search(question) and (name := _subject(history, set(_names_in(question)))):
        filled = _PERSON.sub(lambda m: _as(m.group(), name), question, count=1)
        if len(content_terms(filled)) - len(content_terms(name)) >= 2:
            return filled
    carried = [w.strip(_SIGNS) for w in last.question.split()]
    own = {w.text.lower() for w in words(filled)} | STOP_WORDS
    missing = [w for w in carried if w and w.lower() not in own]
    return f"{filled.rstrip('?!. ')} ({' '.join(missing)})?" if missing else filled


def leans(question: str) -> bool:
    """Whether a question needs the one before it: a pronoun, an opening "and", or too few words."""
    plain = _POINTLESS.sub(" ", question)
    if _LEANING.search(plain) or _PERSON.search(plain) or _THING.search(plain):
        return True
    own = [w for w in words(question) if w.text.lower() not in STOP_WORDS]
    # "Who is Guterres?" has little of its own, but a name.
    return len(own) < 2 and not _names_in(question)


def _subject(history: Sequence[Turn], exclude: set[str]) -> str:
    """Whom the conversation is about: the first name of the last question that has one.

    After a "who" question it is whoever the answer named, and a quote names several: then there is
    none, and the words of the question itself are carried over.
    """
    for turn in reversed(history):
        if answer_type(turn.question) == "person":
            return ""
        if found := [name for name in _names_in(turn.question) if name not in exclude]:
            return found[0]
    return ""


def _names_in(text: str) -> list[str]:
    found = []
    for match in _NAME.finditer(text):
        name = match.group().rstrip(".'")
        parts = name.split()
        while parts and parts[0].lower() in STOP_WORDS:
            parts = parts[1:]
        if parts:
            found.append(" ".join(parts).removesuffix("'s").removesuffix("\u2019s"))
    return found


def _as(pronoun: str, name: str) -> str:
    return f"{name}'s" if pronoun.lower() in {"his", "her", "hers"} else name
