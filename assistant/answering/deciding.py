"""Whether a sentence decides a yes/no question. Rules: where they are not sure, nobody is told."""

import re
from typing import Literal

from assistant.answering.check import HEDGES, words_until
from assistant.conversation.mentions import AUXILIARIES
from assistant.language.negation import negates, says_not
from assistant.language.words import content_terms, names, terms, words
from assistant.retrieval.evidence import Evidence

Verdict = Literal["yes", "no"]

# Beside HEDGES before what it asks for, conditions anywhere make less of a claim than a question
# asks for, unless it has them itself.
_CONDITIONS = frozenset(
    "if unless until except only before after when while or longer ago provided depending".split()
)
_QUANTITIES = frozenset(
    "all every each always never only more most less least fewer first last next both many few "
    "than over under".split()
)
_PRESENT = frozenset("is are am do does has have can".split())
_PAST = frozenset("was were had did".split())


def decides(question: str, evidence: Evidence) -> Verdict | None:
    """Yes or no, if the sentence says just what the question asks or denies it; else None.

    All that the question speaks of must stand in the sentence, in its order; a name may stand in
    the document's title or headings instead, for what "it" or "the bridge" is there.
    """
    said = content_terms(question)
    quote = evidence.quote
    here = terms(quote)
    own = {w.text.lower() for w in words(question)}
    has = _words(quote)
    if not said or (has & _CONDITIONS) - own or (own & _QUANTITIES) - has:
        return None
    if _words(words_until(quote, set(said))) & HEDGES - own:
        return None
    passage = evidence.passage
    above = set(terms(" ".join((passage.title, *passage.headings))))
    missing = set(said) - set(here)
    named = names(question, skip_first=True)
    if missing - (named & above) or not set(said) & set(here):
        return None
    ordered = [t for t in said if t in here and t not in above]
    if _tense_differs(question, has) or not _in_order(ordered, here):
        return None
    denied = negates(quote, set(said)) != says_not(question)
    return "no" if denied else "yes"


def _words(text: str) -> set[str]:
    """The words of a text in lower case, without the month that is written as a verb."""
    return {w.text.lower() for w in words(text) if w.text != "May" or w.start == 0}


def _tense_differs(question: str, has: set[str]) -> bool:
    """Whether the question asks of now, and the sentence tells of then."""
    first = next((w.text.lower() for w in words(question)), "")
    return first in _PRESENT and bool(has & _PAST) and not has & (_PRESENT | {"may", "can"})


def _in_order(said: list[str], here: list[str]) -> bool:
    """Whether the terms come one after the other: who did what to whom must be the same."""
    place = 0
    for wanted in said:
        try:
            place = here.index(wanted, place) + 1
        except ValueError:
            return False
    return True


def asks_yes_no(question: str) -> bool:
    """Whether a question opens with its auxiliary, and offers no choice."""
    first = next((w.text.lower() for w in words(question)), "")
    return first in AUXILIARIES and not re.search(r"\bor\b", question, re.IGNORECASE)
