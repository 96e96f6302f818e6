"""The doctor finds what is wrong, says so, and saves every text that can be read."""

import os
import sqlite3
from pathlib import Path

import pytest

from assistant import paths
from assistant.cli.main import main
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library.chroma import LocalChromaStore, _forget_clients
from assistant.library.health import examine_catalogue, salvage
from assistant.library.library import Library

pytestmark = pytest.mark.slow


def opened(embedder: OnnxEmbedder) -> Library:
    _forget_clients()
    folder = paths.library_folder("default")
    return Library(folder, LocalChromaStore(folder / "vectors"), embedder)


def fill(tmp_path: Path, embedder: OnnxEmbedder, files: int, sentences: int) -> Path:
    """A library of so many files whose passages have no vectors yet."""
    for number in range(files):
        path = tmp_path / "n" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"Bridge {number} was built of stone. " * sentences, encoding="utf-8")
    library = opened(embedder)
    for _ in zip(range(files), library.add([str(tmp_path / "n")]), strict=False):
        pass
    library.document_store._rows("PRAGMA wal_checkpoint(TRUNCATE)")
    library.close()
    return library.folder


@pytest.fixture
def folder(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    return fill(tmp_path, embedder, 6, 5)


def findings(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, str]]:
    status = main(["doctor", *options])
    lines = capsys.readouterr().out.splitlines()
    return status, {line.split()[1]: line.split()[0] for line in lines}


def test_a_whole_library_is_healthy_and_what_waits_is_done(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = findings(capsys)
    assert (status, found["catalogue"], found["vectors"]) == (0, "ok", "note")
    status, found = findings(capsys, "--repair")
    assert status == 0
    assert set(found.values()) == {"ok"}


def test_lost_and_foreign_vectors_are_found_and_put_right(
    folder: Path, embedder: OnnxEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    library = opened(embedder)
    list(library.finish())
    library.vectors.remove([1, 2])
    library.vectors.put([9_999], embedder.embed(["nobody's"]))
    library.close()
    assert findings(capsys)[1]["vectors"] == "problem"
    status, found = findings(capsys, "--repair")
    assert (status, found["vectors"]) == (0, "ok")


def test_a_corrupted_page_costs_no_text(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    folder = fill(tmp_path, embedder, 40, 60)
    file = folder / "catalogue.sqlite3"
    size = file.stat().st_size
    whole = file.read_bytes()
    damaged = 0
    for page in range(1, size // 4096, max(1, size // 4096 // 6)):
        data = bytearray(whole)
        data[page * 4096 : page * 4096 + 4096] = os.urandom(4096)
        file.write_bytes(bytes(data))
        if examine_catalogue(folder).state == "problem":
            damaged += 1
            saved, _ = salvage(folder)
            assert examine_catalogue(folder).state == "ok"
            assert (folder / "catalogue.damaged.sqlite3").exists()
            library = opened(embedder)
            documents = {d.source: library.document_store.text(d.source) for d in library.sources()}
            assert len(documents) == saved
            for source, text in documents.items():
                assert text == Path(source).read_text(encoding="utf-8")
            library.close()
            (folder / "catalogue.damaged.sqlite3").unlink()
    assert damaged


def test_a_damaged_catalogue_names_its_remedy(folder: Path, embedder: OnnxEmbedder) -> None:
    (folder / "catalogue.sqlite3").write_bytes(b"no database" * 1_000)
    with pytest.raises(LibraryError, match="doctor --repair"):
        opened(embedder)


def test_a_changed_row_is_found(folder: Path) -> None:
    with sqlite3.connect(folder / "catalogue.sqlite3") as raw:
        raw.execute('UPDATE passages SET "end" = "end" + 9999 WHERE id = 3')
    found = examine_catalogue(folder)
    assert found.state == "problem"
    assert "passage 3" in found.text
