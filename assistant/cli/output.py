"""Printing: text that cannot harm a terminal, answers to stdout, everything else to stderr."""

import json
import os
import sys
import unicodedata
from typing import IO, Any, TextIO

from assistant.errors import OutputClosedError

# Beside control characters: marks that turn the direction of text around, and what is invisible.
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def safe(text: str) -> str:
    """The text without what a terminal would obey: escapes, controls, direction marks.

    Line ends and tabs stay; each other control character shows as a replacement mark.
    """
    return "".join(
        c
        if c in "\n\t" or not (unicodedata.category(c) in {"Cc", "Cs"} or c in _HIDDEN)
        else "\ufffd"
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )


def safe_line(text: str) -> str:
    """The same on one line."""
    return " ".join(safe(text).split())


def counted(number: int, noun: str) -> str:
    """ "1 file", "2,000 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def say(text: str = "") -> None:
    """A line of the answer, to stdout."""
    _write(sys.stdout, f"{text}\n")


def say_json(value: Any, *, indent: int | None = None) -> None:
    """A JSON value on stdout; one line without `indent`."""
    _write(sys.stdout, f"{as_json(value, indent=indent)}\n")


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON in which nothing but printable text stands unescaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    harmful = {c for c in text if c not in "\n" and (c in _HIDDEN or not c.isprintable())}
    for c in harmful:
        text = text.replace(c, json.dumps(c)[1:-1])
    return text


def tell(text: str) -> None:
    """A line about what goes on, to stderr; nobody listening there is no reason to stop."""
    try:
        _write(sys.stderr, f"{safe(text)}\n")
    except OutputClosedError:
        return


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        raise OutputClosedError
    try:
        stream.write(text)
        stream.flush()
    except (BrokenPipeError, ValueError) as error:
        raise OutputClosedError from error
    except UnicodeEncodeError:
        plain = text.encode(stream.encoding, "replace").decode(stream.encoding)
        stream.write(plain)
        stream.flush()


def silence() -> None:
    """Point stdout at nothing, so that the interpreter's last flush finds no closed pipe."""
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
    except OSError:
        return


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a person sits at the other end."""
    return stream is not None and not stream.closed and stream.isatty()
