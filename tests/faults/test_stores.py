"""A vector store that is gone, cut or full of rubbish is made anew from the catalogue."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import DocumentError
from assistant.library import discovery
from assistant.library.chroma import LocalChromaStore, _forget_clients
from assistant.library.events import FileFailed, Rebuilding
from assistant.library.library import Library


def opened(folder: Path, embedder: OnnxEmbedder) -> Library:
    _forget_clients()  # what another process would not have
    return Library(folder, LocalChromaStore(folder / "vectors"), embedder)


@pytest.fixture
def filled(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    for number in range(5):
        path = tmp_path / "n" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"The bridge number {number} was built in 190{number}.", encoding="utf-8")
    library = opened(tmp_path / "library", embedder)
    list(library.add([str(tmp_path / "n")]))
    library.close()
    return library.folder


def delete(vectors: Path) -> None:
    shutil.rmtree(vectors)


def cut(vectors: Path) -> None:
    file = vectors / "chroma.sqlite3"
    os.truncate(file, file.stat().st_size // 2)


def empty(vectors: Path) -> None:
    os.truncate(vectors / "chroma.sqlite3", 0)


def rubbish(vectors: Path) -> None:
    (vectors / "chroma.sqlite3").write_bytes(os.urandom(50_000))


@pytest.mark.parametrize("harm", [delete, cut, empty, rubbish])
def test_a_lost_store_is_noticed_at_opening_and_filled_again(
    filled: Path, embedder: OnnxEmbedder, harm: Callable[[Path], None]
) -> None:
    harm(filled / "vectors")
    library = opened(filled, embedder)
    assert library.document_store.match(["bridg"], 9)
    assert "found by their words alone" in library.progress_notice()
    list(library.finish())
    assert library.vectors.ids() == set(library.document_store.embedded())
    assert len(library.vectors.ids()) == 5
    assert library.progress_notice() == ""
    library.close()


def test_only_what_is_lost_is_embedded_again(filled: Path, embedder: OnnxEmbedder) -> None:
    library = opened(filled, embedder)
    library.vectors.remove([2, 4])
    assert Rebuilding(2) in list(library.sync())
    assert library.vectors.ids() == {1, 2, 3, 4, 5}
    library.close()


def test_a_file_that_the_disk_does_not_give_is_named(
    filled: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened(filled, embedder)
    bad = filled.parent / "n" / "bad.txt"
    bad.write_text("text", encoding="utf-8")
    read = discovery._read_once

    def fails(path: Path) -> object:
        if path == bad:
            raise OSError(errno.EIO, "Input/output error")
        return read(path)

    monkeypatch.setattr(discovery, "_read_once", fails)
    failed = [e for e in library.sync() if isinstance(e, FileFailed)]
    assert [(e.source, e.message) for e in failed] == [
        (str(bad), "It cannot be read: Input/output error.")
    ]
    assert library.document_store.passage_count() == 5
    with pytest.raises(DocumentError):
        discovery.read(bad)
    library.close()
