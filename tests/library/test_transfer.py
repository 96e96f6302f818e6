"""Libraries are copied, exported and imported whole, or not at all."""

import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chroma_server import both_stores as store_url  # noqa: F401

from assistant import paths
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library.document_store import DocumentStore
from assistant.library.library import Library, exists, names
from assistant.library.settings import LibrarySettings
from assistant.library.transfer import (
    copy_library,
    delete_library,
    export_library,
    import_library,
    rename_library,
)
from assistant.wiring import open_vector_store


def opened(name: str, embedder: OnnxEmbedder, url: str) -> Library:
    folder = paths.library_folder(name)
    return Library(folder, open_vector_store(folder, url), embedder)


def content(library: Library) -> tuple[list[tuple[str, str]], list[str], int]:
    catalogue = library.document_store
    documents = [(d.source, catalogue.text(d.source)) for d in library.sources()]
    passages = [p.text for p in catalogue.passages(list(range(1, 50))).values()]
    return documents, passages, library.vectors.count()


@pytest.fixture
def filled(tmp_path: Path, embedder: OnnxEmbedder, store_url: str) -> Library:  # noqa: F811
    for number in range(3):
        path = tmp_path / "n" / f"{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# Bridge {number}\n\nIt was built in 190{number}.\n", encoding="utf-8")
    library = opened("first", embedder, store_url)
    list(library.add([str(tmp_path / "n")]))
    library.settings.set("description", "bridges")
    return library


def test_an_export_is_imported_as_it_was_without_embedding(
    filled: Library, tmp_path: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(filled)
    file = tmp_path / "backup.library"
    assert export_library(filled, file)["passages"] == 3
    import_library(file, "second")
    monkeypatch.setattr(OnnxEmbedder, "embed", None)
    again = opened("second", embedder, filled.vectors.place)
    list(again.finish())
    assert content(again) == before
    assert again.settings.get("description") == "bridges"
    assert sorted(p.name for p in again.folder.iterdir() if "npy" in p.name) == []


def test_a_damaged_export_is_refused_and_leaves_nothing(filled: Library, tmp_path: Path) -> None:
    file = tmp_path / "backup.library"
    export_library(filled, file)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"no zip", whole.replace(b"built", b"burnt")):
        file.write_bytes(damaged)
        if damaged != whole:
            with pytest.raises(LibraryError):
                import_library(file, "second")
    parts = zipfile.ZipFile(tmp_path / "other", "w")
    with zipfile.ZipFile(tmp_path / "whole", "w") as good:
        good.writestr("x", "y")
    file.write_bytes(whole)
    with zipfile.ZipFile(file) as source:
        for name in source.namelist():
            data = source.read(name)
            parts.writestr(name, data[:-1] + b"!" if name == "vectors.npy" else data)
    parts.close()
    with pytest.raises(LibraryError, match=r"vectors\.npy"):
        import_library(tmp_path / "other", "second")
    assert names() == ["first"]
    assert not [p for p in (paths.home() / "libraries").iterdir() if p.name.startswith(".")]


def test_a_catalogue_with_a_trigger_is_refused(filled: Library, tmp_path: Path) -> None:
    with sqlite3.connect(filled.document_store.path) as raw:
        raw.execute("CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM documents; END")
    file = tmp_path / "backup.library"
    export_library(filled, file)
    with pytest.raises(LibraryError, match="trigger"):
        import_library(file, "second")


def repacked(file: Path, parts: dict[str, bytes], more: dict[str, bytes] | None = None) -> Path:
    """The exported file with some parts changed and all sums as a stranger would make them."""
    with zipfile.ZipFile(file) as archive:
        all_parts = {name: archive.read(name) for name in archive.namelist()} | parts
    manifest = json.loads(all_parts.pop("manifest.json"))
    for name, data in all_parts.items():
        sums = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest["parts"][name] = sums
    other = file.with_name("strange.library")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in {"manifest.json": json.dumps(manifest).encode(), **all_parts}.items():
            archive.writestr(name, data)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return other


def npy(array: "np.ndarray[Any, Any]") -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def unit(*shape: int) -> "np.ndarray[Any, Any]":
    rows = np.ones(shape, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True).astype(np.float32)


