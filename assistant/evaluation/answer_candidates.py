"""Candidates for an answer in a sentence: its names, dates and numbers, as they stand."""

import re
from collections.abc import Iterator

from assistant.language.lexicon import STOP_WORDS

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?)(?:,? \d{{4}})?\b"
    rf"|\b{_MONTH} \d{{4}}\b|\b(?:1[0-9]|20)\d\ds?\b|\b\d{{4}}-\d\d-\d\d\b"
)
_NUMBER = re.compile(
    r"(?:[$\u20ac\u00a3] ?)?\b\d+(?:[.,]\d+)*(?:\.\d+)?"
    r"(?: ?%| (?:percent|per cent|thousand|million|billion|trillion)\b)?(?: [a-z]{3,}\b)?"
)
# A capitalised word with its prefix ("al-Mesmari") and its points ("U.N."), and names of several.
_PART = r"\b(?:(?:al|el|bin|de|van|von)-)?[A-Z][\w\u2019'&-]*(?:\.[A-Z]\w*)*\.?"
_NAME = re.compile(rf"{_PART}(?: (?:(?:of|for)(?: the)? |(?:de|la|van|von|der|al|bin) )?{_PART})*")
_MOST = 6


def candidates(sentence: str) -> list[str]:
    """Parts of the sentence that could answer a question, dates before numbers before names.

    None lies within another. The first word is a name only as the beginning of a longer one: any
    word is capitalised there.
    """
    spans: list[tuple[int, int]] = []
    for start, end in (*_matches(_DATE, sentence), *_matches(_NUMBER, sentence), *_names(sentence)):
        if not any(start < b and a < end for a, b in spans):
            spans.append((start, end))
    return list(dict.fromkeys(sentence[a:b] for a, b in spans))[:_MOST]


def _matches(pattern: re.Pattern[str], sentence: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(sentence):
        unit = match.group().rsplit(" ", 1)[-1]
        cut = len(unit) + 1 if unit in STOP_WORDS else 0
        yield match.start(), match.end() - cut


def _names(sentence: str) -> Iterator[tuple[int, int]]:
    begins = len(sentence) - len(sentence.lstrip("\"'\u201c\u2018( "))
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        while (first := sentence[start:end].split(" ", 1)[0].lower()) in STOP_WORDS:
            start += len(first) + 1
        name = sentence[start:end].removesuffix("'s").removesuffix("\u2019s")
        if "." not in name[:-1]:
            name = name.removesuffix(".")
        if name and not (start <= begins and " " not in name):
            yield start, start + len(name)
