"""The catalogue of a library: documents, passages and the lexical index, in one SQLite file."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from assistant.documents.document import Document, LineMap
from assistant.documents.reading import Reading
from assistant.documents.units.unit import Unit
from assistant.errors import LibraryError
from assistant.language.sentences import Span
from assistant.language.words import terms
from assistant.library.lexical_index import LexicalIndex
from assistant.library.sources import Sources
from assistant.library.splitter import PassageSpan
from assistant.library.sqlite import FILE, marks

# SQLite's limit on placeholders is far above this; short statements stay in its cache.
_CHUNK = 500


@dataclass(frozen=True)
class SourceFile:
    """The state of a file as it was read; `sha256` is of its bytes."""

    source: str
    sha256: str
    bytes: int
    mtime_ns: int
    parser: str
    signature: str = ""


@dataclass(frozen=True)
class DocumentState:
    """The state of a document, by which it is in step with its file or not."""

    source: str
    sha256: str
    signature: str


@dataclass(frozen=True)
class DocumentRecord:
    """A stored document without its text; `embedded` of its `passages` have a vector."""

    id: int
    source: str
    title: str
    sha256: str
    bytes: int
    mtime_ns: int
    parser: str
    note: str
    added_at: str
    passages: int
    embedded: int


@dataclass(frozen=True)
class Passage:
    """A stored passage: `text` is its document's text[start:end], `sentences` spans in there.

    `units` say what each sentence means where that is more than it says.
    """

    id: int
    source: str
    title: str
    start: int
    end: int
    lines: tuple[int, int]
    page: int | None
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]
    text: str
    units: tuple[Unit, ...] = ()

    @cached_property
    def reading(self) -> Reading:
        """The passage in words, as it is searched and read."""
        spans = self.sentences or ((self.start, self.end),)
        return Reading(self.text, self.start, self.units or tuple(map(Unit.of, spans)))

    def slice(self, span: Span) -> str:
        """The text of a span of the document that lies in this passage."""
        return self.text[span[0] - self.start : span[1] - self.start]

    def lines_of(self, span: Span) -> tuple[int, int]:
        """The first and the last line of a span of the document that lies in this passage."""
        first, last = LineMap(self.text).lines(span[0] - self.start, span[1] - self.start)
        return self.lines[0] + first - 1, self.lines[0] + last - 1


class DocumentStore(LexicalIndex, Sources):
    """Documents, their passages and the words in them, all in one SQLite file."""

    @staticmethod
    def exists(folder: Path) -> bool:
        """Tell whether there is a catalogue in `folder`; looking does not make one."""
        return (folder / FILE).is_file()

    # Documents.

    def put(self, file: SourceFile, document: Document, passages: Iterable[PassageSpan]) -> int:
        """Store a document in the place of what its source held before; returns its passages."""
        with self._writing() as db:
            self._forget(db, file.source)
            db.execute("DELETE FROM skipped WHERE source = ?", (file.source,))
            cursor = db.execute(
                "INSERT INTO documents (source, title, text, sha256, bytes, mtime_ns, parser, note,"
                " added_at, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    file.source,
                    document.title,
                    document.text,
                    file.sha256,
                    file.bytes,
                    file.mtime_ns,
                    file.parser,
                    document.note,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    file.signature,
                ),
            )
            number = 0
            for passage in passages:
                number += 1
                self._insert_passage(db, cursor.lastrowid, document, passage)
            return number

    @staticmethod
    def _insert_passage(
        db: sqlite3.Connection, document_id: int | None, document: Document, passage: PassageSpan
    ) -> None:
        cursor = db.execute(
            'INSERT INTO passages (document_id, start, "end", first_line, last_line, page,'
            " headings, sentences) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document_id,
                passage.start,
                passage.end,
                *passage.lines,
                passage.page,
                json.dumps(passage.headings),
                json.dumps([unit.to_json() for unit in passage.units]),
            ),
        )
        body = " ".join(terms(Reading(document.text, 0, passage.units).text))
        context = _context(document.title, passage.headings)
        db.execute(
            "INSERT INTO passage_terms (rowid, body, headings) VALUES (?, ?, ?)",
            (cursor.lastrowid, body, context),
        )

    def remove(self, source: str) -> bool:
        """Forget a document and its passages; whether there was one."""
        with self._writing() as db:
            return self._forget(db, source)

    @staticmethod
    def _forget(db: sqlite3.Connection, source: str) -> bool:
        row = db.execute("SELECT id FROM documents WHERE source = ?", (source,)).fetchone()
        if row is None:
            return False
        passages = "SELECT id FROM passages WHERE document_id = ?"
        db.execute(f"INSERT OR IGNORE INTO stale_vectors {passages}", row)
        db.execute(f"DELETE FROM passage_terms WHERE rowid IN ({passages})", row)
        db.execute("DELETE FROM documents WHERE id = ?", row)
        return True

    def scrub(self) -> None:
        """Wipe what deleted rows left in the word index and in the write-ahead log.

        FTS5 only marks words as deleted until its segments are merged; this merges them all, which
        reads and writes the whole index.
        """
        with self._writing() as db:
            db.execute("INSERT INTO passage_terms (passage_terms) VALUES ('optimize')")
        self._rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def touch(self, source: str, mtime_ns: int, signature: str) -> None:
        """Note what now tells a file whose content is the same."""
        with self._writing() as db:
            db.execute(
                "UPDATE documents SET mtime_ns = ?, signature = ? WHERE source = ?",
                (mtime_ns, signature, source),
            )

    def rename(self, old: str, new: SourceFile) -> int:
        """Let a document follow its file; its passages and vectors stay. Returns its passages.

        What `new.source` held before is forgotten. A title that was the file's name changes along.
        """
        with self._writing() as db:
            self._forget(db, new.source)
            db.execute("DELETE FROM skipped WHERE source = ?", (new.source,))
            document_id, title = db.execute(
                "SELECT id, title FROM documents WHERE source = ?", (old,)
            ).fetchone()
            named = Path(new.source).stem if title == Path(old).stem else title
            db.execute(
                "UPDATE documents SET source = ?, title = ?, mtime_ns = ?, signature = ?"
                " WHERE id = ?",
                (new.source, named, new.mtime_ns, new.signature, document_id),
            )
            rows = db.execute(
                "SELECT id, headings FROM passages WHERE document_id = ?", (document_id,)
            ).fetchall()
            if named != title:
                db.executemany(
                    "UPDATE passage_terms SET headings = ? WHERE rowid = ?",
                    [(_context(named, json.loads(headings)), i) for i, headings in rows],
                )
            return len(rows)

    def documents(self) -> list[DocumentRecord]:
        """All documents, by source."""
        rows = self._rows(
            "SELECT d.id, source, title, sha256, bytes, mtime_ns, parser, note, added_at,"
            " COUNT(p.id), COALESCE(SUM(p.embedded), 0) FROM documents d"
            " LEFT JOIN passages p ON p.document_id = d.id GROUP BY d.id ORDER BY source"
        )
        return [DocumentRecord(*row) for row in rows]  # type: ignore[arg-type]

    def states(self) -> dict[str, DocumentState]:
        """The state of each document, by source."""
        rows = self._rows("SELECT source, sha256, signature FROM documents")
        return {str(row[0]): DocumentState(*map(str, row)) for row in rows}

    def sources_below(self, document_id: int) -> list[str]:
        """The sources of documents with a lower id, oldest first."""
        query = "SELECT source FROM documents WHERE id < ? ORDER BY id"
        return [str(row[0]) for row in self._rows(query, (document_id,))]

    def next_document(self) -> int:
        """An id above those of all documents."""
        return int(str(self._rows("SELECT COALESCE(MAX(id), 0) + 1 FROM documents")[0][0]))

    def holds(self, source: str, document: Document, passages: Sequence[PassageSpan]) -> bool:
        """Tell whether a document is stored with this text, title and passages."""
        found = self._rows("SELECT text, title FROM documents WHERE source = ?", (source,))
        if found != [(document.text, document.title)]:
            return False
        ids = self.passage_ids(source)
        stored = self.passages(ids)
        return [
            (p.start, p.end, p.page, p.headings, p.units) for p in map(stored.get, ids) if p
        ] == [(p.start, p.end, p.page, p.headings, p.units) for p in passages]

    def state(self, source: str) -> tuple[str, int] | None:
        """The sha256 and time of change that a source had when it was read, or None."""
        rows = self._rows("SELECT sha256, mtime_ns FROM documents WHERE source = ?", (source,))
        return (str(rows[0][0]), int(str(rows[0][1]))) if rows else None

    def with_content(self, sha256: str) -> list[str]:
        """The sources whose bytes had this sha256 when they were read."""
        query = "SELECT source FROM documents WHERE sha256 = ? ORDER BY id"
        return [str(row[0]) for row in self._rows(query, (sha256,))]

    def text(self, source: str) -> str:
        """The stored text of a document. Raises LibraryError if it is not in the library."""
        rows = self._rows("SELECT text FROM documents WHERE source = ?", (source,))
        if not rows:
            raise LibraryError(f"{source} is not in the library.", "See `assistant sources`.")
        return str(rows[0][0])

    def head(self, source: str, characters: int) -> str:
        """The beginning of a document's text; "" if it is not in the library."""
        query = "SELECT substr(text, 1, ?) FROM documents WHERE source = ?"
        rows = self._rows(query, (characters, source))
        return str(rows[0][0]) if rows else ""

    # Passages.

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """The passages with these ids; ids that are no longer there are left out."""
        found: dict[int, Passage] = {}
        for i in range(0, len(ids), _CHUNK):
            chunk = ids[i : i + _CHUNK]
            rows = self._rows(
                'SELECT p.id, d.source, d.title, p.start, p."end", first_line, last_line, page,'
                ' headings, sentences, substr(d.text, p.start + 1, p."end" - p.start)'
                " FROM passages p JOIN documents d ON d.id = p.document_id"
                f" WHERE p.id IN ({marks(chunk)})",
                chunk,
            )
            found |= {p.id: p for p in map(_passage, rows)}
        return found

    def passage_ids(self, source: str) -> list[int]:
        """Ids of a document's passages, in its order."""
        rows = self._rows(
            "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id"
            " WHERE d.source = ? ORDER BY p.start",
            (source,),
        )
        return [int(str(row[0])) for row in rows]

    def page_starts(self, source: str) -> list[tuple[int, int]]:
        """Offset in a document's text and number of each page, as far as its passages tell."""
        rows = self._rows(
            "SELECT MIN(p.start), p.page FROM passages p JOIN documents d ON d.id = p.document_id"
            " WHERE d.source = ? AND p.page IS NOT NULL GROUP BY p.page ORDER BY 1",
            (source,),
        )
        return [(int(str(start)), int(str(page))) for start, page in rows]

    def passages_of(self, sources: Collection[str]) -> list[int]:
        """Ids of the passages of these documents."""
        rows = self._rows(
            "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document_id"
            " WHERE d.source IN (SELECT value FROM json_each(?)) ORDER BY p.id",
            (json.dumps(list(sources)),),
        )
        return [int(str(row[0])) for row in rows]

    def passage_count(self) -> int:
        """The number of passages."""
        return int(str(self._rows("SELECT COUNT(*) FROM passages")[0][0]))

    def waiting(self, limit: int) -> list[int]:
        """Ids of passages that have no vector yet, oldest first."""
        rows = self._rows(
            "SELECT id FROM passages WHERE embedded = 0 ORDER BY id LIMIT ?", (limit,)
        )
        return [int(str(row[0])) for row in rows]

    def waiting_among(self, ids: Sequence[int]) -> list[int]:
        """Those of the ids whose passages have no vector yet."""
        rows = self._rows(
            f"SELECT id FROM passages WHERE embedded = 0 AND id IN ({marks(ids)})", ids
        )
        return [int(str(row[0])) for row in rows]

    def embedded_any(self) -> bool:
        """Tell whether any passage has its vector."""
        return bool(self._rows("SELECT 1 FROM passages WHERE embedded = 1 LIMIT 1"))

    def embedded(self) -> list[int]:
        """Ids of passages that have their vector."""
        rows = self._rows("SELECT id FROM passages WHERE embedded = 1 ORDER BY id")
        return [int(str(row[0])) for row in rows]

    def waiting_count(self) -> int:
        """The number of passages without a vector."""
        return int(str(self._rows("SELECT COUNT(*) FROM passages WHERE embedded = 0")[0][0]))

    def mark_embedded(self, ids: Sequence[int]) -> None:
        """Record that these passages have their vectors."""
        with self._writing() as db:
            db.executemany("UPDATE passages SET embedded = 1 WHERE id = ?", [(i,) for i in ids])

    def mark_all_waiting(self) -> None:
        """Record that no passage has a vector: the vector store was lost."""
        with self._writing() as db:
            db.execute("UPDATE passages SET embedded = 0")

    def mark_waiting(self, ids: Sequence[int]) -> None:
        """Record that these passages have no vector."""
        with self._writing() as db:
            db.executemany("UPDATE passages SET embedded = 0 WHERE id = ?", [(i,) for i in ids])

    def stale_vectors(self) -> list[int]:
        """Ids of vectors whose passage is gone."""
        return [int(str(row[0])) for row in self._rows("SELECT passage_id FROM stale_vectors")]

    def clear_stale_vectors(self, ids: Sequence[int]) -> None:
        """Record that the vector store has forgotten these."""
        with self._writing() as db:
            db.executemany("DELETE FROM stale_vectors WHERE passage_id = ?", [(i,) for i in ids])


def _context(title: str, headings: Sequence[str]) -> str:
    """The terms of what stands above a passage."""
    return " ".join(terms(" ".join((title, *headings))))


def _passage(row: tuple[object, ...]) -> Passage:
    (passage_id, source, title, start, end, first, last, page, headings, sentences, text) = row
    units = tuple(map(Unit.from_json, json.loads(str(sentences))))
    return Passage(
        id=int(str(passage_id)),
        source=str(source),
        title=str(title),
        start=int(str(start)),
        end=int(str(end)),
        lines=(int(str(first)), int(str(last))),
        page=None if page is None else int(str(page)),
        headings=tuple(json.loads(str(headings))),
        sentences=tuple(unit.span for unit in units),
        text=str(text),
        units=units,
    )
