"""`sync` follows what happens to the files, and never takes an absent disk for a deletion."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.engines.embedder import OnnxEmbedder
from assistant.errors import LibraryError
from assistant.library import discovery, scan
from assistant.library.events import FileFailed, FileIndexed, FileRemoved, IndexEvent, SourceMissing
from assistant.library.library import Library

TEXT = "The bridge was built in {} by the engineer Otto Stahn.\n\nIt crosses the river Spree.\n"


def write(folder: Path, name: str, text: str = "") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or TEXT.format(name), encoding="utf-8")
    return path


def add(library: Library, *paths: Path) -> list[IndexEvent]:
    return list(library.add([str(p) for p in paths]))


def sync(library: Library) -> dict[str, str]:
    """The name of each file with what happened to it, unchanged ones left out."""
    happened = {}
    for event in library.sync():
        if isinstance(event, FileIndexed) and event.change != "unchanged":
            happened[Path(event.source).name] = event.change
        elif isinstance(event, FileRemoved):
            happened[Path(event.source).name] = "removed"
        elif isinstance(event, FileFailed):
            happened[Path(event.source).name] = "failed"
        elif isinstance(event, SourceMissing):
            happened[Path(event.path).name] = f"{event.documents} kept"
    return happened


def names(library: Library) -> set[str]:
    return {Path(d.source).name for d in library.sources()}


@pytest.fixture
def no_embedding(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, an attempt to make a vector fails."""
    return lambda: monkeypatch.setattr(OnnxEmbedder, "embed", None)


