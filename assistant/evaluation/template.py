"""A question set to fill in: sentences worth asking about, spread over a person's documents."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from random import Random
from typing import Any

from assistant.evaluation.answer_candidates import candidates

# One question in three is to be one that the documents do not answer.
_UNANSWERABLE = 3
# Reading a document costs more than asking about another sentence of it.
_DOCUMENTS_READ = 3
_WORDS = range(8, 46)
_CHARS = 400
_WHOLE = re.compile(r"[\"'\u201c\u2018(]*[A-Z\d\u00c0-\u00de].*[.!?][\"'\u201d\u2019)]*", re.DOTALL)
_MARKUP = re.compile(r"[|`{}<>\\]|\*\*|https?:|\s{3,}|\.{4}")
_LEANING = re.compile(
    r"[\"'\u201c\u2018(]*(?:he|she|it|they|this|these|that|those|but|and|so|such|his|her|its|their)\b",
    re.IGNORECASE,
)
_NOTE = (
    "Ask, in your own words, for something that the evidence says, and put the words of it that"
    ' answer into "answers".'
)
_NOTE_UNANSWERABLE = "Ask for something on this subject that your documents do NOT say: "


@dataclass(frozen=True)
class Sentences:
    """The sentences of a document, in its order."""

    source: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """A question to write: about this sentence, which answers it if `answerable`."""

    id: str
    source: str
    sentence: str
    answerable: bool

    def fields(self) -> dict[str, Any]:
        """The slot as a line of a question set, its question empty."""
        told = {"question": "", "answerable": self.answerable, "answers": []}
        if not self.answerable:
            note = _NOTE_UNANSWERABLE + f"\u201c{self.sentence}\u201d"
            return {"id": self.id, **told, "source": self.source, "evidence": [], "note": note}
        return {
            "id": self.id,
            **told,
            "candidates": candidates(self.sentence),
            "source": self.source,
            "evidence": [self.sentence],
            "note": _NOTE,
        }


def to_read(sources: Sequence[str], number: int, seed: int) -> list[str]:
    """The sources worth reading for `number` slots: all of them, or a sample of a large library."""
    most = number * _DOCUMENTS_READ
    return list(sources) if len(sources) <= most else sorted(Random(seed).sample(sources, most))


def slots(documents: Sequence[Sentences], number: int, seed: int) -> list[Slot]:
    """At most `number` slots, two in three answerable; the same for the same `seed`.

    Documents get slots by the root of how many good sentences they have, so that a long one does
    not take all; within a document each slot has a stretch of its own, and takes the sentence with
    most to ask for there.
    """
    random = Random(seed)
    worth = _worth(documents)
    found: list[tuple[int, int]] = []
    for index, given in enumerate(_shares([len(w) for w in worth.values()], number)):
        found += [(index, at) for at in _spread(list(worth.values())[index], given, random)]
    unanswerable = set(random.sample(range(len(found)), len(found) // _UNANSWERABLE))
    names = _names(list(worth))
    chosen = [
        (names[documents[index].source], documents[index].texts[at], number not in unanswerable)
        for number, (index, at) in enumerate(found)
    ]
    chosen.sort(key=lambda slot: not slot[2])
    width = len(str(len(chosen)))
    return [Slot(f"q{i:0{width}}", *slot) for i, slot in enumerate(chosen, start=1)]


def _worth(documents: Sequence[Sentences]) -> Mapping[str, Sequence[tuple[int, float]]]:
    """By source, the sentences that can be asked about: their numbers, and how much they tell."""
    times = Counter(" ".join(t.split()) for document in documents for t in document.texts)
    return {
        document.source: [
            (number, value)
            for number, text in enumerate(document.texts)
            # What stands twice is a header or a disclaimer.
            if times[" ".join(text.split())] == 1 and (value := informative(text))
        ]
        for document in documents
    }


def informative(sentence: str) -> float:
    """A score of what there is to ask for; 0 for headings, fragments, tables, code and
    addresses."""
    plain = sentence.strip()
    letters = sum(c.isalpha() for c in plain)
    if (
        len(plain.split()) not in _WORDS
        or len(plain) > _CHARS
        or not _WHOLE.fullmatch(plain)
        or _MARKUP.search(plain)
        or letters < 0.7 * len(plain.replace(" ", ""))
        or plain.isupper()
    ):
        return 0.0
    leaning = 1.5 if _LEANING.match(plain) else 0.0
    return max(0.0, 1.0 + min(len(candidates(plain)), 4) - leaning)


def _shares(counts: Sequence[int], number: int) -> list[int]:
    """Each document's share of `number`, by highest averages over the roots of `counts`."""
    given = [0] * len(counts)
    for _ in range(min(number, sum(counts))):
        best = max(
            (i for i, count in enumerate(counts) if given[i] < count),
            key=lambda i: (math.sqrt(counts[i]) / (given[i] + 1), -i),
        )
        given[best] += 1
    return given


def _spread(worth: Sequence[tuple[int, float]], number: int, random: Random) -> list[int]:
    """From each of `number` stretches of equal length the sentence of most worth."""
    borders = [len(worth) * i // number for i in range(number + 1)] if number else []
    # Between sentences of equal worth, and near it, chance decides: another seed is another set.
    return [max(worth[a:b], key=lambda w: w[1] + random.random())[0] for a, b in pairwise(borders)]


def _names(sources: Sequence[str]) -> dict[str, str]:
    """The names that a set gives its sources: the file name where it is the only one, else the
    path.

    A name that a spreadsheet would take for a formula stays behind its path, too.
    """
    last = {source: PurePath(source).name for source in sources}
    times = Counter(last.values())
    return {
        source: source if times[name] > 1 or name[:1] in "=+-@" else name
        for source, name in last.items()
    }
