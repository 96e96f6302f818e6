"""Lookup decoding: the next tokens, guessed from those that came next the last time."""

from collections.abc import Sequence

# Tokens that must recur before what followed them is taken for likely. Two guess a little more
# often and are wrong more often: as fast here.
_RECURRING = 3


class Lookup:
    """The tokens of a prompt and of the answer to it, as they come.

    Prompt lookup decoding (Saxena, 2023): answers repeat their evidence, so what stood behind the
    last few tokens earlier is a guess that costs no second model.
    """

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens: list[int] = []
        self._next: dict[tuple[int, ...], int] = {}  # where the text goes on behind these tokens
        self.add(tokens)

    def add(self, tokens: Sequence[int]) -> None:
        """Take the next tokens of the text."""
        for token in tokens:
            if len(self._tokens) >= _RECURRING:
                self._next[tuple(self._tokens[-_RECURRING:])] = len(self._tokens)
            self._tokens.append(token)

    def guess(self, most: int) -> list[int]:
        """The tokens that probably follow, at most so many; none if nothing recurs."""
        place = self._next.get(tuple(self._tokens[-_RECURRING:]))
        return [] if place is None else self._tokens[place : place + max(0, most)]
