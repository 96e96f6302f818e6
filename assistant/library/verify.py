"""Whether a catalogue is whole: its file, its word index, its passages and their spans."""

import json
import sqlite3
from pathlib import Path

from assistant.errors import LibraryError
from assistant.library.catalogue import Catalogue
from assistant.library.database import FILE

_TABLES = frozenset("settings documents passages stale_vectors roots skipped".split())
_OURS = ("sqlite_", "passage_terms", "term_counts", "passages_", "documents_")


def verify_catalogue(
    folder: Path, documents: int | None = None, passages: int | None = None
) -> list[str]:
    """What is wrong with the catalogue in `folder`, in words; [] if all is well.

    `documents` and `passages` are the numbers it should hold, if they are known.
    """
    try:
        foreign = _foreign(folder)
        if foreign:
            return foreign
        catalogue = Catalogue(folder)
    except (LibraryError, sqlite3.Error) as error:
        return [str(error)]
    try:
        found = catalogue.problems() or passage_problems(catalogue)
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


def passage_problems(catalogue: Catalogue) -> list[str]:
    """Passages that are not where their document says, and words without a passage."""
    found = []
    rows = catalogue._rows(
        'SELECT p.id, p.start, p."end", length(d.text), p.sentences FROM passages p'
        " LEFT JOIN documents d ON d.id = p.document_id"
    )
    for number, start, end, length, sentences in rows:
        spans = json.loads(str(sentences))
        inside = length is not None and 0 <= int(str(start)) < int(str(end)) <= int(str(length))
        if not inside or not spans or spans[0][0] < int(str(start)) or spans[-1][1] > int(str(end)):
            found.append(f"passage {number} is not a part of its document")
    (unequal,) = catalogue._rows(
        "SELECT (SELECT COUNT(*) FROM passages) - (SELECT COUNT(*) FROM passage_terms_docsize)"
    )[0]
    if unequal:
        found.append("the word index holds other passages than the catalogue")
    return found


def _foreign(folder: Path) -> list[str]:
    """What is in the file that we did not put there, such as triggers."""
    connection = sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    finally:
        connection.close()
    return [
        f"it holds a {kind} {name!r} that does not belong there"
        for kind, name in rows
        if kind in {"trigger", "view"} or (name not in _TABLES and not name.startswith(_OURS))
    ]
