"""`assistant config`, `doctor` and `sessions`: what is kept, who may read it, how it is erased."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.main import main
from assistant.sessions import SavedTurn, Sessions


@pytest.fixture
def saved(home: Path) -> str:
    """A conversation with a hostile title; its id."""
    sessions = Sessions(home / "sessions")
    session = sessions.start("Who built\x1b[31m it?", "default")
    answer = {"answer": "Otto Stahn. [1]", "citations": [], "status": "answered", "confidence": 0.9}
    turn = SavedTurn("Who built it?", "2026-01-01T00:00:00", answer, {})
    sessions.append(session.id, turn)
    return session.id


def test_config_shows_sets_and_unsets(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["config", "set", "llm.threads", "3"]) == 0
    assert main(["config", "get", "llm.threads"]) == 0
    assert capsys.readouterr().out == "3\n"
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    assert "llm.threads = 3  (from the file)" in out
    assert "pull.timeout_s = 30" in out
    assert main(["config", "unset", "llm.threads"]) == 0
    assert main(["config", "--json"]) == 0
    by_key = {s["key"]: s for s in json.loads(capsys.readouterr().out)}
    assert by_key["llm.threads"]["from"] == "default"
    assert main(["config", "path"]) == 0
    assert Path(capsys.readouterr().out.strip()) == home / "settings.toml"


@pytest.mark.parametrize(
    "arguments",
    [
        ["set", "llm.treads", "3"],
        ["set", "llm.threads", "many"],
        ["set", "llm.threads"],
        ["get"],
        ["get", "x"],
    ],
)
def test_config_says_what_is_wrong(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", *arguments]) == 2
    err = capsys.readouterr().err
    assert err.startswith("assistant: ")
    assert len(err.splitlines()) == 1


def test_a_mistake_in_the_file_is_said_by_every_command(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "settings.toml").write_text("[llm]\nmodle = 'x'\n")
    for command in (["ask", "Who?"], ["config"], ["models", "list"], ["sources"]):
        assert main(command) == 2
        assert "line 2: there is no setting 'llm.modle'" in capsys.readouterr().err


def test_sessions_are_listed_searched_shown_exported_renamed_and_deleted(
    saved: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions"]) == 0
    out = capsys.readouterr().out
    assert saved in out
    assert "(1 question)" in out
    assert "\x1b" not in out
    assert main(["sessions", "search", "stahn"]) == 0
    assert main(["sessions", "search", "nowhere"]) == 1
    capsys.readouterr()
    assert main(["sessions", "show", saved]) == 0
    assert "Otto Stahn. [1]" in capsys.readouterr().out
    assert main(["sessions", "export", saved]) == 0
    assert "Otto Stahn" in capsys.readouterr().out
    assert main(["sessions", "export", saved, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["turns"][0]["question"] == "Who built it?"
    assert main(["sessions", "rename", saved, "The", "bridge"]) == 0
    assert main(["sessions", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["title"] == "The bridge"
    assert main(["sessions", "delete", saved]) == 2
    assert main(["sessions", "delete", saved, "--yes"]) == 0
    assert not list((home / "sessions").rglob("*.jsonl"))
    assert main(["sessions", "show", saved]) == 2


def test_forget_erases_every_conversation(
    saved: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Sessions(home / "sessions").delete(Sessions(home / "sessions").start("More?", "x").id)
    (home / "copied.txt").write_text("Otto Stahn")
    assert main(["doctor", "--forget"]) == 2
    assert list((home / "sessions").glob("*.jsonl"))
    assert main(["doctor", "--forget", "--yes"]) == 0
    left = [p for p in home.rglob("*") if p.is_file() and b"Stahn" in p.read_bytes()]
    assert left == []
    assert not (home / "sessions").exists()


def test_privacy_says_what_is_kept_and_where_it_goes(
    saved: str, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.chmod(0o700)
    assert main(["doctor", "--privacy"]) == 0
    out = capsys.readouterr().out
    assert str(home) in out
    assert "saved conversations" in out
    assert "nothing: every other connection is refused" in out
    monkeypatch.setenv("ASSISTANT_LLM_URL", "http://192.0.2.1/v1")
    assert main(["doctor", "--privacy"]) == 0
    out = capsys.readouterr().out
    assert "questions and quotes go to http://192.0.2.1/v1, ANOTHER MACHINE" in out


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_what_others_may_read_is_told_and_every_command_shuts_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.chmod(0o755)
    (home / "settings.toml").write_text("")
    (home / "settings.toml").chmod(0o644)
    assert main(["doctor", "--privacy"]) == 1
    assert "Others on this machine may look into it" in capsys.readouterr().out
    command = [sys.executable, "-m", "assistant", "add", str(Path(__file__).parent / "__none__")]
    subprocess.run(command, env=os.environ | {"ASSISTANT_HOME": str(home)}, capture_output=True)
    assert home.stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in home.rglob("*") if p.name != "settings.toml")


def test_licences_of_every_dependency_and_of_the_weights(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor", "--licences", "--json"]) == 0
    parts = {part["name"]: part for part in json.loads(capsys.readouterr().out)}
    assert {"assistant", "chromadb", "llama-cpp-python", "textual", "numpy"} <= set(parts)
    assert parts["textual"]["licence"].startswith("MIT")
    assert parts["smollm2-135m"]["licence"] == "Apache-2.0"
    assert all(len(p["sha256"]) == 64 for p in parts.values() if p["kind"] == "weights")
    assert len(parts) > 40
    assert main(["doctor", "--licences"]) == 0


def test_doctor_looks_at_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    parts = "llama-cpp-python embedder evidence-reader language-model devices catalogue"
    for part in parts.split():
        assert part in out
    assert re.search(r"CPU.*; 0 of 31 layers of the model on a GPU", out)
    assert main(["doctor", "--model", "no-such", "--json"]) == 1
    checks = {c["check"]: c for c in json.loads(capsys.readouterr().out)}
    assert "There is no llm named" in checks["language-model"]["text"]
    assert checks["language-model"]["state"] == "problem"
    assert checks["embedder"]["state"] == "ok"
