"""A full disk, a folder that may not be written to and a clock that jumps lose nothing."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.library.locks import QueryPriority

pytestmark = pytest.mark.slow

resource = pytest.importorskip("resource", reason="limits of a process are a thing of POSIX")


def run(
    *arguments: str, before: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        preexec_fn=before,
    )


def documents(folder: Path) -> Path:
    folder.mkdir()
    for number in range(60):
        text = f"Bridge {number} was built by engineer {number} of stone and of iron. " * 40
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def test_a_full_disk_is_said_and_the_next_add_goes_on(tmp_path: Path, home: Path) -> None:
    folder = documents(tmp_path / "n")

    def small() -> None:  # a file may grow to this and no further, as on a disk that is full
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    full = run("add", str(folder), before=small)
    assert full.returncode == 2
    assert "Traceback" not in full.stderr
    assert "disk" in full.stderr
    checked = run("doctor")
    assert "ok       catalogue" in checked.stdout
    (folder / "more.txt").write_text("One more.", encoding="utf-8")
    # Words find all that is read; the vectors of so many would only take time here.
    listed = run("sources")
    assert listed.stdout.count("passages") < 61


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="needs root's rights to drop"
)
def test_a_folder_that_may_not_be_written_to_is_said(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The bridge was built in 1896.", encoding="utf-8")
    assert run("add", str(path)).returncode == 0
    for place in (home, *home.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)
        os.chown(place, 65534, 65534)
    libc = ctypes.CDLL(None)

    def without_rights() -> None:  # to write anywhere, to change what belongs to others
        for right in (1, 3):
            libc.prctl(24, right, 0, 0, 0)

    path.write_text("The bridge was built in 1897.", encoding="utf-8")
    refused = run("add", str(path), before=without_rights)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert "permissions" in refused.stderr


def test_a_clock_that_jumps_holds_nothing_up(tmp_path: Path) -> None:
    foreground = QueryPriority(tmp_path)
    with foreground.asking():
        for jump in (10**6, -(10**6)):
            os.utime(tmp_path / "asking", (time.time() + jump,) * 2)
            began = time.monotonic()
            foreground.give_way()
            assert time.monotonic() - began < 0.2


def test_indexing_waits_while_somebody_asks_and_no_longer(tmp_path: Path) -> None:
    foreground = QueryPriority(tmp_path)
    foreground.give_way()
    began = time.monotonic()
    with foreground.asking():
        foreground.give_way()  # whoever asked was killed: the mark grows old
    assert 0.5 < time.monotonic() - began < 3
    began = time.monotonic()
    foreground.give_way()
    assert time.monotonic() - began < 0.2
