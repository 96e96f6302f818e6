"""Keeps what a model says over and over out of what it says.

Small models fall into loops ("neural text degeneration", Holtzman et al., 2020, section 1).
"""

from itertools import takewhile

from assistant.engines.thinking import Piece

# The loops that are looked for, in pieces (tokens) each.
SHORTEST, LONGEST = 4, 128
COPIES = 3
# Rules of tables, rows of dots and long numbers repeat themselves and mean it.
COPIES_WITHOUT_LETTERS = 12
# A full stop and a closing quote or bracket.
_MARKS = 2


class RepetitionFilter:
    """A stream of (text, log probability) that ends behind the first copy of a loop.

    A piece is held back while it repeats what was said, so no second copy of a loop gets through;
    anything else is handed on as soon as a piece differs. `stopped` tells that a loop was found.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._held: list[Piece] = []
        self._said: list[str] = []
        # How many of the last pieces equal the one so many pieces before, for each such distance.
        self._runs: dict[int, int] = {}

    def push(self, text: str, logprob: float) -> list[Piece]:
        """Take one piece; return those that are clear now."""
        self._held.append((text, logprob))
        self._said.append(text.strip() or text)
        last, farthest = self._said[-1], min(LONGEST, len(self._said) - 1)
        self._runs = {
            distance: self._runs.get(distance, 0) + 1
            for distance in range(SHORTEST, farthest + 1)
            if self._said[-1 - distance] == last
        }
        for distance, run in self._runs.items():
            if run >= (COPIES - 1) * distance and run >= (self._copies(distance) - 1) * distance:
                return self._cut(run)
        return self._release(max(self._runs.values(), default=0))

    def flush(self, *, unfinished: bool) -> list[Piece]:
        """Return what is still held when the answer ends.

        Of an `unfinished` one, which ends for want of room, two copies and a part are a loop.
        """
        for distance, run in self._runs.items() if unfinished else ():
            if run > distance and self._copies(distance) == COPIES:
                return self._cut(run)
        return self._release(0)

    def _copies(self, distance: int) -> int:
        """The number of copies that are a loop, of the last pieces."""
        copy = "".join(self._said[-distance:])
        return COPIES if any(map(str.isalpha, copy)) else COPIES_WITHOUT_LETTERS

    def _cut(self, repeated: int) -> list[Piece]:
        """The first copy, with the full stop behind it.

        A sentence before a loop ends as its sentences do: what recurs begins with that full stop.
        """
        self.stopped = True
        end = len(self._held) - repeated
        ending = takewhile(_is_mark, self._held[end : end + _MARKS])
        clear, self._held = [*self._held[:end], *ending], []
        self._runs = {}
        return clear

    def _release(self, kept: int) -> list[Piece]:
        cut = len(self._held) - kept
        clear, self._held = self._held[:cut], self._held[cut:]
        return clear


def _is_mark(piece: Piece) -> bool:
    return bool(piece[0].strip()) and not any(map(str.isalnum, piece[0]))