def with_value(value: float) -> "np.ndarray[Any, Any]":
    rows = unit(3, 384)
    rows[1, 7] = value
    return rows


IDS = np.array([1, 2, 3], dtype=np.int64)


@pytest.mark.parametrize(
    "parts",
    [
        {"vectors.npy": npy(unit(3, 383))},
        {"vectors.npy": npy(unit(2, 384))},
        {"vectors.npy": npy(unit(3 * 384))},
        {"vectors.npy": npy(np.zeros((3, 384), dtype=np.float32))},
        {"vectors.npy": npy(with_value(np.inf))},
        {"vectors.npy": npy(with_value(np.nan))},
        {"vectors.npy": npy(with_value(1e38))},
        {"vectors.npy": npy(np.full((3, 384), "vector"))},
        {"vectors.npy": npy(unit(3, 384).astype(np.float64))},
        {"vectors.npy": npy(np.full((3, 384), {"an": "object"}))},
        {"vectors.npy": b"no array"},
        {"vectors.npy": npy(unit(3, 384))[:-8]},
        {"ids.npy": npy(np.array([1, 2, 2], dtype=np.int64))},
        {"ids.npy": npy(np.array([1, 2, 99], dtype=np.int64))},
        {"ids.npy": npy(np.array(["1", "2", "3"]))},
        {"ids.npy": npy(IDS.reshape(3, 1))},
    ],
)
def test_vectors_that_are_not_the_passages_are_refused(
    filled: Library, tmp_path: Path, parts: dict[str, bytes]
) -> None:
    file = tmp_path / "backup.library"
    export_library(filled, file)
    with pytest.raises(LibraryError) as refused:
        import_library(repacked(file, parts), "second")
    assert "vectors" in str(refused.value)
    assert len(str(refused.value)) < 400
    assert names() == ["first"]


