"""A unit of evidence: a sentence, a question with its answer, an item, a row, a value.

Units are told by the structure of the lines, never by their words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from assistant.language.sentences import Span

# A "question" nobody answers and the "header" of a table say nothing; all others can be evidence.
UnitKind = Literal["sentence", "question", "header", "answered", "item", "entry", "row"]
Piece = str | Span


@dataclass(frozen=True)
class Unit:
    """A unit of evidence, `text[start:end]` of its document; units are in order and apart.

    `pieces` are what it says in words: labels as text, and spans of the document; an answer lies
    between two labels. Without any it says what stands there. `within` is the span of the list
    that an item belongs to.
    """

    start: int
    end: int
    kind: UnitKind = "sentence"
    pieces: tuple[Piece, ...] = ()
    within: Span | None = None

    @classmethod
    def of(cls, span: Span) -> "Unit":
        """A sentence."""
        return cls(*span)

    @property
    def span(self) -> Span:
        """The span in the document."""
        return self.start, self.end

    @property
    def can_answer(self) -> bool:
        """An open question answers nothing, and neither do the names of columns."""
        return self.kind not in {"question", "header"}

    def said(self, text: str, offset: int = 0) -> str:
        """The unit's words; `text` begins at `offset` of the document."""
        return "".join(
            p if isinstance(p, str) else text[p[0] - offset : p[1] - offset]
            for p in self.pieces or (self.span,)
        )

    def to_json(self) -> list[object]:
        """The unit as a row of JSON: a plain sentence is its two offsets."""
        if self.kind == "sentence" and not self.pieces:
            return [self.start, self.end]
        return [self.start, self.end, self.kind, self.pieces, self.within]

    @classmethod
    def from_json(cls, row: Sequence[Any]) -> "Unit":
        """The unit of such a row. Raises TypeError or ValueError for anything else."""
        start, end, *more = row
        if not more:
            return cls(start, end)
        kind, pieces, within = more
        if kind not in get_args(UnitKind):
            raise ValueError(f"{kind} is no kind of unit.")
        parts = tuple(p if isinstance(p, str) else _span(p) for p in pieces)
        if any(not isinstance(p, str) and not start <= p[0] <= p[1] <= end for p in parts):
            raise ValueError("A unit says what stands elsewhere.")
        return cls(start, end, kind, parts, None if within is None else _span(within))


def _span(row: Sequence[Any]) -> Span:
    start, end = row
    if type(start) is not int or type(end) is not int:
        raise TypeError("A span has two numbers.")
    return start, end
