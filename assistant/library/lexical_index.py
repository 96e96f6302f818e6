"""The lexical index of a catalogue: which passages hold which terms, and their BM25 scores."""

import json
from collections.abc import Iterable, Sequence

from assistant.library.sqlite import Database

# A heading names the subject of what stands below it, but is not the text that answers.
_BM25 = "bm25(passage_terms, 1.0, 0.6)"
_AMONG = " AND rowid IN (SELECT value FROM json_each(?))"


class LexicalIndex(Database):
    """The part of a catalogue that finds passages by their words."""

    def match(
        self, query_terms: Sequence[str], limit: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Passages that hold any of the terms, as (id, BM25 score), best and highest first.

        With `among` only passages of these ids.
        """
        return self._matching(" OR ", query_terms, limit, among)

    def holding(self, wanted: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Passages that hold all of the terms, in the same form."""
        return self._matching(" AND ", wanted, limit)

    def holders(self, wanted: Sequence[str], *, in_text: bool = False) -> list[tuple[str, int]]:
        """All passages that hold all of the terms, as (source, id), best first; `in_text` leaves
        out those that have them from a title or heading."""
        every = " AND ".join(_quoted(t) for t in dict.fromkeys(wanted) if t)
        if not every:
            return []
        rows = self._rows(
            "SELECT d.source, t.rowid FROM passage_terms t JOIN passages p ON p.id = t.rowid"
            " JOIN documents d ON d.id = p.document_id WHERE passage_terms MATCH ?"
            f" ORDER BY {_BM25}, t.rowid",
            (f"body : ({every})" if in_text else every,),
        )
        return [(str(source), int(str(i))) for source, i in rows]

    def _matching(
        self,
        joined_by: str,
        query_terms: Sequence[str],
        limit: int,
        among: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        wanted = [t for t in dict.fromkeys(query_terms) if t]
        if not wanted:
            return []
        expression = joined_by.join(map(_quoted, wanted))
        rows = self._rows(
            f"SELECT rowid, -{_BM25} FROM passage_terms WHERE passage_terms MATCH ?"
            f"{'' if among is None else _AMONG} ORDER BY {_BM25}, rowid LIMIT ?",
            (expression, *(() if among is None else (json.dumps(list(among)),)), limit),
        )
        return [(int(str(i)), float(str(score))) for i, score in rows]

    def with_term(self, term: str) -> set[int]:
        """All passages that hold the term: 0.3 µs each, so for terms that few have."""
        query = "SELECT rowid FROM passage_terms WHERE passage_terms MATCH ?"
        return {int(str(i)) for (i,) in self._rows(query, (_quoted(term),))}

    def vocabulary(self, letter: str, lengths: range) -> list[tuple[str, int]]:
        """The terms with a first letter and a number of characters in `lengths`, each with the
        number of passages that have it."""
        rows = self._rows(
            "SELECT term, doc FROM term_counts WHERE term >= ? AND term < ?"
            " AND length(term) BETWEEN ? AND ?",
            (letter, chr(ord(letter) + 1), lengths.start, lengths.stop - 1),
        )
        return [(str(term), int(str(doc))) for term, doc in rows]

    def term_frequency(self, wanted: Iterable[str]) -> dict[str, int]:
        """In how many passages each of the terms occurs; 0 where it does not."""
        counts = dict.fromkeys(wanted, 0)
        for term in counts:
            rows = self._rows("SELECT doc FROM term_counts WHERE term = ?", (term,))
            counts[term] = int(str(rows[0][0])) if rows else 0
        return counts


def _quoted(term: str) -> str:
    """A term as FTS5 takes it for itself, not for an operator."""
    return '"' + term.replace('"', '""') + '"'
