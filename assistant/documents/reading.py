"""A passage in words: each unit as it reads, with the way back to the text that is quoted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.documents.units.lists import is_lead
from assistant.documents.units.unit import Unit
from assistant.language.sentences import Span


@dataclass(frozen=True)
class Run:
    """A stretch of a reading in which an answer can lie: `place` in the reading.

    `label` is what stands before it: the name of its column, its key, the question it answers.
    `text` is what it says; `parts` are the places in the reading, each with the offset in the
    document of its first character.
    """

    place: Span
    label: str
    text: str
    parts: tuple[tuple[Span, int], ...]

    @property
    def span(self) -> Span:
        """The span in the document."""
        (_, first), (last, at) = self.parts[0], self.parts[-1]
        return first, at + last[1] - last[0]

    def source(self, place: Span) -> Span:
        """The span in the document of a place in the run."""
        starts = [at + place[0] - a for (a, b), at in self.parts if a <= place[0] < b]
        ends = [at + place[1] - a for (a, b), at in self.parts if a < place[1] <= b]
        whole = self.span
        return (starts or whole)[0], (ends or whole)[-1]


class Reading:
    """The words of a passage whose text begins at `offset` of its document."""

    def __init__(self, text: str, offset: int, units: Sequence[Unit]) -> None:
        self._text = text
        self._offset = offset
        self.units = tuple(units)

    @cached_property
    def text(self) -> str:
        """The units in words, with what stands between them; prose is as it stands."""
        return self._made[0]

    @cached_property
    def by_span(self) -> dict[Span, Unit]:
        """The units by their spans in the document."""
        return {unit.span: unit for unit in self.units}

    @property
    def runs(self) -> dict[Span, tuple[Run, ...]]:
        """The runs of each unit, by its span in the document."""
        return self._made[1]

    def said(self, span: Span) -> str:
        """The words of the unit at `span`; the text itself where no unit is."""
        return (self.by_span.get(span) or Unit.of(span)).said(self._text, self._offset)

    def items(self, within: Span) -> list[Unit]:
        """The units of the list at `within`, in order."""
        return [unit for unit in self.units if unit.within == within]

    def lead(self, within: Span) -> str:
        """The line that leads into the list at `within`; "" where nothing does."""
        before = [unit for unit in self.units if unit.end <= within[0]]
        said = self.said(before[-1].span) if before else ""
        return said if before and (before[-1].kind == "question" or is_lead(said)) else ""

    @cached_property
    def _made(self) -> tuple[str, dict[Span, tuple[Run, ...]]]:
        written, runs = "", dict[Span, tuple[Run, ...]]()
        before = self.units[0].start if self.units else 0
        for unit in self.units:
            written += self._text[before - self._offset : unit.start - self._offset]
            said, own = self._unit(unit, len(written))
            written += said
            runs[unit.span] = own
            before = unit.end
        return written, runs

    def _unit(self, unit: Unit, at: int) -> tuple[str, tuple[Run, ...]]:
        """A unit in words from place `at` of the reading on, and its runs."""
        written, label = "", ""
        parts: list[tuple[Span, int]] = []
        runs: list[Run] = []

        def close() -> None:
            if parts:
                place = parts[0][0][0], parts[-1][0][1]
                text = written[place[0] - at : place[1] - at]
                runs.append(Run(place, label, text, tuple(parts)))
                parts.clear()

        for piece in unit.pieces or (unit.span,):
            if isinstance(piece, str):
                if piece.strip():
                    close()
                    label = piece.strip(" ;:|")
                written += piece
                continue
            place = at + len(written)
            parts.append(((place, place + piece[1] - piece[0]), piece[0]))
            written += self._text[piece[0] - self._offset : piece[1] - self._offset]
        close()
        return written, tuple(runs)
