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
from assistant.language.words import content_terms, names, terms
from assistant.query.intent import asks_yes_no
from assistant.retrieval.evidence import Evidence

Ruling = Literal["yes", "no", "depends"]

_ASKS = re.compile(rf"^\W*(?:may|can|could)\b|\b(?:{PERMISSIONS}|{PROHIBITIONS})\b", re.IGNORECASE)
_PERMITS = re.compile(rf"\b(?:may|can|could|{PERMISSIONS})\b", re.IGNORECASE)
_DENIES = re.compile(rf"\b(?:{PROHIBITIONS}|{REFUSALS})\b", re.IGNORECASE)
_REFUSES = re.compile(rf"\b(?:{REFUSALS})\b", re.IGNORECASE)
_CONDITION = re.compile(rf"\b(?:{CONDITIONS})\b", re.IGNORECASE)
_WORDS = frozenset(terms(f"{PERMISSIONS} {PROHIBITIONS}".replace("|", " ")))
_REFUSAL_TERMS = frozenset(terms(REFUSALS.replace("|", " ")))
# A text rules on what has more than the first share of the question's words in it, or with its
# title the second: of dogs nothing is said below "May I bring a mattress to the pool?".
_ITS_SUBJECT, _WITH_TITLE = 0.5, 0.8
# And more than this share where it is clearly the best evidence: "camping on the lawn" of "pitch a
# tent on the lawn".
_IF_CLEAR = 0.3


def ruling(question: str, evidence: Evidence, *, is_clear: bool = False) -> Ruling | None:
    """The permission that a piece of evidence gives, refuses or ties to a condition.

    None where the question asks for none, or the evidence is on something else; where ranking
    holds it clearly for the answer, it may word it otherwise. "Only with our consent" is a
    condition, and so is an exception.
    """
    said = statement_of(evidence)
    subject = set(content_terms(question)) - _WORDS
    share = _share(subject, names(question), evidence)
    refuses, denies = (form.search(said) is not None for form in (_REFUSES, _DENIES))
    if not (refuses or _ASKS.search(question)) or not (denies or _PERMITS.search(said)):
        return None
    least = _IF_CLEAR if is_clear else _ITS_SUBJECT
    if share <= least:
        return None
    if not refuses and _CONDITION.search(said):
        return "depends"
    denied = negates(said, subject | _WORDS)
    asked = _asks_refusal(question) != says_not(question)
    return "yes" if (denies != denied) == asked else "no"


def _asks_refusal(question: str) -> bool:
    """Tell if a question asks for a prohibition or a refusal: "Did they decline?"."""
    return _DENIES.search(question) is not None or bool(_REFUSAL_TERMS & set(terms(question)))


def _share(subject: Set[str], named: Set[str], evidence: Evidence) -> float:
    """The share of the subject's words in the evidence and the sentence that it leans on.

    1 where they are nearly all there with the title, and some of them in the evidence; 0 where
    somebody who is `named` is not.
    """
    passage = evidence.passage
    here = set(terms(f"{evidence.said} {with_context(evidence).quote}"))
    above = set(terms(" ".join((passage.title, *passage.headings))))
    if named - here - above:
        return 0.0
    own, with_title = len(subject & here), len(subject & (here | above))
    if own and with_title >= _WITH_TITLE * len(subject):
        return 1.0
    return own / len(subject) if subject else 0.0


def statement_of(evidence: Evidence) -> str:
    """The statement that the evidence makes: of "May I …?" with its answer the answer; "How may I
    …?" supposes that one may."""
    reading = evidence.passage.reading
    unit = reading.by_span.get(evidence.span)
    if unit is None or unit.kind != "answered":
        return evidence.said
    asked, answer = unit.pieces[0], reading.runs[evidence.span][-1].text
    return answer if isinstance(asked, str) and asks_yes_no(asked) else evidence.said
