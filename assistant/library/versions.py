"""Versions of a document: which are the same one at different times, and which is newer.

Documents are versions of one if most of their text is the same, or if their names are but for
numbers and words such as "final": `budget-v1.csv` and `budget-v2.csv`.
"""

import re
from collections.abc import Collection
from pathlib import PurePath

from assistant.library.document_store import DocumentStore

# What names of versions differ in, beside numbers.
_MARKS = frozenset("v version rev revision final draft old new copy updated signed".split())
_PART = re.compile(r"[a-z\u00df-\u024f]+|\d+", re.IGNORECASE)


def are_versions(catalogue: DocumentStore, one: str, other: str) -> bool:
    """Tell if two sources are versions of one document."""
    return one != other and (_series(one) == _series(other) or other in catalogue.alike(one))


def oldest_first(catalogue: DocumentStore, sources: Collection[str]) -> list[str]:
    """The sources by their dates if all have one of their own, else by the numbers in their names,
    else by when their files were changed."""
    days = {source: catalogue.day(source) for source in sources}
    if None not in days.values() and len(set(days.values())) > 1:
        return sorted(sources, key=lambda s: (str(days[s]), s))
    numbers = {source: _ordinals(source) for source in sources}
    if len(set(numbers.values())) == len(numbers):
        return sorted(sources, key=lambda s: numbers[s])
    return sorted(sources, key=lambda s: ((catalogue.state(s) or ("", 0))[1], s))


def numbers(source: str) -> set[str]:
    """The numbers in a file's name, by which a question may mean it."""
    return {p for p in _parts(source) if p.isdigit()}


def _parts(source: str) -> list[str]:
    return [part.lower() for part in _PART.findall(PurePath(source).stem)]


def _series(source: str) -> tuple[str, ...]:
    """The name without what versions differ in; the whole path where nothing else is left."""
    told = tuple(p for p in _parts(source) if not p.isdigit() and p not in _MARKS)
    return told or (source,)


def _ordinals(source: str) -> tuple[int, ...]:
    return tuple(int(p) for p in _parts(source) if p.isdigit())


def alike_pairs(catalogue: DocumentStore) -> list[tuple[str, str, float]]:
    """The documents that are nearly the same, each pair once: the newer, the older, and their
    similarity; by source."""
    found: dict[tuple[str, ...], float] = {}
    for document in catalogue.documents():
        for other, score in catalogue.alike(document.source).items():
            found[tuple(sorted((document.source, other)))] = score
    ordered = {pair: oldest_first(catalogue, pair) for pair in sorted(found)}
    return [(newer, older, found[pair]) for pair, (older, newer) in ordered.items()]
