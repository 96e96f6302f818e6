"""Folders: text without a suffix is read, and what is not read is counted and listed with why."""

import os
from pathlib import Path

import pytest

from assistant.library.events import FileFailed, FileIndexed, IndexEvent, NotRead
from assistant.library.library import Library
from assistant.library.unread import counted

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


def kinds(events: list[IndexEvent]) -> dict[str, str]:
    """The kind of each file that the last NotRead event names."""
    *_, last = [e for e in events if isinstance(e, NotRead)]
    return {Path(f.source).name: f.kind for f in last.files}


def read(events: list[IndexEvent]) -> set[str]:
    return {Path(e.source).name for e in events if isinstance(e, FileIndexed)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "papers"
    place.mkdir()
    (place / "README").write_text("The bridge was built in 1896.\n")
    (place / "faq.custom").write_text("Tickets cost four euros.\n")
    for name in ("a.gif", "b.heic", "scan"):
        (place / name).write_bytes(PNG)
    (place / "tool").write_bytes(b"\x7fELF" + bytes(60))
    (place / "TODO").write_bytes(b"")
    (place / ".hidden").write_bytes(PNG)
    return place


def test_text_without_a_suffix_is_read_and_the_rest_counted(library: Library, folder: Path) -> None:
    events = list(library.add([str(folder)]))
    assert read(events) == {"README", "faq.custom"}
    assert not [e for e in events if isinstance(e, FileFailed)]
    assert kinds(events) == {
        "a.gif": "picture", "b.heic": "picture", "scan": "picture", "tool": "program", "TODO": "empty",
    }  # fmt: skip
    assert counted(f.kind for f in library.unread()) == "3 pictures, 1 program, 1 empty file"


def test_a_sync_says_the_same_and_follows_changes(library: Library, folder: Path) -> None:
    first = kinds(list(library.add([str(folder)])))
    assert kinds(list(library.sync())) == first
    (folder / "TODO").write_text("Buy bread.\n")
    (folder / "scan").unlink()
    events = list(library.sync())
    assert "TODO" in read(events)
    assert set(kinds(events)) == {"a.gif", "b.heic", "tool"}


def test_a_file_that_failed_is_listed_until_it_is_gone_and_a_removed_one_is_not(
    library: Library, folder: Path
) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 no more")
    list(library.add([str(folder)]))
    assert {f.kind for f in library.unread() if f.source.endswith("bad.pdf")} == {"unread"}
    list(library.remove([str(folder / "README")])[1])
    assert not [f for f in library.unread() if f.source.endswith("README")]
    (folder / "bad.pdf").unlink()
    list(library.sync())
    assert not [f for f in library.unread() if f.source.endswith("bad.pdf")]


def test_a_document_whose_file_is_no_text_now_keeps_its_text(
    library: Library, folder: Path
) -> None:
    list(library.add([str(folder)]))
    (folder / "README").write_bytes(bytes(200))
    events = list(library.sync())
    assert [Path(e.source).name for e in events if isinstance(e, FileFailed)] == ["README"]
    assert "1896" in library.document_store.text(str(folder / "README"))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no named pipes in folders")
def test_looking_at_a_folder_waits_for_no_pipe_and_fails_at_no_broken_link(
    library: Library, folder: Path
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to(folder / "nowhere")
    events = list(library.add([str(folder)]))
    assert kinds(events)["link"] == "closed"
    assert "pipe" not in read(events) | set(kinds(events))


def test_a_text_too_large_is_said_without_reading_it(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.discovery.MAX_FILE_BYTES", 27)
    assert kinds(list(library.add([str(folder)])))["README"] == "large"


def test_a_file_without_a_suffix_is_added_by_its_name_and_followed(
    library: Library, folder: Path
) -> None:
    assert read(list(library.add([str(folder / "README")]))) == {"README"}
    (folder / "README").rename(folder / "LIESMICH")
    changes = [e.change for e in library.sync() if isinstance(e, FileIndexed)]
    assert changes == ["renamed"]
