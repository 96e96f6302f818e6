"""Adding, changing and removing documents: both stores stay in step, whatever happens."""

import os
import sqlite3
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from chroma_server import both_stores as store_url  # noqa: F401
from filelock import FileLock

from assistant import formatting
from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library.document_store import DocumentStore
from assistant.library.indexer import (
    Embedding,
    FileFailed,
    FileIndexed,
    IndexEvent,
    NotRead,
    Waiting,
)
from assistant.library.library import Library
from assistant.library.scope import scope
from assistant.library.sqlite import SCHEMA_VERSION
from assistant.wiring import open_vector_store

TEXT = "The bridge was built in 1896 by the engineer Otto Stahn.\n\nIt crosses the river Spree.\n"


def write(folder: Path, name: str, text: str = TEXT) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def add(library: Library, *paths: Path) -> list[IndexEvent]:
    return list(library.add([str(p) for p in paths]))


def changes(events: list[IndexEvent]) -> dict[str, str]:
    return {Path(e.source).name: e.change for e in events if isinstance(e, FileIndexed)}


def in_step(library: Library) -> int:
    """The number of passages, once it is sure that both stores hold just the same ones."""
    catalogue = library.document_store
    count = catalogue.passage_count()
    ids = list(catalogue.passages(list(range(1, 500))))
    assert library.vectors.ids() == set(ids)
    assert len(ids) == count
    assert catalogue.waiting_count() == 0
    assert catalogue.stale_vectors() == []
    return count


