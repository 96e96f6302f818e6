"""The log: nothing unless asked for, no text of a person's unless that is asked for, too."""

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import logs, settings
from assistant.cli.main import main
from assistant.errors import AssistantError

SECRET = "The zeppelin of Amberwick was painted green in 1931."


@pytest.fixture(autouse=True)
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Or `add` would slow down the process of the tests for good.
    monkeypatch.setattr("assistant.cli.library.give_way", lambda: None)
    yield
    logs.close()
    logging.raiseExceptions = True


def add(tmp_path: Path, *options: str) -> None:
    note = tmp_path / "zeppelin-notes.txt"
    note.write_text(SECRET)
    (tmp_path / "zeppelin-empty.txt").write_text("")
    assert main(["add", str(tmp_path / "zeppelin-notes.txt"), *options]) == 0
    main(["add", str(tmp_path / "zeppelin-empty.txt"), *options])


def ask(*options: str) -> None:
    assert main(["ask", "--model", "none", *options, "What was painted green in 1931?"]) == 0


def kept(home: Path) -> str:
    return (home / "log" / "assistant.log").read_text(encoding="utf-8")


def test_without_being_asked_nothing_is_logged(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(tmp_path)
    ask()
    assert not (home / "log").exists()
    assert "INFO" not in capsys.readouterr().err


def test_verbose_logs_to_stderr_and_to_a_file_without_texts(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(tmp_path, "--verbose")
    ask("--verbose")
    out, err = capsys.readouterr()
    assert "INFO" not in out
    for text in (kept(home), "\n".join(line for line in err.splitlines() if " assistant." in line)):
        assert "add: 1 added" in text
        assert "answered by words in " in text
        assert "WARNING assistant.library.library: not read: [" in text
        for word in ("zeppelin", "painted", "1931"):
            assert word not in text
    if (home / "log").stat().st_mode & 0o777 != 0o777:  # a system that knows modes
        assert stat.S_IMODE((home / "log" / "assistant.log").stat().st_mode) == 0o600


def test_a_setting_keeps_the_file_and_another_the_texts(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.save("log.file", True)
    settings.save("log.texts", True)
    add(tmp_path)
    ask()
    assert "INFO" not in capsys.readouterr().err
    assert "What was painted green in 1931?" in kept(home)
    assert "zeppelin-empty.txt: It is empty." in kept(home)


def test_an_error_is_logged_by_its_type_and_place(home: Path) -> None:
    assert main(["ask", "--verbose", "--library", "zeppelins", "What?"]) == 2
    assert "ERROR assistant.cli.main: the command failed: LibraryError at assistant.py:" in kept(
        home
    )
    assert "zeppelins" not in kept(home)


def test_what_a_terminal_would_obey_is_not_sent(home: Path) -> None:
    logs.keep()
    logs.configure(file=True, texts=True)
    logs.logger("assistant.x").info("%s", logs.Text("a\x1b[31m\nINFO assistant: forged"))
    line = kept(home).splitlines()[1:]
    assert line == [line[0], "    INFO assistant: forged"]
    assert "\x1b" not in line[0]


def test_a_large_file_is_put_aside(home: Path) -> None:
    (home / "log").mkdir(parents=True)
    (home / "log" / "assistant.log").write_text("x" * 2_000_001)
    logs.keep()
    assert (home / "log" / "assistant.1.log").stat().st_size == 2_000_001
    assert "Python" in kept(home)


def test_a_folder_that_cannot_be_written_stops_nothing(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "log").write_text("in the way")
    logs.keep()
    assert logs.child_file("llama") is None


def test_the_language_model_s_process_has_a_file_where_a_log_is_kept(home: Path) -> None:
    assert logs.child_file("llama") is None
    logs.keep()
    assert logs.child_file("llama") == home / "log" / "llama.log"


def test_a_failure_keeps_its_words_to_itself() -> None:
    failure = logs.Failure(AssistantError("No file zeppelin.txt."))
    assert (str(failure), failure.plain) == (
        "AssistantError",
        "AssistantError: No file zeppelin.txt.",
    )
