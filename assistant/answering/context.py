"""The sentences that a quote leans on: whom "he" and "it" stand for is said there."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.language.lexicon import (
    DEMONSTRATIVES,
    MONTHS,
    PERSON_PRONOUNS,
    THING_PRONOUNS,
    WEEKDAYS,
)
from assistant.language.sentences import Span
from assistant.language.words import words
from assistant.query.mentions import content, name_texts
from assistant.retrieval.evidence import Evidence

# At most this many sentences before one that leans on them, of at most so many characters.
_BEFORE = 2
_BEFORE_CHARS = 320
_DEMONSTRATIVES = DEMONSTRATIVES - {"that"} | {"such"}
# Capitalised, and nobody's name.
DAYS = frozenset(word.capitalize() for word in (*MONTHS, *WEEKDAYS))
_EXPLETIVE = re.compile(
    r"^\W*it (?:is|was|has been|seems|appears|takes?|took)\b.{0,40}?\b(?:that|to|who)\b", re.I
)


def with_context(evidence: Evidence) -> Evidence:
    """The evidence, its span widened to the sentences of its passage that it leans on.

    An answer with its question, a row and a value under its key lean on nothing.
    """
    passage = evidence.passage
    unit = passage.reading.by_span.get(evidence.span)
    if unit is not None and unit.kind in {"answered", "row", "entry"}:
        return evidence
    try:
        place = passage.sentences.index(evidence.span)
    except ValueError:
        return evidence
    first = place
    while first > 0 and place - first < _BEFORE and leans(passage.slice(passage.sentences[first])):
        first -= 1
    start = passage.sentences[first][0]
    if first == place or evidence.span[0] - start > _BEFORE_CHARS:
        return evidence
    if "\n\n" in passage.slice((start, evidence.span[0])) and place - first > 1:
        start = passage.sentences[place - 1][0]
    span: Span = (start, evidence.span[1])
    return replace(evidence, span=span)


def apart(chosen: Sequence[Evidence]) -> list[Evidence]:
    """Evidence in its documents' order; of one passage, what overlaps is one."""
    kept: list[Evidence] = []
    for e in chosen:
        last = kept[-1] if kept else None
        if last and last.passage.id == e.passage.id and e.span[0] < last.span[1]:
            span = (min(last.span[0], e.span[0]), e.span[1])
            kept[-1] = replace(e, span=span)
        else:
            kept.append(e)
    return kept


def leans(sentence: str) -> bool:
    """Tell whether a sentence speaks of somebody or something that only the one before it names."""
    if _EXPLETIVE.match(sentence):
        return False
    for word in words(sentence)[:14]:
        before = sentence[: word.start]
        lower = word.text.lower()
        if lower in PERSON_PRONOUNS:
            return not set(name_texts(before)) - DAYS
        if lower in _DEMONSTRATIVES and not before.strip(" \"'\u201c"):
            return True
        if lower in THING_PRONOUNS:
            # "In 1990 it burnt down", but "The bridge and its towers".
            return not name_texts(before) and not content(re.sub(r"\d+", "", before))
    return False
