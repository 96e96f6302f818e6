"""The chat's wording: confidence and support in words, places, sizes, times."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.formatting import page
from assistant.printable import safe_line
from assistant.retrieval.outcome import HIGH, LIKELY

if TYPE_CHECKING:
    from assistant.answering.answer import Answer, Citation

__all__ = [
    "CHECKED",
    "SUPPORT",
    "backing",
    "confidence",
    "file_name",
    "headings",
    "lines",
    "path",
    "seconds",
    "when",
]

# A statement's support, where it must be said beside it; and each kind, in the why view.
SUPPORT: dict[str, str] = {
    "partly": "partly backed by your documents",
    "unsupported": "not found in your documents",
}
CHECKED: dict[str, str] = {
    "exact": "word for word",
    "supported": "supported",
    "partly": "partly backed",
    "unsupported": "not found",
    "contradicted": "contradicted",
}
_BACKING = {
    "quote": "quoted word for word",
    "words": "in the document's words",
    "compose": "written by the model, checked",
}


def confidence(value: float) -> str:
    """The likelihood that the documents answer the question, in words and as a number."""
    word = "High" if value >= HIGH else "Fair" if value >= LIKELY else "Low"
    return f"{word} confidence ({value:.2f})"


def backing(answer: "Answer") -> str:
    """The support of the answer as a whole."""
    return _BACKING[answer.mode]


def seconds(milliseconds: float) -> str:
    """A duration: 80 ms, 1.2 s."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


def lines(place: "Citation") -> str:
    """The place of a quote in its file: "line 3", "lines 3-5, page 2"."""
    first, last = place.lines
    text = f"line {first}" if first == last else f"lines {first}\u2013{last}"
    return text + page(place.page, from_picture=place.box is not None)


def headings(place: "Citation") -> str:
    """The headings above a quote, outermost first."""
    return safe_line(" \u203a ".join(place.headings))


def file_name(source: str) -> str:
    """The last part of a path, for lists."""
    return safe_line(Path(source).name or source)


def path(source: str) -> str:
    """A path with the person's own folder as ~."""
    home = str(Path.home())
    return safe_line(f"~{source[len(home) :]}" if source.startswith(home + os.sep) else source)


def when(moment: float) -> str:
    """A moment (seconds since 1970) as a local date and time."""
    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")
