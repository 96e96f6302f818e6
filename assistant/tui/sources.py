"""A citation's place in its document, and whether the file still is what was read."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.language.sentences import Span

if TYPE_CHECKING:
    from assistant.answering.answer import Citation
    from assistant.library.library import Library

# Editors that take "+LINE FILE".
_PLUS_LINE = {"vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "less", "more", "kak"}
_COLON_LINE = {"hx", "code", "subl", "zed"}


@dataclass(frozen=True)
class SourceText:
    """A document's text with the span to show, and in it the words that answer, if known.

    `flag` says in words what is wrong, or is empty. `pages` are offset and number of each page.
    """

    text: str
    span: Span
    first_line: int = 1
    flag: str = ""
    answer: Span | None = None
    pages: tuple[tuple[int, int], ...] = ()


def look_up(library: "Library", place: "Citation") -> SourceText:
    """The text that a citation was taken from, with the quote's span in it.

    Where the library no longer has it, the quote alone. Reads the file to tell if it has changed.
    """
    state = library.document_store.state(place.source)
    if state is None:
        return _quote_alone(place, "This document is no longer in the library.")
    text = library.document_store.text(place.source)
    pages = tuple(library.document_store.page_starts(place.source))
    start, end = place.span
    if text[start:end] == place.quote:
        flag = _changed(place.source, *state)
        return SourceText(text, place.span, flag=flag, answer=place.answer, pages=pages)
    moved = text.find(place.quote)
    if moved < 0:
        return _quote_alone(place, "The document was read anew since; this quote is not in it.")
    span = (moved, moved + len(place.quote))
    return SourceText(text, span, flag="The quote has moved since the answer.", pages=pages)


def _quote_alone(place: "Citation", flag: str) -> SourceText:
    return SourceText(place.quote, (0, len(place.quote)), place.lines[0], flag)


def _changed(source: str, sha256: str, mtime_ns: int) -> str:
    """In words, what the file has become since it was read; "" if it is the same."""
    path = Path(source)
    try:
        if path.stat().st_mtime_ns == mtime_ns:
            return ""
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return "The file is gone; this is its text as it was read."
    return "" if same else "Stale: the file has changed since it was read. Add it again (F5)."


def viewer(path: str, line: int, environ: Mapping[str, str]) -> list[str]:
    """The command that opens a file at a line: $VISUAL, $EDITOR, $PAGER, or less; else empty."""
    chosen = environ.get("VISUAL") or environ.get("EDITOR") or environ.get("PAGER") or ""
    words = chosen.split() or [name for name in ("less", "more", "vi") if shutil.which(name)][:1]
    if not words:
        return []
    name = os.path.basename(words[0])
    if name in _PLUS_LINE:
        return [*words, f"+{line}", path]
    if name in _COLON_LINE:
        return [*words, *(["-g"] if name == "code" else []), f"{path}:{line}"]
    return [*words, path]
