"""Text and figures for a page: escaped, without what is invisible, in the measures' units."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from markupsafe import Markup, escape

from assistant.evaluation.results import Interval
from assistant.printable import safe

NONE = "\u2013"
_UNITS = {"ms": " ms", "MB": " MB", "tokens/s": " tokens/s", "words": "", "tokens": "", "count": ""}


def escaped(text: str) -> Markup:
    """Text as HTML, in elements and in quoted attributes; documents and models are not trusted."""
    return escape(safe(text))


def thousands(count: int) -> str:
    """A count with its thousands apart."""
    return f"{count:,}"


def figure(value: float | None, unit: str) -> str:
    """A measure's value in its unit; a dash where there is none."""
    if value is None:
        return NONE
    if unit == "share":
        return f"{value:.2f}"
    if unit in {"words", "tokens", "tokens/s"} and abs(value) < 100:
        return f"{value:,.1f}".removesuffix(".0") + _UNITS[unit]
    return f"{value:,.0f}{_UNITS.get(unit, '')}"


def difference(value: float | None, unit: str) -> str:
    """A difference with its sign, which what is nothing as shown has not."""
    if value is None:
        return NONE
    shown = figure(abs(value), unit)
    if shown == figure(0.0, unit):
        return shown
    return ("\u2212" if value < 0 else "+") + shown


def interval(value: Interval | None, unit: str) -> str:
    """ "0.77\u20130.86", the unit once; a dash where there is none."""
    if value is None:
        return NONE
    low, high = (figure(end, unit) for end in value)
    return f"{low.split(' ')[0]}\u2013{high}"


def signed_interval(value: Interval | None, unit: str) -> str:
    """ "\u22120.02 to +0.05"; a dash where there is none."""
    if value is None:
        return NONE
    low, high = (difference(end, unit) for end in value)
    return f"{low.split(' ')[0]} to {high}"


def file_name(source: str) -> str:
    """The last part of a path; the whole where that is nothing."""
    return PurePath(source).name or source


def with_gold(text: object, answers: Sequence[str]) -> Markup:
    """Text as HTML with the gold answers in it marked."""
    plain = str(text)
    wanted = [re.escape(a.strip()) for a in sorted(answers, key=len, reverse=True) if a.strip()]
    if not wanted:
        return escaped(plain)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(wanted)})(?!\w)", re.IGNORECASE)
    parts, end = Markup(), 0
    for match in pattern.finditer(plain):
        parts += escaped(plain[end : match.start()])
        parts += Markup("<mark>{}</mark>").format(escaped(match.group()))
        end = match.end()
    return parts + escaped(plain[end:])
