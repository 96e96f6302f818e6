"""sync, libraries and doctor, as a person types them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.cli.main import main

FILES = Path(__file__).parents[1] / "documents" / "files"


def say(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    said = capsys.readouterr()
    return status, said.out, said.err


def test_from_a_pdf_to_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", str(FILES / "pages.pdf")]) == 0
    capsys.readouterr()
    status, out, _ = say(
        capsys, "ask", "Where does the key to the well hang?", "--model", "none", "--json"
    )
    assert status == 0
    assert '"page": 3' in out
    assert "hangs behind the door of the harbour office" in out
    _, out, _ = say(capsys, "ask", "Where does the key to the well hang?", "--model", "none")
    assert "pages.pdf" in out
    assert "page 3" in out


def test_the_limits_of_other_languages_are_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "There are documents in other languages than English (German)."
    for number in (1, 2):
        path = tmp_path / f"miete{number}.txt"
        path.write_text(
            "Die Wohnung wird ab dem ersten März vermietet. Der Mieter zahlt die Miete am Anfang"
            f" des Monats auf das Konto Nummer {number}.\n",
            encoding="utf-8",
        )
        status, _, err = say(capsys, "add", "--library", "de", str(path))
        assert status == 0
        assert (said in err) == (number == 1)
    _, out, _ = say(capsys, "sources", "--library", "de", "--json")
    assert out.count('"language": "de"') == 2


def test_alike_documents_are_told_at_the_end_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = " ".join(f"Sentence number {n} of the charter is about dues." for n in range(30))
    (tmp_path / "charter.txt").write_text(f"date: 2020-01-01\n\n{text}", encoding="utf-8")
    (tmp_path / "new.txt").write_text(f"date: 2022-01-01\n\n{text} Signed.", encoding="utf-8")
    err = say(capsys, "add", "--library", "alike", str(tmp_path))[2]
    told = "1 file is nearly the same as another document; "
    assert f"{told}`assistant sources --alike --library alike` lists it." in err
    out = say(capsys, "sources", "--alike", "--library", "alike")[1]
    assert out.endswith(f"{tmp_path / 'new.txt'}  older: {tmp_path / 'charter.txt'}\n")


def test_sync_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing was added" in say(capsys, "sync")[2]
    folder = tmp_path / "n"
    folder.mkdir()
    (folder / "a.txt").write_text("One.", encoding="utf-8")
    (folder / "b.txt").write_text("Two.", encoding="utf-8")
    say(capsys, "add", str(folder))
    (folder / "a.txt").rename(folder / "c.txt")
    (folder / "b.txt").unlink()
    status, _, err = say(capsys, "sync")
    assert status == 0
    assert "1 renamed, 1 removed" in err
    folder.rename(tmp_path / "away")
    status, _, err = say(capsys, "sync")
    assert status == 0
    assert "is not there now; what was read stays (1 document)" in err


def test_no_wait_ends_with_a_sentence(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.", encoding="utf-8")
    say(capsys, "add", str(path))
    with FileLock(home / "libraries" / "default" / "write.lock"):
        status, _, err = say(capsys, "add", "--no-wait", str(path))
    assert status == 2
    assert "Another process is changing this library." in err


def test_libraries_are_listed_and_kept_from_harm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.", encoding="utf-8")
    say(capsys, "add", str(path), "--library", "work")
    say(capsys, "libraries", "set", "description", "my", "notes", "--library", "work")
    assert say(capsys, "libraries")[1] == ("work  1 document, 1 passage; description: my notes\n")
    file = str(tmp_path / "x")
    assert say(capsys, "libraries", "export", "work", file)[0] == 0
    assert say(capsys, "libraries", "import", file, "again")[0] == 0
    status, _, err = say(capsys, "libraries", "delete", "work")
    assert (status, "--yes" in err) == (2, True)
    assert say(capsys, "libraries", "delete", "work", "--yes")[0] == 0
    assert say(capsys, "libraries")[1].startswith("again  1 document")
    for wrong in (["dance"], ["copy", "x"], ["set", "x", "y"], ["export", "none", file]):
        assert say(capsys, "libraries", *wrong)[0] == 2


@pytest.mark.skipif(os.name == "nt", reason="sends a signal as a terminal does")
def test_watching_ends_with_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    (folder / "a.txt").write_text("One.", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "add", "--watch", str(folder)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any("Watching" in line for line in lines)
        time.sleep(0.5)
        (folder / "new.txt").write_text("Two.", encoding="utf-8")
        assert any("new.txt" in line for line in lines)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert "Traceback" not in rest
    assert "No longer watching." in rest
    assert process.returncode == 0
