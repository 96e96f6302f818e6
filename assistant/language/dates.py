"""Dates: when a document was written, as it says itself, and words that depend on that day."""

import re
from datetime import date
from pathlib import PurePath

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?\\.?" if len(m) > 3 else m for m in _MONTHS)
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.? ({_MONTH}),? ((?:19|20)\d\d)\b", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b", re.IGNORECASE
)
# A line that says of itself that it is the date: "date: 2019-04-05", "Sent: Mon, 1 May 2023".
_LABEL = re.compile(
    r"^\W*(?:date|dated|published|updated|created|sent|written|as of)\b[\s:*_]*(.{4,60})",
    re.IGNORECASE | re.MULTILINE,
)
# A letter's place and date on a line of their own: "Stanfield, 3 October 2022".
_LETTER = re.compile(r"^[^\W\d_][\w .'-]{1,40}, (.{8,30}\d{4})\s*$", re.MULTILINE)
# The date of a document is looked for in so many characters of its beginning.
HEAD_CHARS = 600

_RELATIVE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|afternoon|evening|night))?|"
    r"today|yesterday|tomorrow|tonight|overnight|(?:last|next|this) (?:week|month|year|night|"
    r"morning|summer|winter|spring|autumn|fall|weekend)|(?:a|an|one|two|three|\d+) "
    r"(?:day|week|month|year)s? ago|recently|so far this year)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d.,]*\d)")


def document_date(source: str, head: str) -> date | None:
    """When a document was written, as its first lines or its file name say; None if they do not.

    `head` is the beginning of its text (HEAD_CHARS). When a file was changed on the disk says
    nothing of its text.
    """
    for label in (*_LABEL.finditer(head), *_LETTER.finditer(head)):
        if (found := read_date(label[1])) is not None:
            return found
    return read_date(PurePath(source).stem)


def read_date(text: str) -> date | None:
    """The first whole date in a text; None where there is none."""
    if m := _ISO.search(text):
        return _date(m[1], m[2], m[3])
    if m := _DAY_FIRST.search(text):
        return _date(m[3], _month(m[2]), m[1])
    if m := _MONTH_FIRST.search(text):
        return _date(m[3], _month(m[1]), m[2])
    return None


def is_relative(text: str) -> bool:
    """Whether what a text says depends on the day it was written: "on Friday", with no year."""
    return bool(_RELATIVE.search(text)) and not _YEAR.search(text)


def written(day: date) -> str:
    """A date for people: 5 April 2019."""
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def _month(name: str) -> str:
    return str([m[:3] for m in _MONTHS].index(name[:3].lower()) + 1)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
