"""`assistant calibrate`: told first, kept when asked for, undone by --reset."""

import json
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.cli.main import main
from assistant.evaluation import probe

LIBRARY = ["--library", "b"]
TEXT = """The Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.

It crosses the river Spree between two districts of Berlin.

The Golden Gate Bridge opened to the public in May 1937 after four years of work.

Wombats sleep about sixteen hours a day in burrows that they dig themselves.
"""
# Worded so far from the text that the shipped threshold refuses some of them.
ANSWERABLE = (
    "who made the crossing",
    "which stream lies under it",
    "opening date in California",
    "how much rest does the marsupial get",
    "where does the animal live",
    "who was responsible for the design",
    "year of construction",
)


@pytest.fixture(autouse=True)
def without_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the questions on other subjects, too; fewer of them, by words and vectors."""
    monkeypatch.setenv("ASSISTANT_READER_MODEL", "none")
    monkeypatch.setattr(probe, "OTHER", 8)


@pytest.fixture
def library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text(TEXT)
    assert main(["add", *LIBRARY, str(path)]) == 0
    capsys.readouterr()
    return path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    lines = [{"id": f"a{n}", "question": q} for n, q in enumerate(ANSWERABLE)]
    lines += [{"id": "u", "question": "Who paid for the bridge?", "answerable": False}]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def refused() -> int:
    with Assistant("b", model="none", create=False) as assistant:
        answerer = assistant.answerer()
        return sum(answerer.complete(q).status == "not_found" for q in ANSWERABLE)


def test_it_is_told_then_kept_then_used_then_undone(
    library: Path,
    questions: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = refused()
    assert before > 0
    assert main(["calibrate", *LIBRARY, str(questions)]) == 2
    out, err = capsys.readouterr()
    assert "answerable but refused" in out
    assert "on other subjects and refused" in out
    assert "Nothing was kept. Use --yes" in err
    assert refused() == before

    assert main(["calibrate", *LIBRARY, str(questions), "--yes", "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["questions"], told["answerable"]) == (8, 7)
    assert told["kept"]["made_on"].startswith("20")
    assert len(told["kept"]["sha256"]) == 64
    assert told["proposed"]["threshold"] < told["in_force"]["threshold"]
    assert "Kept for the library b" in err
    assert refused() < before

    monkeypatch.setenv("ASSISTANT_READER_MODEL", "")  # with the reader it does not hold
    main(["ask", *LIBRARY, "--model", "none", "When was the Oberbaum Bridge built?"])
    assert "was calibrated for other models" in capsys.readouterr().err
    monkeypatch.setenv("ASSISTANT_READER_MODEL", "none")

    assert main(["calibrate", *LIBRARY, "--reset"]) == 0
    assert refused() == before


def test_without_questions_the_library_itself_is_asked_and_nothing_is_loosened(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", *LIBRARY, "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["asked"]["other"] == 8
    assert told["asked"]["own"] > 0
    assert told["proposed"]["threshold"] >= told["in_force"]["threshold"]
    assert told["kept"] is None
    assert "nothing was changed" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["few.jsonl"], "Only 2 of the questions are answerable"),
        (["none.jsonl"], "cannot be read"),
        (["few.jsonl", "--reset"], "--reset needs no questions"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    library: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(library.parent)
    Path("few.jsonl").write_text('{"question": "Who?"}\n{"question": "When?"}\n')
    assert main(["calibrate", *LIBRARY, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err.splitlines()[-1]
