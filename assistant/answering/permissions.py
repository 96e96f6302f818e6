"""Permissions, prohibitions, conditions and refusals, as a text states them by its words.

A model that was trained on facts is unsure of them: of "Cats may be kept" it does not learn that we
are allowed to have a cat.
"""

import re
from collections.abc import Set
from typing import Literal

from assistant.answering.context import with_context
from assistant.language.lexicon import CONDITIONS, PERMISSIONS, PROHIBITIONS, REFUSALS
from assistant.language.negation import negates, says_not
from assistant.language.words import content_terms, terms
from assistant.query.intent import asks_yes_no
from assistant.retrieval.evidence import Evidence

Ruling = Literal["yes", "no", "depends"]

_ASKS = re.compile(rf"^\W*(?:may|can|could)\b|\b(?:{PERMISSIONS}|{PROHIBITIONS})\b", re.IGNORECASE)
_PERMITS = re.compile(rf"\b(?:may|can|could|{PERMISSIONS})\b", re.IGNORECASE)
_DENIES = re.compile(rf"\b(?:{PROHIBITIONS}|{REFUSALS})\b", re.IGNORECASE)
_REFUSES = re.compile(rf"\b(?:{REFUSALS})\b", re.IGNORECASE)
_CONDITION = re.compile(rf"\b(?:{CONDITIONS})\b", re.IGNORECASE)
_WORDS = frozenset(terms(f"{PERMISSIONS} {PROHIBITIONS}".replace("|", " ")))
# A text rules on what has more than the first share of the question's words in it, or with its
# title the second: of dogs nothing is said below "May I bring a mattress to the pool?".
_ITS_SUBJECT, _WITH_TITLE = 0.5, 0.8


def ruling(question: str, evidence: Evidence) -> Ruling | None:
    """The permission that a piece of evidence gives, refuses or ties to a condition.

    None where the question asks for none, or the evidence is on something else. "Only with our
    consent" is a condition, and so is an exception.
    """
    said = _statement(evidence)
    subject = set(content_terms(question)) - _WORDS
    refuses = _REFUSES.search(said) is not None
    if not (refuses or _ASKS.search(question)) or not _is_on(subject, evidence):
        return None
    denies = _DENIES.search(said) is not None
    if not denies and not _PERMITS.search(said):
        return None
    if not refuses and _CONDITION.search(said):
        return "depends"
    denied = negates(said, subject | _WORDS)
    asked = (_DENIES.search(question) is not None) != says_not(question)
    return "yes" if (denies != denied) == asked else "no"


def _is_on(subject: Set[str], evidence: Evidence) -> bool:
    """Tell if the evidence, with the sentence that it leans on, has the words of the subject."""
    passage = evidence.passage
    here = set(terms(f"{evidence.said} {with_context(evidence).quote}"))
    above = set(terms(" ".join((passage.title, *passage.headings))))
    own, with_title = len(subject & here), len(subject & (here | above))
    return own > _ITS_SUBJECT * len(subject) or (
        own > 0 and with_title >= _WITH_TITLE * len(subject)
    )


def _statement(evidence: Evidence) -> str:
    """What the evidence states: of "May I …?" with its answer the answer; "How may I …?" supposes
    that one may."""
    reading = evidence.passage.reading
    unit = reading.by_span.get(evidence.span)
    if unit is None or unit.kind != "answered":
        return evidence.said
    asked, answer = unit.pieces[0], reading.runs[evidence.span][-1].text
    return answer if isinstance(asked, str) and asks_yes_no(asked) else evidence.said
