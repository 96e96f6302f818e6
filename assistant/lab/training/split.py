"""Which articles no training sees, so that figures on them mean something."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

# Of files with many articles fewer are held out.
_ONE_IN = {"squad-train": 24}


def one_in(text: str, number: int) -> bool:
    """Draw one text in `number`, always the same ones."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % number == 0


def held_out(title: str, file: str = "") -> bool:
    """Tell if an article is kept from training: by its title alone, one in six of most files."""
    return one_in(title, _ONE_IN.get(file, 6))


@dataclass(frozen=True)
class HeldOut:
    """The articles that a run holds out: `titles` of a file that has one of them, else one article
    in six.

    Of the files named in `whole` nothing is held out. The two together cross-validate by article.
    """

    titles: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    def of(self, file: str, titles: Sequence[str]) -> frozenset[str]:
        """The articles of `file` (its stem), which has these titles, that are not trained on."""
        if file in self.whole:
            return frozenset()
        return frozenset(set(titles) & set(self.titles)) or frozenset(
            title for title in titles if held_out(title, file)
        )
