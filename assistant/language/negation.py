"""Whether one text denies, or says the contrary of, what another speaks of. Rules over words."""

import re
from collections.abc import Set

from assistant.language.words import content_terms, term, terms

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nobody|nothing|nowhere|without|cannot|hardly|rarely|"
    r"unlikely|unable|fail(?:s|ed)?|refus(?:e[sd]?|ing)|den(?:y|ies|ied))\b|n['\u2019]t\b",
    re.IGNORECASE,
)
# How many of the meaning-bearing words after a negation it is taken to be about.
_REACH = 2
# In each group the first word is the contrary of the others, and they of it.
_CONTRARIES = """
    first second third last; second last; before after; early late; earlier later; earliest
    latest; more less fewer; most least fewest; many few; all none; always never rarely; often
    rarely never; usually rarely; highest lowest; higher lower; high low; upper lower; largest
    smallest; larger smaller; large small; big small; biggest smallest; greatest smallest;
    maximum minimum; longest shortest; longer shorter; long short; oldest youngest newest; older
    younger; old new young; best worst; better worse; good bad; strong weak; stronger weaker;
    rich poor; wide narrow; increase decrease decline reduce; rise fall decline; grow shrink;
    gain lose; win lose; begin end; start end stop finish; open close; enter leave; arrive
    depart leave; import export; buy sell; allow prohibit forbid ban; permit prohibit forbid
    ban; require forbid; accept reject refuse; support oppose; attack defend; include exclude;
    create destroy; build destroy demolish; love hate; remember forget; succeed fail; agree
    disagree; like dislike; north south; east west; northern southern; eastern western;
    northeast southwest; northwest southeast; left right; inside outside; internal external;
    domestic foreign; public private; national international; same different; similar different;
    easy difficult hard; possible impossible; legal illegal; male female; man woman; husband
    wife; father mother; son daughter; brother sister; king queen; positive negative; even odd;
    single double multiple; temporary permanent; ancient modern; with without; above below;
    within outside; day night; summer winter; hot cold; wet dry; heavy light
"""


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _CONTRARIES.split(";"):
        first, *others = map(term, group.split())
        for other in others:
            found.setdefault(first, set()).add(other)
            found.setdefault(other, set()).add(first)
    return {word: frozenset(others - {word}) for word, others in found.items()}


_OPPOSITES = _opposites()


def says_not(text: str) -> bool:
    """Whether a text negates, once or three times."""
    return len(_NEGATION.findall(text)) % 2 == 1


def negates(quote: str, said: set[str]) -> bool:
    """Whether the quote negates what the statement speaks of.

    A negation counts if one of the next words is in the statement: that a town was taken
    "without clashes" does not deny that it was taken.
    """
    negations = 0
    for match in _NEGATION.finditer(quote):
        following = content_terms(quote[match.end() : match.end() + 80])[:_REACH]
        negations += any(t in said for t in following)
    return negations % 2 == 1


def opposes(question: str, here: Set[str]) -> bool:
    """Whether a word of the question is not among the terms `here`, but its contrary is.

    Not where the question has both: "Where does the river start and end?".
    """
    asked = set(terms(question))
    return any(
        t not in here and contrary & here and not contrary & asked
        for t in asked
        if (contrary := _OPPOSITES.get(t))
    )
