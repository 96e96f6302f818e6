"""Printing: text that cannot harm a terminal, answers to stdout, everything else to stderr."""

import os
import sys
from typing import IO, Any, TextIO

from assistant.errors import OutputClosedError
from assistant.printable import as_json, safe

__all__ = [
    "columns",
    "confirmed",
    "cut",
    "is_terminal",
    "padded",
    "say",
    "say_json",
    "silence",
    "tell",
]


def say(text: str = "") -> None:
    """A line of the answer, to stdout."""
    _write(sys.stdout, f"{text}\n")


def say_json(value: Any, *, indent: int | None = None) -> None:
    """A JSON value on stdout; one line without `indent`."""
    _write(sys.stdout, f"{as_json(value, indent=indent)}\n")


def tell(text: str) -> None:
    """A line about what goes on, to stderr; nobody listening there is no reason to stop."""
    try:
        _write(sys.stderr, f"{safe(text)}\n")
    except OutputClosedError:
        return


def confirmed(question: str) -> bool:
    """Tell whether the person says yes; without a person nobody does."""
    if not is_terminal(sys.stdin):
        return False
    tell(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def padded(text: str, width: int) -> str:
    """A text with blanks up to so many columns of a terminal, of which a Chinese letter has two."""
    return text + " " * (width - columns(text))


def cut(text: str, width: int) -> str:
    """The beginning of a text that fits into so many columns."""
    kept = text[:width]
    while columns(kept) > width:
        kept = kept[:-1]
    return kept


def columns(text: str) -> int:
    """The columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    # Some milliseconds to import.
    from rich.cells import cell_len

    return cell_len(text)


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
    """Tell whether a person sits at the other end."""
    return stream is not None and not stream.closed and stream.isatty()