def test_a_folder_is_added_with_its_readable_files(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    for name in ("a.txt", "deep/b.md", "c.TXT", "ignored.png", ".hidden/d.txt", ".e.txt"):
        write(folder, name)
    assert changes(add(library, folder)) == {"a.txt": "added", "b.md": "added", "c.TXT": "added"}
    assert in_step(library) == 3


def test_adding_again_is_free(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.txt")
    add(library, path)
    before = library.document_store.passages([1])
    os.utime(path, ns=(1, 1))
    monkeypatch.setattr(OnnxEmbedder, "embed", None)
    assert changes(add(library, path)) == {"a.txt": "unchanged"}
    assert library.document_store.passages([1]) == before
    assert library.document_store.state(str(path)) is not None


def test_a_changed_file_replaces_its_passages(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    add(library, path)
    path.write_text("The tunnel was dug by Anna Groß.", encoding="utf-8")
    assert changes(add(library, path)) == {"a.txt": "changed"}
    assert in_step(library) == 1
    assert library.document_store.match(["bridg"], 5) == []
    assert [i for i, _ in library.document_store.match(["tunnel"], 5)] == list(
        library.document_store.passages(range(9))
    )


def test_a_removed_document_leaves_nothing_behind(library: Library, tmp_path: Path) -> None:
    kept = write(tmp_path, "kept.txt", "Something else entirely.")
    gone = write(tmp_path, "gone.txt", "The zyzzyva is a weevil.")
    add(library, kept, gone)
    sources, events = library.remove(["gone.txt"])
    list(events)
    assert sources == [str(gone)]
    assert gone.exists()
    assert in_step(library) == 1
    assert library.document_store.match(["zyzzyva"], 5) == []
    assert library.document_store.term_frequency(["zyzzyva"]) == {"zyzzyva": 0}
    library.close()
    with sqlite3.connect(library.document_store.path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    left = b"".join(p.read_bytes() for p in library.folder.rglob("*") if p.is_file())
    assert b"weevil" not in left


def test_remove_takes_a_folder_and_refuses_what_is_not_clear(
    library: Library, tmp_path: Path
) -> None:
    write(tmp_path, "x/same.txt", "One text.")
    write(tmp_path, "y/same.txt", "Another text.")
    add(library, tmp_path / "x", tmp_path / "y")
    for name in ("same.txt", "missing.txt"):
        with pytest.raises(LibraryError):
            library.remove([name])
    sources, events = library.remove([str(tmp_path / "x")])
    list(events)
    assert [Path(s).parent.name for s in sources] == ["x"]
    assert in_step(library) == 1


def test_a_bad_file_is_named_and_the_good_ones_are_added(library: Library, tmp_path: Path) -> None:
    good = write(tmp_path, "good.txt")
    (tmp_path / "binary.txt").write_bytes(b"\0\1\2")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "latin.txt").write_bytes("Größe und Übermaß der Brücke".encode("latin-1"))
    events = add(library, tmp_path, tmp_path / "nowhere", tmp_path / "x.pdf")
    failed = {Path(e.source).name: e.message for e in events if isinstance(e, FileFailed)}
    assert set(failed) == {"binary.txt", "nowhere", "x.pdf"}
    unread = [f for e in events if isinstance(e, NotRead) for f in e.files]
    assert ("empty.txt", "empty") in [(Path(f.source).name, f.kind) for f in unread]
    assert set(changes(events)) == {"good.txt", "latin.txt"}
    assert next(e.note for e in events if isinstance(e, FileIndexed) and "latin" in e.source)
    assert library.document_store.state(str(good)) is not None


@pytest.mark.parametrize("seconds", [14_000_000_000, -2_000_000_000])
def test_a_file_of_an_impossible_time_is_read_like_any_other(
    library: Library, tmp_path: Path, seconds: int
) -> None:
    path = write(tmp_path, "a.txt")
    os.utime(path, (seconds, seconds))
    if path.stat().st_mtime != seconds:
        pytest.skip("this file system has no such times")
    assert any(isinstance(event, FileIndexed) for event in add(library, path))
    (document,) = library.sources()
    assert formatting.state(document) == "ready"
    assert scope(library.document_store, [str(path)], since=date(1800, 1, 1)) == {str(path)}


def test_an_indexing_that_was_stopped_is_finished_by_the_next(
    library: Library, tmp_path: Path
) -> None:
    path = write(tmp_path, "a.txt")
    events = library.add([str(path)])
    assert isinstance(next(events), FileIndexed)
    events.close()  # type: ignore[attr-defined]
    # Words find it already, vectors do not.
    assert library.document_store.match(["bridg"], 5)
    assert library.document_store.waiting_count() == 1
    assert list(library.finish()) == [Embedding(1, 1)]
    assert in_step(library) == 1


def test_a_lost_vector_store_is_rebuilt_from_the_catalogue(
    library: Library, tmp_path: Path, embedder: OnnxEmbedder
) -> None:
    add(library, write(tmp_path, "a.txt"))
    library.close()
    library.vectors.reset()
    again = Library(
        library.folder, open_vector_store(library.folder, library.vectors.place), embedder
    )
    events = add(again, write(tmp_path, "b.txt", "More of it."))
    assert Embedding(2, 2) in events
    assert in_step(again) == 2
    again.close()


def test_a_second_writer_waits_and_says_so(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    lock = FileLock(library.folder / "write.lock")
    lock.acquire()
    events = library.add([str(path)])
    assert next(events) == Waiting()
    lock.release()
    assert changes(list(events)) == {"a.txt": "added"}


def test_a_library_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    DocumentStore(tmp_path).close()
    with sqlite3.connect(tmp_path / "catalogue.sqlite3") as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(LibraryError, match="newer version"):
        DocumentStore(tmp_path)


def test_a_damaged_catalogue_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"this is no database, not at all" * 100)
    with pytest.raises(LibraryError, match="damaged"):
        DocumentStore(tmp_path)


def test_a_full_disk_keeps_what_was_there(library: Library, tmp_path: Path) -> None:
    add(library, write(tmp_path, "a.txt"))
    pages = library.document_store._rows("PRAGMA page_count")[0][0]
    library.document_store._connection.execute(f"PRAGMA max_page_count = {pages}")
    big = write(tmp_path, "big.txt", "\n\n".join(f"Paragraph {n} " + TEXT * 9 for n in range(12)))
    with pytest.raises(LibraryError, match="disk is full"):
        add(library, big)
    assert in_step(library) == 1
    library.document_store._connection.execute("PRAGMA max_page_count = 1000000")
    assert changes(add(library, big)) == {"big.txt": "added"}
    in_step(library)


def test_another_embedder_s_library_is_refused(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    library.document_store.set_settings({"embedder": "another"})
    with pytest.raises(LibraryError, match="another"):
        add(library, path)


def test_quotes_are_found_where_the_catalogue_says(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    text = "\ufeffFirst\u00a0line \U0001f600.\r\n\r\nSecond e\u0301 line,\ttabbed.\r\nThird"
    path.write_bytes(text.encode("utf-8"))
    add(library, path)
    stored = library.document_store.text(str(path))
    assert stored == path.read_bytes().decode("utf-8-sig")
    for passage in library.document_store.passages([1]).values():
        assert stored[passage.start : passage.end] == passage.text
        for span in passage.sentences:
            assert passage.slice(span) == stored[slice(*span)]
            assert passage.lines_of(span)[0] == stored[: span[0]].count("\r\n") + 1


def test_the_nearest_vector_is_the_passage_s_own(library: Library, tmp_path: Path) -> None:
    add(library, write(tmp_path, "a.txt"), write(tmp_path, "b.txt", "Cats sleep all day long."))
    vector = library.embedder.embed(["Cats sleep all day long."])[0]
    (best, cosine), *_ = library.vectors.nearest(vector, 2)
    assert library.document_store.passages([best])[best].text == "Cats sleep all day long."
    assert cosine == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
