"""Versions of a document: which documents are the same one at different times, and which is newer.

Documents are versions of one if their names are the same but for numbers and words such as "final":
`budget-v1.csv` and `budget-v2.csv`, `minutes-2024.txt` and `minutes-2025.md`.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath

from assistant.answering.about_documents import day_of
from assistant.language.words import names
from assistant.library.library import Library
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence

# What names of versions differ in, beside numbers.
_MARKS = frozenset("v version rev revision final draft old new copy updated signed".split())
_PART = re.compile(r"[a-z\u00df-\u024f]+|\d+", re.IGNORECASE)
# Two sentences say something of the same thing: as much of the question, as near to it in meaning.
_COVERAGE = 0.9
_SIMILAR = 0.08
# How far behind the best the reader's log odds may be of what another version says.
_READ_BEHIND = 4.0


class Versions:
    """The versions of documents in one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def pair(self, question: Question, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The evidence of the newest version and of an older one that differs; only the former
        where they agree; nothing where the best evidence has no other version.

        A question that names the year or number of its version means that one.
        """
        best = evidence[0]
        asked = {t for t in question.names if t.isdigit()}
        if asked & _numbers(best.passage.source):
            return ()
        others = [e for e in evidence[1:] if self._is_of_another_version(best, e)]
        if not others:
            return ()
        told: dict[str, Evidence] = {}  # of each version what answers best
        for e in (best, *others):
            told.setdefault(e.passage.source, e)
        ordered = sorted(told.values(), key=lambda e: self._age(e, list(told.values())))
        newest = ordered[-1]
        older = next((e for e in reversed(ordered[:-1]) if _differ(newest, e)), None)
        return (newest, older) if older is not None else (newest,)

    def _is_of_another_version(self, one: Evidence, other: Evidence) -> bool:
        return (
            one.passage.source != other.passage.source
            and _series(one.passage.source) == _series(other.passage.source)
            and other.coverage >= one.coverage * _COVERAGE
            and abs(one.max_sim - other.max_sim) <= _SIMILAR
            and (other.reader_score or 0) >= (one.reader_score or 0) - _READ_BEHIND
        )

    def _age(self, evidence: Evidence, among: Sequence[Evidence]) -> tuple[object, ...]:
        """The keys that order versions, the oldest first: their dates if all say them, else the
        numbers of their names, else the times of their files."""
        source = evidence.passage.source
        days = {e.passage.source: day_of(self._library, e.passage.source) for e in among}
        if all(days.values()):
            return (days[source],)
        numbers = {e.passage.source: _ordinals(e.passage.source) for e in among}
        if len(set(numbers.values())) == len(numbers):
            return numbers[source]
        state = self._library.document_store.state(source)
        return (state[1] if state else 0,)


def _parts(source: str) -> list[str]:
    return [part.lower() for part in _PART.findall(PurePath(source).stem)]


def _series(source: str) -> tuple[str, ...]:
    """The name without what versions differ in; the whole path where nothing else is left."""
    told = tuple(p for p in _parts(source) if not p.isdigit() and p not in _MARKS)
    return told or (source,)


def _numbers(source: str) -> set[str]:
    return {p for p in _parts(source) if p.isdigit()}


def _ordinals(source: str) -> tuple[int, ...]:
    return tuple(int(p) for p in _parts(source) if p.isdigit())


def _differ(one: Evidence, other: Evidence) -> bool:
    """Tell if one sentence has a number or a name that the other has not, and the other way."""
    mine, theirs = (names(e.quote, skip_first=False) for e in (one, other))
    return bool(mine - theirs) and bool(theirs - mine)
