"""Dates: when a document was written, as it says itself, and words that depend on that day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from assistant.language.lexicon import MONTHS

_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?\\.?" if len(m) > 3 else m for m in MONTHS)
MONTH = re.compile(rf"\b(?:{_MONTH})(?!\w)", re.IGNORECASE)
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
_LETTER = re.compile(r"^[^\W\d_][\w .'-]{1,40}, (.{5,30}\d{4})\s*$", re.MULTILINE)
# A title that ends with its date: "# Minutes of the meeting, 4 March 2024".
_DATED_TITLE = re.compile(r"^\W*\w.{2,80}?(?:,|\(|:| [-\u2013\u2014]) ?([^,(:]{8,22})\)?\s*$")
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
# A time as questions name it: "since May 2024", "in the last two weeks", "yesterday".
_PERIOD = re.compile(
    rf"(?:\b(?P<side>in|from|of|since|after|before|until|during)\s+)?(?:the\s+)?(?:\b(?:"
    rf"(?:(?P<month>{_MONTH})\s+)?(?P<year>(?:19|20)\d\d)(?![\w.-])|(?P<day>today|yesterday)"
    r"|(?P<which>this|last|past)\s+(?:(?P<number>\d+|two|three|four|five|six)\s+)?"
    r"(?P<unit>day|week|month|year)s?)\b)",
    re.IGNORECASE,
)
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_FEW = "zero one two three four five six".split()


@dataclass(frozen=True)
class Period:
    """A span of days, both ends within it; `text` is how it was said."""

    first: date
    last: date
    text: str

    def holds(self, day: date) -> bool:
        """Tell if the day lies within."""
        return self.first <= day <= self.last


def read_period(text: str, today: date) -> tuple[Period | None, str]:
    """The time that a question names, and the question without it; None and all of it if none."""
    found = _PERIOD.search(text)
    if found is None:
        return None, text
    first, last = _bounds(found, today)
    side = (found["side"] or "").lower()
    if side in {"since", "after"}:
        first, last = (first if side == "since" else last + timedelta(1)), date.max
    elif side in {"before", "until"}:
        first, last = date.min, (last if side == "until" else first - timedelta(1))
    said = " ".join(found[0].split())
    return Period(first, last, said), f"{text[: found.start()]} {text[found.end() :]}"


def _bounds(found: re.Match[str], today: date) -> tuple[date, date]:
    """The first and the last day of a named time, whichever side of it is meant."""
    if found["year"]:
        year, month = int(found["year"]), found["month"]
        number = int(_month(month)) if month else 0
        following = date(year + (number in {0, 12}), number % 12 + 1, 1)
        return date(year, number or 1, 1), following - timedelta(1)
    if found["day"]:
        day = today - timedelta(found["day"].lower() == "yesterday")
        return day, day
    unit = found["unit"].lower()
    if found["which"].lower() == "this":
        starts = {"week": today - timedelta(today.weekday()), "month": today.replace(day=1)}
        return starts.get(unit, today.replace(month=1, day=1) if unit == "year" else today), today
    said = (found["number"] or "one").lower()
    number = int(said) if said.isdigit() else _FEW.index(said)
    if unit == "year" and not found["number"]:
        return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
    return today - timedelta(min(number, 999) * _UNITS[unit]), today


def document_date(source: str, head: str) -> date | None:
    """When a document was written, as its first lines or its file name say; None if they do not.

    `head` is the beginning of its text (HEAD_CHARS). When a file was changed on the disk says
    nothing of its text.
    """
    title = _DATED_TITLE.match(head.lstrip().partition("\n")[0])
    for label in (*_LABEL.finditer(head), *_LETTER.finditer(head), *filter(None, [title])):
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
    """Tell whether what a text says depends on the day it was written: "on Friday", with no
    year."""
    return bool(_RELATIVE.search(text)) and not _YEAR.search(text)


def written(day: date) -> str:
    """A date for people: 5 April 2019."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def _month(name: str) -> str:
    return str([m[:3] for m in MONTHS].index(name[:3].lower()) + 1)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
