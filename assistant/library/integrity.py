"""Tell whether a catalogue is whole: its file, its word index, its passages and their spans."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from assistant.documents.units.unit import Unit
from assistant.errors import LibraryError
from assistant.library import index_version, schema
from assistant.library.document_store import DocumentStore
from assistant.library.settings import LibrarySettings

_TABLES = (
    "settings",
    "documents",
    "sketch_keys",
    "roots",
    "skipped",
    "passages",
    "stale_vectors",
)
# Thousands of passages may be wrong in the same way; a few tell.
_TOLD = 20


def verify_catalogue(
    folder: Path, documents: int | None = None, passages: int | None = None
) -> list[str]:
    """Problems of the document store in `folder`, in words; [] if all is well.

    `documents` and `passages` are the numbers it should hold, if they are known.
    """
    try:
        # Before the file is opened as a catalogue: what it would run must be known.
        foreign = schema.differences(folder)
        if foreign:
            return foreign
        catalogue = DocumentStore(folder)
    except (LibraryError, sqlite3.Error) as error:
        return [str(error)]
    try:
        found = catalogue.problems() or _content_problems(catalogue)
        counts = (len(catalogue.states()), catalogue.passage_count())
    except (LibraryError, sqlite3.Error, ValueError) as error:
        return [str(error)]
    finally:
        catalogue.close()
    if documents is not None and counts != (documents, passages):
        found.append(
            f"it holds {counts[0]} documents and {counts[1]} passages, not as many as it should"
        )
    return found


def _content_problems(catalogue: DocumentStore) -> list[str]:
    return (
        list(_value_problems(catalogue))
        or list(_time_problems(catalogue))
        or passage_problems(catalogue)
        or list(_setting_problems(catalogue))
    )


def _value_problems(catalogue: DocumentStore) -> Iterator[str]:
    """Columns that hold something else than their type: SQLite itself takes anything."""
    for table in _TABLES:
        for _, name, declared, not_null, _, key in catalogue._rows(f"PRAGMA table_info({table})"):
            kinds = [str(declared).lower(), *(() if not_null or key else ("null",))]
            wanted = ", ".join(f"'{kind}'" for kind in kinds)
            query = f'SELECT 1 FROM {table} WHERE typeof("{name}") NOT IN ({wanted}) LIMIT 1'
            if catalogue._rows(query):
                yield f"the column {name} of {table} holds something else than {kinds[0]}"


def _time_problems(catalogue: DocumentStore) -> Iterator[str]:
    """Documents that say when they were added in other words than ours."""
    for source, added_at in catalogue._rows("SELECT source, added_at FROM documents"):
        try:
            datetime.fromisoformat(str(added_at))
        except ValueError:
            yield f"{str(source)[:60]!r} was added at no time"
            return


def passage_problems(catalogue: DocumentStore) -> list[str]:
    """Passages that are not where their document says, and words without a passage."""
    found = []
    rows = catalogue._rows(
        'SELECT p.id, p.start, p."end", length(d.text), p.sentences, p.headings FROM passages p'
        " LEFT JOIN documents d ON d.id = p.document_id"
    )
    for number, start, end, length, sentences, headings in rows:
        inside = length is not None and 0 <= int(str(start)) < int(str(end)) <= int(str(length))
        spans = _spans(str(sentences))
        if not inside or not spans or spans[0][0] < int(str(start)) or spans[-1][1] > int(str(end)):
            found.append(f"passage {number} is not a part of its document")
        elif not _is_texts(str(headings)):
            found.append(f"passage {number} has headings that cannot be read")
        if len(found) == _TOLD:
            break
    (unequal,) = catalogue._rows(
        "SELECT (SELECT COUNT(*) FROM passages) - (SELECT COUNT(*) FROM passage_terms_docsize)"
    )[0]
    if unequal:
        found.append("the word index holds other passages than the catalogue")
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    """The spans in a passage's JSON, in order and apart; [] for anything else."""
    found = _read(text)
    try:
        spans = [Unit.from_json(row).span for row in found] if isinstance(found, list) else []
    except (TypeError, ValueError, IndexError, KeyError):
        return []
    good = all(type(a) is int and type(b) is int and a < b for a, b in spans)
    return spans if good and all(x[1] <= y[0] for x, y in pairwise(spans)) else []


def _is_texts(text: str) -> bool:
    found = _read(text)
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _setting_problems(catalogue: DocumentStore) -> Iterator[str]:
    """Settings that would stop whatever reads them."""
    try:
        LibrarySettings(catalogue).all()
        index_version.recorded(catalogue)
        index_version.begun(catalogue)
    except (ValueError, TypeError, KeyError, RecursionError):
        yield "it holds a setting that cannot be read"
