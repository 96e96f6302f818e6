"""Text that cannot harm a terminal: what it would obey is shown, not sent."""

import json
import unicodedata
from typing import Any

# Beside control characters: marks that turn the direction of text around, and what is invisible.
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def safe(text: str) -> str:
    """The text without what a terminal would obey: escapes, controls, direction marks.

    Line ends and tabs stay; each other control character shows as a replacement mark.
    """
    if text.replace("\n", "").isprintable():  # nearly all text, and many times as fast
        return text
    return "".join(
        c
        if c in "\n\t" or not (unicodedata.category(c) in {"Cc", "Cs"} or c in _HIDDEN)
        else "\ufffd"
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )


def safe_line(text: str) -> str:
    """The same on one line."""
    return " ".join(safe(text).split())


def one_line(text: str) -> str:
    """The text on one line, with spaces for what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON in which nothing but printable text stands unescaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    harmful = {c for c in text if c not in "\n" and (c in _HIDDEN or not c.isprintable())}
    for c in harmful:
        text = text.replace(c, json.dumps(c)[1:-1])
    return text
