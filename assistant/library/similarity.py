"""Documents that are nearly the same: an estimate of how many runs of words two texts share.

Of the hashes of all runs of five words the lowest are kept; of two texts, the share of the lowest
of both together that both have estimates their Jaccard similarity (Broder 1997, "On the resemblance
and containment of documents"). It is exact for texts of no more runs than are kept.
"""

import hashlib
from collections.abc import Sequence

from assistant.language.words import words

# Words of a run; hashes kept of a text; the lowest of these, of which two alike texts share one.
RUN = 5
KEPT = 256
KEYS = 8
# From this similarity on two documents are taken for versions of one.
ALIKE = 0.6

Sketch = tuple[int, ...]


def sketch(text: str) -> Sketch:
    """The lowest hashes of the runs of words in a text, the lowest first; () for fewer words."""
    said = [word.text.casefold() for word in words(text)]
    runs = {" ".join(said[i : i + RUN]) for i in range(len(said) - RUN + 1)}
    return tuple(sorted({_hash(run) for run in runs})[:KEPT])


def similarity(one: Sketch, other: Sketch) -> float:
    """An estimate of the share of runs that two texts have in common, of all that they have."""
    if not one or not other:
        return 0.0
    # A sketch that is not full holds all there is; of two full ones, what is above the lower of
    # their highest was not kept of one.
    lowest = sorted({*one, *other})[:KEPT]
    both = set(one) & set(other)
    return sum(h in both for h in lowest) / len(lowest)


def keys(of: Sequence[int]) -> Sequence[int]:
    """The hashes by which alike documents are looked up: two miss each other in one of 10,000
    cases at a similarity of 0.68."""
    return of[:KEYS]


def _hash(run: str) -> int:
    # 62 bits: SQLite's integers have a sign.
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "big") >> 2
