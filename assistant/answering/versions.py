"""Answers where a document has versions: the newest leads, an older one that differs is named."""

from collections.abc import Sequence
from pathlib import PurePath

from assistant.language.words import names
from assistant.library.library import Library
from assistant.library.versions import are_versions, numbers, oldest_first
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence

# Two sentences say something of the same thing: as much of the question, as near to it in meaning.
_COVERAGE = 0.9
_SIMILAR = 0.08
# How far behind the best the reader's log odds may be of what another version says.
_READ_BEHIND = 4.0
# Documents of nearly the same text that are named.
_NAMED = 3


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
        if asked & numbers(best.passage.source):
            return ()
        others = [e for e in evidence[1:] if self._is_of_another_version(best, e)]
        if not others:
            return ()
        told: dict[str, Evidence] = {}  # of each version what answers best
        for e in (best, *others):
            told.setdefault(e.passage.source, e)
        store = self._library.document_store
        ordered = [told[source] for source in oldest_first(store, told)]
        newest = ordered[-1]
        older = next((e for e in reversed(ordered[:-1]) if _differ(newest, e)), None)
        return (newest, older) if older is not None else (newest,)

    def note(self, shown: Sequence[Evidence]) -> str:
        """A sentence that names the documents which are nearly the same as those that are shown;
        "" where there are none."""
        sources = {e.passage.source for e in shown}
        store = self._library.document_store
        others = {other: None for source in sources for other in store.alike(source)}
        named = [PurePath(other).name for other in others if other not in sources]
        if not named:
            return ""
        more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
        return f"Nearly the same text is in {', '.join(named[:_NAMED])}{more}."

    def _is_of_another_version(self, one: Evidence, other: Evidence) -> bool:
        return (
            are_versions(self._library.document_store, one.passage.source, other.passage.source)
            and other.coverage >= one.coverage * _COVERAGE
            and abs(one.max_sim - other.max_sim) <= _SIMILAR
            and (other.reader_score or 0) >= (one.reader_score or 0) - _READ_BEHIND
        )


def _differ(one: Evidence, other: Evidence) -> bool:
    """Tell if one sentence has a number or a name that the other has not, and the other way."""
    mine, theirs = (names(e.quote, skip_first=False) for e in (one, other))
    return bool(mine - theirs) and bool(theirs - mine)
