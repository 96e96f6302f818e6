"""A library of an earlier version opens as it was; the file of before is kept beside it."""

import sqlite3
from pathlib import Path

import pytest

from assistant import paths
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library import sqlite
from assistant.library.chroma import LocalChromaStore
from assistant.library.events import FileIndexed
from assistant.library.library import Library
from assistant.library.sqlite import SCHEMA_VERSION, Database
from assistant.library.transfer import export_library, import_library

FIRST_SCHEMA = Path(sqlite.__file__).with_name("schema_1.sql")


def first_version(folder: Path, source: Path) -> None:
    """A library as the first version wrote it, with one document that waits for its vector."""
    folder.mkdir()
    raw = sqlite3.connect(folder / "catalogue.sqlite3")
    raw.executescript(FIRST_SCHEMA.read_text(encoding="utf-8"))
    text = source.read_text(encoding="utf-8")
    raw.execute(
        "INSERT INTO documents VALUES (7, ?, 'a', ?, 'x', ?, 1, 'text', '', '2025-01-01')",
        (str(source), text, len(text)),
    )
    raw.execute(
        "INSERT INTO passages VALUES (9, 7, 0, ?, 1, 1, NULL, '[]', ?, 0)",
        (len(text), f"[[0, {len(text)}]]"),
    )
    raw.execute("INSERT INTO passage_terms (rowid, body, headings) VALUES (9, 'bridg', 'a')")
    raw.execute("PRAGMA user_version = 1")
    raw.commit()
    raw.close()


def test_the_first_version_is_brought_up_to_date(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    source = tmp_path / "a.txt"
    source.write_text("The bridge was built in 1896.", encoding="utf-8")
    folder = tmp_path / "library"
    first_version(folder, source)
    library = Library(folder, LocalChromaStore(folder / "vectors"), embedder)
    assert library.document_store.passages([9])[9].text == "The bridge was built in 1896."
    assert library.document_store.match(["bridg"], 5)
    assert library.document_store.roots() == {str(source): False}
    # Its content is read again, because nothing is known of it but a sum that is not its own.
    events = list(library.sync())
    assert [e.change for e in events if isinstance(e, FileIndexed)] == ["changed"]
    assert library.vectors.count() == 1
    library.close()
    with sqlite3.connect(folder / "catalogue.v1.sqlite3") as kept:
        assert kept.execute("PRAGMA user_version").fetchone() == (1,)
        assert kept.execute("SELECT id FROM passages").fetchall() == [(9,)]


def test_a_migration_that_fails_leaves_the_library_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("Text.", encoding="utf-8")
    folder = tmp_path / "library"
    first_version(folder, source)
    with monkeypatch.context() as patched:
        patched.setattr(
            Path, "read_text", lambda *_, **__: "CREATE TABLE half (a);\nnot a statement;\n"
        )
        with pytest.raises(LibraryError):
            Database(folder)
    with sqlite3.connect(folder / "catalogue.sqlite3") as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (1,)
        assert not raw.execute("SELECT * FROM sqlite_master WHERE name = 'half'").fetchall()
    Database(folder).close()


def test_a_migrated_library_has_the_schema_of_a_new_one(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("Text.", encoding="utf-8")
    first_version(tmp_path / "old", source)
    (tmp_path / "new").mkdir()
    shapes = []
    for name in ("old", "new"):
        database = Database(tmp_path / name)
        tables = database._rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        shapes.append(
            {
                str(table): [row[1:] for row in database._rows(f"PRAGMA table_info({table})")]
                for (table,) in tables
            }
        )
        assert database._version() == SCHEMA_VERSION
        database.close()
    assert shapes[0] == shapes[1]


def test_a_library_that_was_brought_up_to_date_is_exported_and_imported(
    tmp_path: Path, embedder: OnnxEmbedder
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("The bridge was built in 1896.", encoding="utf-8")
    folder = paths.library_folder("first")
    folder.parent.mkdir(parents=True)
    first_version(folder, source)
    library = Library(folder, LocalChromaStore(folder / "vectors"), embedder)
    list(library.sync())
    export_library(library, tmp_path / "backup.library")
    library.close()
    assert import_library(tmp_path / "backup.library", "second")["documents"] == 1
