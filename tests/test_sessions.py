"""Saved conversations: what was answered survives, and nobody else reads it."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from assistant.sessions import SavedTurn, SessionError, Sessions, title_of
from assistant.transcript import as_markdown


def turn(question: str, answer: str = "Yes. [1]") -> SavedTurn:
    return SavedTurn(question, "2026-01-02T03:04:05+00:00", {"answer": answer}, {"threshold": 0.4})


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path / "sessions")


def test_a_turn_is_on_the_disk_when_append_returns(sessions: Sessions) -> None:
    session = sessions.start("Who came?", "default")
    sessions.append(session.id, turn("Who came?"))
    again, turns = Sessions(sessions.folder).load(session.id)
    assert again.title == "Who came?"
    assert again.library == "default"
    assert turns == [turn("Who came?")]


def test_a_torn_last_line_costs_only_itself(sessions: Sessions) -> None:
    session = sessions.start("One?", "default")
    sessions.append(session.id, turn("One?"))
    path = sessions.folder / f"{session.id}.jsonl"
    with path.open("ab") as file:
        file.write(b'{"question": "Two?", "answ')
    assert [t.question for t in sessions.load(session.id)[1]] == ["One?"]
    sessions.append(session.id, turn("Three?"))
    assert [t.question for t in sessions.load(session.id)[1]] == ["One?", "Three?"]


def test_only_the_owner_can_read_them(sessions: Sessions) -> None:
    os.umask(0o022)
    session = sessions.start("Secret?", "default")
    path = sessions.folder / f"{session.id}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(sessions.folder.stat().st_mode) == 0o700
    sessions.rename(session.id, "Other")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_search_finds_words_of_questions_and_answers(sessions: Sessions) -> None:
    first = sessions.start("Who came to Tripoli?", "default")
    sessions.append(first.id, turn("Who came to Tripoli?", "Ban Ki-moon did."))
    sessions.start("What is tea?", "default")
    assert [s.id for s in sessions.search("tripoli ban")] == [first.id]
    assert len(sessions.search()) == 2
    assert sessions.search("nowhere") == []


def test_renaming_keeps_the_turns(sessions: Sessions) -> None:
    session = sessions.start("One?", "default")
    sessions.append(session.id, turn("One?"))
    sessions.rename(session.id, "A better\ntitle")
    renamed, turns = sessions.load(session.id)
    assert renamed.title == "A better title"
    assert len(turns) == 1


def test_deleting_can_be_undone_until_it_is_purged(sessions: Sessions) -> None:
    session = sessions.start("One?", "default")
    sessions.delete(session.id)
    assert sessions.search() == []
    sessions.restore(session.id)
    assert [s.id for s in sessions.search()] == [session.id]
    sessions.delete(session.id)
    sessions.purge()
    assert not list(sessions.folder.rglob("*.jsonl"))


def test_a_foreign_file_is_passed_over(sessions: Sessions) -> None:
    sessions.folder.mkdir(parents=True)
    (sessions.folder / "a.jsonl").write_bytes(b"\xff\xfe nothing")
    (sessions.folder / "b.jsonl").write_text(json.dumps([1, 2]) + "\n")
    assert sessions.search() == []
    with pytest.raises(SessionError):
        sessions.load("a")


def test_an_id_is_no_path(sessions: Sessions) -> None:
    with pytest.raises(SessionError):
        sessions.load("../secret")


def test_a_disk_that_refuses_is_said(sessions: Sessions) -> None:
    sessions.folder.parent.mkdir(exist_ok=True)
    sessions.folder.write_text("in the way")
    with pytest.raises(SessionError, match="could not be saved"):
        sessions.start("One?", "default")


def test_a_title_is_one_short_line() -> None:
    assert title_of("a\x1b[31m b\n c") == "a [31m b c"
    assert len(title_of("word " * 50)) <= 82
    assert title_of(" \n ") == "Untitled"


GOOD = {
    "question": "Who came?",
    "asked_at": "2026-01-02T03:04:05+00:00",
    "answer": {
        "question": "Who came?",
        "status": "answered",
        "answer": "Ban Ki-moon. [1]",
        "confidence": 0.9,
        "statements": [{"text": "Ban Ki-moon.", "support": "exact", "citations": [1]}],
        "citations": [
            {
                "marker": 1,
                "source": "/a.txt",
                "title": "a",
                "page": None,
                "lines": [1, 1],
                "span": [0, 12],
                "quote": "Ban Ki-moon.",
            }
        ],
    },
    "why": {"threshold": 0.4, "notices": [], "draft": None},
}


def changed(path: str, value: object) -> str:
    """The good turn as a line, with another value at a path such as answer.citations.0.lines."""
    made = json.loads(json.dumps(GOOD))
    *steps, last = path.split(".")
    inner = made
    for step in steps:
        inner = inner[int(step) if isinstance(inner, list) else step]
    inner[int(last) if isinstance(inner, list) else last] = value
    return json.dumps(made)


@pytest.mark.parametrize(
    "line",
    [
        changed("answer.citations.0.lines", [1]),
        changed("answer.citations.0.lines", "12"),
        changed("answer.citations.0", {"marker": 1}),
        changed("answer.citations", {"0": {}}),
        changed("answer.confidence", "0.9"),
        changed("answer.confidence", float("nan")),
        changed("answer.confidence", True),
        changed("answer.status", ["answered"]),
        changed("answer.status", "hacked"),
        changed("answer.answer", {"a": 1}),
        changed("answer.statements.0.support", "proven"),
        changed("why.notices", "text"),
        changed("why.draft", [1]),
        changed("why.threshold", None),
        changed("answer", [["answer", "x"]]),
        changed("question", 3),
        "[" * 100_000,
        "null",
        '{"question": ' + "9" * 5000 + "}",
    ],
)
def test_a_line_of_another_shape_is_no_turn(sessions: Sessions, line: str) -> None:
    """The file may be a stranger's: each turn is as written here, or left out."""
    session = sessions.start("Who came?", "default")
    path = sessions.folder / f"{session.id}.jsonl"
    with path.open("a") as file:
        file.write(f"{line}\n{json.dumps(GOOD)}\n")
    loaded, turns = sessions.load(session.id)
    assert [t.answer["answer"] for t in turns] == ["Ban Ki-moon. [1]"]
    assert "Ban Ki" in as_markdown(loaded, turns)
    assert [s.id for s in sessions.search("ban ki")] == [session.id]


