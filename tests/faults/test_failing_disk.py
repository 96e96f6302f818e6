"""EIO and ENOSPC inside SQLite and Chroma, and a disk that goes away.

A small library in C, built here and loaded before all others, lets the calls on one file fail.
"""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or shutil.which("gcc") is None,
        reason="needs Linux and a C compiler",
    ),
]
QUESTION = "Who built bridge 3?"


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("shim") / "failing_disk.so"
    source = Path(__file__).with_name("failing_disk.c")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-o", str(built), str(source), "-ldl"], check=True
    )
    return built


@pytest.fixture
def notes(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "n"
    folder.mkdir()
    for number in range(6):
        _write(folder, number)
    return folder


def _write(folder: Path, number: int) -> None:
    text = f"Bridge {number} was built by engineer {number * 7} of stone and of iron.\n"
    (folder / f"{number}.txt").write_text(text, encoding="utf-8")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "assistant", *arguments]


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments),
        capture_output=True, text=True, timeout=240, env=os.environ | environment,
    )  # fmt: skip


def failing(shim: Path, file: str, calls: str, first: int, code: int) -> dict[str, str]:
    return {
        "LD_PRELOAD": str(shim),
        "FAIL_FILE": file,
        "FAIL_CALLS": calls,
        "FAIL_FROM": str(first),
        "FAIL_ERRNO": str(code),
    }


def assert_all_is_there(folder: Path) -> None:
    """After the next sync each document is there once, found by words and by its vector."""
    synced = run("sync")
    assert synced.returncode == 0, synced.stderr
    listed = run("sources").stdout
    assert sorted(path.name for path in folder.iterdir() if path.name not in listed) == []
    healthy = run("doctor").stdout
    assert "ok       catalogue" in healthy
    assert "ok       vectors" in healthy, healthy


@pytest.mark.parametrize(
    ("file", "calls", "failure"),
    [
        ("catalogue.sqlite3-wal", "write", (3, errno.ENOSPC)),
        ("catalogue.sqlite3-wal", "write sync", (20, errno.EIO)),
        ("catalogue.sqlite3", "read", (4, errno.EIO)),
        ("chroma.sqlite3", "write", (2, errno.ENOSPC)),
        ("chroma.sqlite3-journal", "write sync", (1, errno.EIO)),
        ("data_level0.bin", "write", (1, errno.ENOSPC)),
    ],
)
def test_a_disk_that_fails_while_adding_is_said_and_loses_nothing(
    notes: Path, shim: Path, file: str, calls: str, failure: tuple[int, int]
) -> None:
    assert run("add", str(notes)).returncode == 0
    for number in (2, 7, 8):  # one is edited
        _write(notes, number)
    (notes / "2.txt").write_text("Bridge 2 was built anew, of glass.\n")
    failed = run("sync", **failing(shim, file, calls, *failure))
    assert "Traceback" not in failed.stderr
    assert "panicked" not in failed.stderr
    if failed.returncode:
        assert failed.returncode == 2
        assert failed.stderr.strip().splitlines()[-1].strip().endswith("."), failed.stderr
    assert_all_is_there(notes)


@pytest.mark.parametrize(
    ("file", "calls"), [("catalogue.sqlite3", "read"), ("chroma.sqlite3", "read")]
)
def test_a_disk_that_goes_away_while_answering_is_said(
    notes: Path, shim: Path, file: str, calls: str
) -> None:
    assert run("add", str(notes)).returncode == 0
    asked = run("ask", "--model", "none", QUESTION, **failing(shim, file, calls, 12, errno.EIO))
    assert "Traceback" not in asked.stderr
    assert asked.returncode in {0, 2}
    if asked.returncode == 2:
        assert asked.stderr.strip().endswith(".")
    again = run("ask", "--model", "none", QUESTION)
    assert (again.returncode, "engineer 21" in again.stdout) == (0, True)
