"""Libraries are copied, exported and imported whole, or not at all."""

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from chroma_server import both_stores as store_url  # noqa: F401

from assistant import paths
from assistant.assistant import vector_store
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library.library import Library, exists, names
from assistant.library.transfer import (
    copy_library,
    delete_library,
    export_library,
    import_library,
    rename_library,
)


def opened(name: str, embedder: OnnxEmbedder, url: str) -> Library:
    folder = paths.library_folder(name)
    return Library(folder, vector_store(folder, url), embedder)


def content(library: Library) -> tuple[list[tuple[str, str]], list[str], int]:
    catalogue = library.catalogue
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
    with sqlite3.connect(filled.catalogue.path) as raw:
        raw.execute("CREATE TRIGGER t AFTER INSERT ON settings BEGIN DELETE FROM documents; END")
    file = tmp_path / "backup.library"
    export_library(filled, file)
    with pytest.raises(LibraryError, match="trigger"):
        import_library(file, "second")


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