def test_a_title_is_added_and_what_others_add_meanwhile_stays(sessions: Sessions) -> None:
    session = sessions.start("Who came?", "default")
    turn = SavedTurn("?", "now", GOOD["answer"], GOOD["why"])

    def append() -> None:
        for _ in range(100):
            sessions.append(session.id, turn)

    thread = threading.Thread(target=append)
    thread.start()
    number = 0
    while thread.is_alive():
        number += 1
        sessions.rename(session.id, f"Title {number}")
    found, turns = sessions.load(session.id)
    assert (found.title, found.turns, len(turns)) == (f"Title {number}", 100, 100)
    assert [s.id for s in sessions.search(f"title {number}")] == [session.id]
    sessions.delete(session.id)
    assert not [p for p in sessions.folder.iterdir() if p.is_file()], "a copy was left"


@pytest.mark.parametrize("line", ['{"title": [1', '{"title": ' + "[" * 100_000, '{"title": null}'])
def test_a_title_of_another_shape_takes_no_conversation_away(sessions: Sessions, line: str) -> None:
    session = sessions.start("Who came?", "default")
    with (sessions.folder / f"{session.id}.jsonl").open("a") as file:
        file.write(f"{line}\n")
    assert sessions.load(session.id)[0].title in {"Who came?", "None"}


def test_files_that_are_no_conversations_are_passed_over(sessions: Sessions) -> None:
    session = sessions.start("Who came?", "default")
    (sessions.folder / "deep.jsonl").write_text("[" * 100_000)
    (sessions.folder / "list.jsonl").write_text("[1]\n")
    (sessions.folder / "no id\x1b.jsonl").write_text(json.dumps({"version": 1}))
    os.mkfifo(sessions.folder / "pipe.jsonl")
    (sessions.folder / "folder.jsonl").mkdir()
    assert [s.id for s in sessions.search()] == [session.id]