def test_edits_additions_and_deletions_are_followed(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    for name in ("kept.txt", "edited.md", "gone.txt"):
        write(folder, name)
    add(library, folder)
    write(folder, "edited.md", "The tunnel was dug by Anna.")
    write(folder, "deep/new.txt")
    (folder / "gone.txt").unlink()
    assert sync(library) == {"edited.md": "changed", "new.txt": "added", "gone.txt": "removed"}
    assert sync(library) == {}
    assert library.document_store.match(["tunnel"], 5)
    assert library.vectors.count() == library.document_store.passage_count()


def test_a_change_that_keeps_size_and_time_is_seen(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "n/a.txt", "The tower is 98 metres high.")
    os.utime(path, ns=(10**18, 10**18))
    add(library, path.parent)
    path.write_text("The tower is 89 metres high.", encoding="utf-8")
    os.utime(path, ns=(10**18, 10**18))
    assert sync(library) == {"a.txt": "changed"}


def test_what_is_written_within_the_same_tick_is_seen(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file system whose clock stands still: no signature ever changes.
    now = time.time_ns()
    monkeypatch.setattr(discovery, "signature", lambda s: f"1:{s.st_ino}:{s.st_size}:{now}:0")
    path = write(tmp_path, "n/a.txt", "The tower is 98 metres high.")
    add(library, path.parent)
    path.write_text("The tower is 89 metres high.", encoding="utf-8")
    assert sync(library) == {"a.txt": "changed"}


def test_a_renamed_file_keeps_its_passages_and_vectors(
    library: Library, tmp_path: Path, no_embedding: Callable[[], None]
) -> None:
    folder = tmp_path / "notes"
    write(folder, "old.txt", "The bridge was built in 1896.")
    write(folder, "other.txt")
    add(library, folder)
    before = library.document_store.passages(range(1, 9))
    no_embedding()
    (folder / "sub").mkdir()
    (folder / "old.txt").rename(folder / "sub" / "zyzzyva.txt")
    assert sync(library) == {"zyzzyva.txt": "renamed"}
    after = library.document_store.passages(range(1, 9))
    assert [p.text for p in after.values()] == [p.text for p in before.values()]
    # Its name is a word to find it by, and the former one no longer is.
    assert library.document_store.match(["zyzzyva"], 5)
    assert not library.document_store.match(["old"], 5)


def test_a_whole_folder_is_renamed_without_embedding(
    library: Library, tmp_path: Path, no_embedding: Callable[[], None]
) -> None:
    for number in range(20):
        write(tmp_path / "notes" / "before", f"{number}.txt")
    add(library, tmp_path / "notes")
    no_embedding()
    (tmp_path / "notes" / "before").rename(tmp_path / "notes" / "after")
    assert set(sync(library).values()) == {"renamed"}
    assert all("/after/" in d.source for d in library.sources())


def test_an_added_file_is_followed_when_it_is_renamed_and_edited_in_one(
    library: Library, tmp_path: Path
) -> None:
    path = write(tmp_path, "a/report.txt")
    write(tmp_path, "a/unrelated.txt")
    add(library, path)
    moved = path.rename(path.with_name("final.txt"))
    assert sync(library) == {"final.txt": "renamed"}
    moved.rename(path.with_name("last.txt")).write_text("Something new.", encoding="utf-8")
    assert sync(library) == {"last.txt": "added", "final.txt": "removed"}
    assert names(library) == {"last.txt"}


def test_an_editor_that_saves_by_renaming_changes_the_file(
    library: Library, tmp_path: Path
) -> None:
    path = write(tmp_path, "n/a.txt")
    add(library, path)
    beside = write(tmp_path, "n/a.txt.tmp", "The tunnel was dug by Anna.")
    beside.replace(path)
    assert sync(library) == {"a.txt": "changed"}
    assert names(library) == {"a.txt"}


def test_an_absent_folder_keeps_its_documents(library: Library, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    write(disk, "a.txt")
    write(disk, "b.txt")
    add(library, disk)
    disk.rename(tmp_path / "unplugged")
    assert sync(library) == {"disk": "2 kept"}
    disk.mkdir()  # the empty mount point
    assert sync(library) == {"disk": "2 kept"}
    disk.rmdir()
    (tmp_path / "unplugged").rename(disk)
    assert sync(library) == {}
    assert names(library) == {"a.txt", "b.txt"}


def test_another_device_in_its_place_keeps_its_documents(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "home" / "stick"
    old = write(inner, "a.txt")
    write(tmp_path / "home", "b.txt")
    os.utime(old, ns=(1, 1))
    add(library, tmp_path / "home")
    sync(library)
    shutil.rmtree(inner)
    real = discovery.identity
    monkeypatch.setattr(scan.discovery, "identity", lambda s: (-1, 0))
    assert sync(library) == {"stick": "1 kept"}
    monkeypatch.setattr(scan.discovery, "identity", real)
    assert sync(library) == {"a.txt": "removed"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into any folder")
def test_a_closed_folder_keeps_its_documents(library: Library, tmp_path: Path) -> None:
    write(tmp_path, "n/closed/a.txt")
    write(tmp_path, "n/b.txt")
    add(library, tmp_path / "n")
    (tmp_path / "n/closed").chmod(0)
    try:
        assert sync(library) == {"closed": "1 kept"}
    finally:
        (tmp_path / "n/closed").chmod(0o700)


def test_ignore_files_and_the_library_s_own_patterns_leave_files_out(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "n"
    for name in ("a.txt", "draft.txt", "build/b.txt", "deep/secret.md", "node_modules/c.md"):
        write(folder, name)
    write(folder, ".gitignore", "build/\n# a comment\n")
    write(folder, "deep/.assistantignore", "secret*\n")
    library.settings.set("exclude", "draft*, nothing-else")
    add(library, folder)
    assert names(library) == {"a.txt"}
    write(folder, ".gitignore", "a.txt\n!a.txt\n")
    assert sync(library) == {"b.txt": "added"}
    write(folder, ".gitignore", "a.txt\n")
    assert sync(library) == {"a.txt": "removed"}
    assert set(sync(library)) == set()


def test_what_was_removed_stays_removed_until_it_is_added_again(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "n"
    for name in ("a.txt", "sub/b.txt", "sub/c.txt"):
        write(folder, name)
    add(library, folder)
    list(library.remove(["a.txt"])[1])
    list(library.remove([str(folder / "sub")])[1])
    assert sync(library) == {}
    assert names(library) == set()
    add(library, folder / "sub" / "b.txt")
    assert sync(library) == {}
    assert names(library) == {"b.txt"}
    add(library, folder)
    assert names(library) == {"a.txt", "b.txt", "c.txt"}
    list(library.remove([str(folder)])[1])
    assert library.document_store.roots() == {}
    assert sync(library) == {}
    assert names(library) == set()


def test_a_file_with_two_names_is_one_document(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "n"
    first = write(folder, "a.txt")
    os.link(first, folder / "b.txt")
    (folder / "c.txt").symlink_to(first)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.txt").symlink_to(folder / "missing")
    add(library, folder)
    assert names(library) == {"a.txt"}
    assert sync(library).keys() <= {"nowhere.txt"}
    first.unlink()
    assert sync(library)["b.txt"] == "renamed"
    assert names(library) == {"b.txt"}


def test_a_bad_file_is_named_once_and_read_again_when_it_changes(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "n"
    write(folder, "good.txt")
    bad = folder / "bad.pdf"
    bad.write_bytes(b"no PDF at all")
    os.utime(bad, ns=(1, 1))
    add(library, folder)
    assert sync(library) == {}
    assert "PDF" in library.document_store.skipped()[str(bad)][1]
    bad.write_bytes((Path(__file__).parents[1] / "documents/files/columns.pdf").read_bytes())
    assert sync(library) == {"bad.pdf": "added"}
    assert library.document_store.skipped() == {}


def test_a_file_that_is_being_written_is_read_when_it_is_whole(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "n/a.txt", "half of it")
    fdopen = os.fdopen
    writes = iter(["more of it", "all of it, and more"])

    def opened(descriptor: int, mode: str) -> object:
        file = fdopen(descriptor, mode)
        read = file.read

        class Grows:
            def __enter__(self) -> "Grows":
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def read(self, limit: int) -> bytes:
                data = read(limit)
                if text := next(writes, ""):
                    path.write_text(text, encoding="utf-8")
                return data

        return Grows()

    monkeypatch.setattr(discovery.os, "fdopen", opened)
    assert discovery.read(path).data == b"all of it, and more"


def test_a_thousand_unchanged_files_take_less_than_a_second(
    library: Library, tmp_path: Path, no_embedding: Callable[[], None]
) -> None:
    folder = tmp_path / "n"
    for number in range(1_000):
        os.utime(write(folder, f"{number % 10}/{number}.txt"), ns=(1, 1))
    events = library.add([str(folder)])
    for _ in zip(range(1_000), events, strict=False):
        pass
    events.close()  # type: ignore[attr-defined]
    ids = library.document_store.waiting(10_000)
    library.vectors.put(
        ids, np.eye(1, library.embedder.dimension, dtype=np.float32).repeat(len(ids), 0)
    )
    library.document_store.mark_embedded(ids)
    no_embedding()
    for again in (library.sync, lambda: library.add([str(folder)])):
        began = time.monotonic()
        changes = [e.change for e in again() if isinstance(e, FileIndexed)]
        assert time.monotonic() - began < 1
        assert changes == ["unchanged"] * 1_000


def test_watching_follows_each_change(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "n"
    write(folder, "a.txt")
    alone = write(tmp_path, "alone/b.txt")
    add(library, folder, alone)
    stop = threading.Event()
    happened: list[str] = []

    def follow() -> None:
        for event in library.watch(stop):
            if isinstance(event, FileIndexed | FileRemoved):
                happened.append(f"{Path(event.source).name} {getattr(event, 'change', 'removed')}")

    thread = threading.Thread(target=follow)
    thread.start()

    def wait_for(what: str) -> None:
        deadline = time.monotonic() + 20
        while what not in happened:
            assert time.monotonic() < deadline, happened
            time.sleep(0.02)

    try:
        wait_for("a.txt unchanged")
        write(folder, "new.txt")
        wait_for("new.txt added")
        (folder / "new.txt").rename(folder / "moved.txt")
        wait_for("moved.txt renamed")
        beside = write(tmp_path, "alone/b.tmp", "All of it is new.")
        beside.replace(alone)
        wait_for("b.txt changed")
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_no_wait_fails_at_once(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    other = Library(library.folder, library.vectors, library.embedder)
    busy = other.add([str(path)])
    next(busy)
    with pytest.raises(LibraryError, match="Another process"):
        list(library.sync(wait=False))
    busy.close()  # type: ignore[attr-defined]
    assert sync(library) == {}
    other.close()


PATTERNS = [
    "a.txt", "/a.txt", "*.txt", "d/", "d/*", "/d/e/", "**/f.txt", "d/**", "d/**/g.txt", "[ab].txt",
    "[!a].txt", "?.txt", "e", "e/", "!d/e/g.txt", "\\!x.txt", "d/e", "*.md\n!keep.md", "# no", " ",
    "f*", "d\n!d/e", "*\n!*/\n!*.txt", "x.txt ", "**", "a**b.txt", "/**/g.txt", "[a-", "e/f.txt",
    "[[:alpha:]].txt", "?[[:punct:]]*", "[^[:alpha:]]*", "[[:none:]].txt", "[z-a].txt", "d[!0-9]*", "[]!]x.txt",
    "[\\]!]x.txt", "[a\\-z].txt", "*/", "*//", "//e", "!", "/", "d/**\n!d/f.txt",
]  # fmt: skip


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge here")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_mean_what_they_mean_to_git(pattern: str, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "f.txt", "!x.txt", "x.txt", "keep.md", "n.md", "aab.txt", "d/a.txt", "d/f.txt", "d/e/g.txt", "d/e/f.txt", "e/f.txt", "e/g.txt"):  # fmt: skip
        write(tmp_path, name, "text")
    write(tmp_path, ".gitignore", pattern + "\n")
    quiet = {"cwd": tmp_path, "check": True, "capture_output": True, "text": True}
    subprocess.run(["git", "init", "-q"], **quiet)
    listed = subprocess.run(
        ["git", "-c", "core.quotepath=off", "ls-files", "-oc", "--exclude-standard"], **quiet
    ).stdout.split("\n")
    expected = {name for name in listed if name and not name.startswith(".")}
    found = {os.path.relpath(p, tmp_path) for p in discovery.below(str(tmp_path)).signatures}
    assert found == expected
