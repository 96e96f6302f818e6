"""Lines of a block, and the marks that they begin with."""

import re
from dataclasses import dataclass

from assistant.documents.units.unit import Unit
from assistant.language.sentences import sentence_spans

ITEM = re.compile(
    r"[ \t]*(?:[-*+\u2022\u2013\u00b7]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)"
)
QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
MARKUP = "*_`# \t"
SENTENCE_END = ".!?:\u2026"
# What is no longer than this, and ends without a mark, is a label, not a sentence.
LABEL_CHARS = 60


@dataclass(frozen=True)
class Line:
    start: int
    end: int
    text: str

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> int:
        return len(self.text.expandtabs(8)) - len(self.text.expandtabs(8).lstrip())


# The units that lines from a certain one on make, and how many lines they take; None for none.
Taken = tuple[list[Unit], int] | None


def lines_of(text: str, start: int, end: int) -> list[Line]:
    """The lines, blank ones among them."""
    found = []
    for m in re.finditer(r"([^\r\n]*)(\r\n|\r|\n|$)", text[start:end]):
        if m.end() > m.start():
            found.append(Line(start + m.start(), start + m.end(1), m.group(1)))
    return found


def sentences_of(text: str, start: int, end: int, language: str = "en") -> list[Unit]:
    return [Unit(a, b) for a, b in sentence_spans(text, start, end, language)]
