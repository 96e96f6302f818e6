"""Which articles no training sees, so that figures on them mean something."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


def held_out(title: str) -> bool:
    """Whether the article `title` is kept from all training: one in six, by its name alone."""
    return int(hashlib.sha256(title.encode()).hexdigest(), 16) % 6 == 0


@dataclass(frozen=True)
class HeldOut:
    """What a run holds out: `titles` of a file that has one of them, else one article in six.

    Of the files named in `whole` nothing is held out. The two together cross-validate by article.
    """

    titles: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    def of(self, file: str, titles: Sequence[str]) -> frozenset[str]:
        """The articles of `file` (its stem), which has these titles, that are not trained on."""
        if file in self.whole:
            return frozenset()
        return frozenset(set(titles) & set(self.titles)) or frozenset(filter(held_out, titles))