def test_what_an_embedder_cannot_have_made_is_refused(filled: Library, tmp_path: Path) -> None:
    filled.document_store.set_settings({"dimension": "2"})
    file = tmp_path / "backup.library"
    export_library(filled, file)
    other = repacked(file, {"vectors.npy": npy(unit(3, 2))})
    with pytest.raises(LibraryError, match="does not make 2 numbers"):
        import_library(other, "second", {filled.embedder.name: 384})


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("CREATE VIRTUAL TABLE documents_too USING fts5 (text)", "documents_too"),
        ("CREATE VIRTUAL TABLE passage_terms_too USING fts5vocab (passage_terms, row)", "does not"),
        ("CREATE TABLE passages_more (a)", "passages_more"),
        ("CREATE VIEW passages_of (a) AS SELECT 1", "view"),
        ("CREATE INDEX documents_by_note ON documents (lower(note))", "documents_by_note"),
        ("DROP INDEX documents_by_content", "lacks"),
        ("DROP TABLE skipped; CREATE TABLE skipped (source, signature, message)", "skipped"),
        ("ALTER TABLE roots ADD COLUMN more TEXT", "roots"),
        ("DROP TABLE roots; CREATE VIRTUAL TABLE roots USING fts5 (path, is_folder)", "roots"),
        ("PRAGMA user_version = -1", "version"),
        ("UPDATE documents SET text = zeroblob(40)", "text of documents"),
        ("UPDATE documents SET mtime_ns = 'now'", "mtime_ns of documents"),
        ("UPDATE passages SET sentences = '[[\"a\", 3]]'", "not a part"),
        ("UPDATE documents SET added_at = 'now'", "at no time"),
        ("UPDATE passages SET sentences = '7'", "not a part"),
        ("UPDATE passages SET headings = '{}'", "headings"),
        ("INSERT INTO settings VALUES ('own.exclude', 'no JSON')", "setting"),
        ("INSERT INTO settings VALUES ('reindex', '[]')", "setting"),
    ],
)
def test_a_catalogue_that_is_not_as_written_here_is_refused(
    filled: Library, tmp_path: Path, statement: str, says: str
) -> None:
    file = tmp_path / "backup.library"
    export_library(filled, file)
    catalogue = tmp_path / "catalogue.sqlite3"
    with zipfile.ZipFile(file) as archive:
        catalogue.write_bytes(archive.read("catalogue.sqlite3"))
    with closing(sqlite3.connect(catalogue)) as raw:
        raw.executescript(statement)
    with pytest.raises(LibraryError, match=says):
        import_library(repacked(file, {catalogue.name: catalogue.read_bytes()}), "second")
    assert names() == ["first"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_with_more_in_it_is_refused(filled: Library, tmp_path: Path) -> None:
    file = tmp_path / "backup.library"
    export_library(filled, file)
    for more in ({"vectors/evil.sqlite3": b""}, {"../up": b""}, {"ids.npy": b"again"}):
        with pytest.raises(LibraryError, match="other parts"):
            import_library(repacked(file, {}, more), "second")
    assert names() == ["first"]


@pytest.mark.parametrize("size", [10**18, -1, "12", True, 1.5])
def test_a_part_of_no_possible_size_is_refused(
    filled: Library, tmp_path: Path, size: object
) -> None:
    file = tmp_path / "backup.library"
    export_library(filled, file)
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["parts"]["vectors.npy"]["bytes"] = size
    other = repacked(file, {})
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(other, "w") as archive:
        for name in whole.namelist():
            changed = json.dumps(manifest).encode() if name == "manifest.json" else None
            archive.writestr(name, changed or whole.read(name))
    with pytest.raises(LibraryError, match=r"sizes|larger than the space"):
        import_library(other, "second")


def test_an_import_does_not_say_where_questions_go(filled: Library, tmp_path: Path) -> None:
    filled.settings.set("model", "http://elsewhere.example/v1")
    file = tmp_path / "backup.library"
    export_library(filled, file)
    assert import_library(file, "second")["left_out"] == "http://elsewhere.example/v1"
    with closing(DocumentStore(paths.library_folder("second"))) as catalogue:
        assert LibrarySettings(catalogue).all()["model"] == ""
        assert LibrarySettings(catalogue).all()["description"] == "bridges"


def test_an_error_of_the_store_does_not_print_vectors(filled: Library) -> None:
    with pytest.raises(LibraryError) as refused:
        filled.vectors.put([1, 2, 3], np.full((3, 384), np.nan, dtype=np.float64).astype(object))
    assert len(str(refused.value)) < 500


def test_vectors_that_were_damaged_beside_the_catalogue_are_made_anew(
    filled: Library, tmp_path: Path, embedder: OnnxEmbedder
) -> None:
    file = tmp_path / "backup.library"
    export_library(filled, file)
    import_library(file, "second")
    (paths.library_folder("second") / "vectors.npy").write_bytes(npy(np.full((3, 384), "text")))
    second = opened("second", embedder, filled.vectors.place)
    list(second.finish())
    assert content(second) == content(filled)
    second.close()


def test_a_manifest_of_another_kind_is_refused(tmp_path: Path) -> None:
    for manifest in ({}, [], {"format": "assistant-library", "version": 99}, {"format": 1}):
        with zipfile.ZipFile(tmp_path / "x", "w") as file:
            file.writestr("manifest.json", json.dumps(manifest))
        with pytest.raises(LibraryError):
            import_library(tmp_path / "x", "second")
    assert not exists("second")


def test_a_copy_stands_for_itself(
    filled: Library, tmp_path: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(filled)
    copy_library(filled, "second")
    second = opened("second", embedder, filled.vectors.place)
    monkeypatch.setattr(OnnxEmbedder, "embed", None)
    list(second.finish())
    assert content(second) == before
    list(second.remove([str(tmp_path / "n" / "0.md")])[1])
    assert content(filled) == before
    assert len(content(second)[0]) == 2
    with pytest.raises(LibraryError, match="There is a library"):
        copy_library(filled, "second")
    second.close()


def test_rename_and_delete(filled: Library) -> None:
    filled.close()
    rename_library("first", "other")
    assert names() == ["other"]
    delete_library("other")
    assert names() == []
    with pytest.raises(LibraryError, match="no library"):
        delete_library("other")
