"""Tell whether one text denies, or says the contrary of, what another speaks of. Rules over
words."""

import re
from collections.abc import Set

from assistant.language.lexicon import CONTRARIES
from assistant.language.words import content_terms, term, terms

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nobody|nothing|nowhere|without|cannot|hardly|rarely|"
    r"unlikely|unable|fail(?:s|ed)?|refus(?:e[sd]?|ing)|den(?:y|ies|ied))\b|n['\u2019]t\b",
    re.IGNORECASE,
)
# How many of the meaning-bearing words after a negation it is taken to be about.
_REACH = 2


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in CONTRARIES.split(";"):
        first, *others = map(term, group.split())
        for other in others:
            found.setdefault(first, set()).add(other)
            found.setdefault(other, set()).add(first)
    return {word: frozenset(others - {word}) for word, others in found.items()}


_OPPOSITES = _opposites()


def says_not(text: str) -> bool:
    """Tell whether a text negates, once or three times."""
    return len(_NEGATION.findall(text)) % 2 == 1


def negates(quote: str, said: Set[str]) -> bool:
    """Tell whether the quote negates what the statement speaks of.

    A negation counts if one of the next words is in the statement: that a town was taken
    "without clashes" does not deny that it was taken.
    """
    negations = 0
    for match in _NEGATION.finditer(quote):
        following = content_terms(quote[match.end() : match.end() + 80])[:_REACH]
        negations += any(t in said for t in following)
    return negations % 2 == 1


def opposes(question: str, here: Set[str]) -> bool:
    """Tell whether a word of the question is not among the terms `here`, but its contrary is.

    Not where the question has both: "Where does the river start and end?".
    """
    asked = set(terms(question))
    return any(
        t not in here and contrary & here and not contrary & asked
        for t in asked
        if (contrary := _OPPOSITES.get(t))
    )
