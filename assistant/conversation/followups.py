"""Follow-up questions are made to stand alone, by rules, from the turns before them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
_NAME = re.compile(r"\b[A-Z][\w'\u2019.-]*(?:\s+(?:(?:of|the|de|al|and)\s+)?[A-Z][\w'\u2019.-]*)*")


@dataclass(frozen=True)
class Turn:
    """An earlier question, as it was understood, and its answer (empty where it had none)."""

    question: str
    answer: str = ""


def make_standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on filled in; unchanged if it stands alone.

    A pronoun takes the last fitting name of the conversation; a question with too little of its
    own takes the words of the one before it, in brackets, so that nothing is put in its mouth.
    """
    if not history or not leans(question):
        return question
    last = history[-1]
    filled = question
    if _PERSON.search(question) and (name := _last_name(history, set(_names_in(question)))):
        filled = _PERSON.sub(lambda m: _as(m.group(), name), question, count=1)
        if len(content_terms(filled)) - len(content_terms(name)) >= 2:
            return filled
    carried = [w.text for w in words(last.question) if not w.is_stop_word]
    own = {w.text.lower() for w in words(filled)}
    missing = [w for w in carried if w.lower() not in own]
    return f"{filled.rstrip('?!. ')} ({' '.join(missing)})?" if missing else filled


def leans(question: str) -> bool:
    """Whether a question needs the one before it: a pronoun, an opening "and", or too few words."""
    plain = _POINTLESS.sub(" ", question)
    if _LEANING.search(plain) or _PERSON.search(plain) or _THING.search(plain):
        return True
    own = [w for w in words(question) if w.text.lower() not in STOP_WORDS]
    return len(own) < 2 and not any(w.is_capitalised for w in own[1:])


def _last_name(history: Sequence[Turn], exclude: set[str]) -> str:
    for turn in reversed(history):
        for name in reversed(_names_in(turn.question)):
            if name not in exclude:
                return name
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
