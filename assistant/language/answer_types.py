"""The answer type of a question: the kind of answer that must stand in its evidence."""

import re
from typing import Literal

from assistant.language.lexicon import MONTHS, WEEKDAYS
from assistant.language.words import content_terms, names, terms, words

AnswerType = Literal["person", "date", "number", "place", "reason", "yes_no", "other"]

_MONTHS = "|".join((*MONTHS, *(month[:3] for month in MONTHS), "sept"))
_DATE = re.compile(
    rf"\b(?:1[0-9]|20)\d\ds?\b|\b(?:{_MONTHS})\b|\b(?:{'|'.join(WEEKDAYS)})\b|"
    r"\b\d+(?:st|nd|rd|th)?[ -](?:century|centuries)\b|\bcentury\b|\b(?:today|yesterday)\b|"
    r"\b(?:morning|overnight|noon|midnight|decade|era)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|in order to|so that|as a result|thanks to|caused?|"
    r"reasons?|therefore|thus|led to|aimed|for the sake|purpose|to (?:avoid|protect|prevent|"
    r"allow|make|give|help|ensure|reduce|increase|keep|stop|enable|provide))\b",
    re.IGNORECASE,
)
_PLACE_WORD = re.compile(
    r"\b(?:in|at|near|from|to|on|outside|inside|across|through|between|of)\s+(?:the\s+)?"
    r"(?:(?:north|south|east|west|upper|lower)\w*\s+)?[A-Z]",
)
_FORMS: dict[AnswerType, str] = {
    "number": (
        r"\bhow (?:many|much|far|long|old|tall|high|large|big|deep|fast|often|wide|heavy|few)\b"
        r"|\bwhat (?:percent\w*|number|amount|distance|proportion|fraction|age|population|size)\b"
        r"|\bat what (?:speed|rate|temperature|age)\b"
    ),
    "date": (r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time|era|period)\b"),
    "person": (
        r"\bwho(?:m|se)?\b|\b(?:what|which) (?:person|man|woman|leader|author|king|queen|"
        r"president|general|general's|individual|scientist|politician)\b"
    ),
    "place": (
        r"\bwhere\b|\b(?:what|which) (?:country|city|town|place|state|region|river|continent|"
        r"location|area|island|village|nation|county)\b"
    ),
    "reason": (
        r"\bwhy\b|\bwhat (?:\w+ )?(?:reason|cause|purpose)\b|\bwhat (?:caused|led)\b|\bhow come\b"
    ),
    "yes_no": (
        r"^\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b"
    ),
}
_PATTERNS = {kind: re.compile(form, re.IGNORECASE) for kind, form in _FORMS.items()}


def answer_type(question: str) -> AnswerType:
    """The kind of answer `question` asks for, by its form; "other" where the form does not say."""
    for kind, pattern in _PATTERNS.items():
        if pattern.search(question):
            return kind
    return "other"


def offers(kind: AnswerType, sentence: str, question_terms: set[str]) -> float:
    """Tell whether `sentence` holds something of the kind asked for that the question does not
    name.

    1 if it does, 0 if it does not, 0.5 where the kind cannot be told from the words.
    """
    if kind == "number":
        return float(
            any(w.is_number and terms(w.text)[0] not in question_terms for w in words(sentence))
        )
    if kind == "date":
        return float(
            any(not set(terms(m.group())) <= question_terms for m in _DATE.finditer(sentence))
        )
    if kind == "person":
        return float(bool(_new_names(sentence, question_terms)))
    if kind == "place":
        new = _new_names(sentence, question_terms)
        return float(bool(new)) * (1.0 if _PLACE_WORD.search(sentence) else 0.5)
    if kind == "reason":
        return float(bool(_REASON.search(sentence)))
    return 0.5


def _new_names(sentence: str, question_terms: set[str]) -> set[str]:
    return {n for n in names(sentence, skip_first=False) if not n[0].isdigit()} - question_terms


def subject_terms(question: str) -> list[str]:
    """The terms to search for; all words where the question has nothing but function words."""
    return content_terms(question) or terms(question)
