"""A disk that gives an error where something is read: it is named in a sentence, the rest goes on."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import paths, settings
from assistant.cli.main import main

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="/proc/self/mem gives a real error of the disk"
)


def bad(path: Path) -> Path:
    """A file whose first byte cannot be read: EIO, from the system itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/proc/self/mem")
    with pytest.raises(OSError, match="Input/output error"), path.open("rb") as file:
        file.read(1)
    return path


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("The bridge was built in 1896.", encoding="utf-8")
    return folder


def test_a_document_is_named_and_the_others_are_added(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad(notes / "bad.txt")
    assert main(["add", str(notes), str(notes / "bad.txt")]) == 2
    told = capsys.readouterr().err
    assert "bad.txt" in told
    assert "Input/output error" in told
    assert main(["sources"]) == 0
    assert "a.txt" in capsys.readouterr().out


def test_an_ignore_file_does_not_stop_the_rest(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad(notes / ".assistantignore")
    main(["add", str(notes)])
    assert "Traceback" not in capsys.readouterr().err
    assert main(["sources"]) == 0
    assert "a.txt" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "command"),
    [
        (lambda folder: folder / "x.library", lambda at: ["libraries", "import", at, "new"]),
        (lambda folder: folder / "x.jsonl", lambda at: ["eval", at, "--model", "none"]),
        (lambda folder: settings.file(), lambda at: ["sources"]),
    ],
    ids=["import", "questions", "settings"],
)
def test_what_a_command_needs_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    place: Callable[[Path], Path],
    command: Callable[[str], list[str]],
) -> None:
    file = bad(place(tmp_path))
    assert main(command(str(file))) == 2
    told = capsys.readouterr().err
    assert file.name in told or "x.library" in told
    assert "Traceback" not in told
    assert not (paths.home() / "libraries" / "new").exists()
    assert os.path.islink(file)
