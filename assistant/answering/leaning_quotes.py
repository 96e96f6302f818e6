"""Sentences that lean on the one before them are shown with it."""

import re
from dataclasses import replace

from assistant.conversation.mentions import content, name_texts
from assistant.language.sentences import Span
from assistant.language.words import words
from assistant.retrieval.evidence import Evidence

# At most this many sentences before, of at most so many characters together.
_BEFORE = 2
_BEFORE_CHARS = 320
_PERSON = frozenset("he she his her him hers himself herself".split())
_THING = frozenset("it its they their them".split())
_DEMONSTRATIVES = frozenset("these those this such".split())
# Capitalised, and nobody's name.
_DAYS = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May "
    "June July August September October November December".split()
)
_EXPLETIVE = re.compile(
    r"^\W*it (?:is|was|has been|seems|appears|takes?|took)\b.{0,40}?\b(?:that|to|who)\b", re.I
)


def whole(evidence: Evidence) -> Evidence:
    """The evidence, its span widened to the sentences of its passage that it leans on."""
    passage = evidence.passage
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
    return replace(evidence, span=span, quote=passage.slice(span))


def leans(sentence: str) -> bool:
    """Whether a sentence speaks of somebody or something that only the one before it names."""
    if _EXPLETIVE.match(sentence):
        return False
    for word in words(sentence)[:14]:
        before = sentence[: word.start]
        lower = word.text.lower()
        if lower in _PERSON:
            return not set(name_texts(before)) - _DAYS
        if lower in _DEMONSTRATIVES and not before.strip(" \"'\u201c"):
            return True
        if lower in _THING:
            # "In 1990 it burnt down", but "The bridge and its towers".
            return not name_texts(before) and not content(re.sub(r"\d+", "", before))
    return False
