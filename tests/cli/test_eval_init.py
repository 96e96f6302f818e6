"""`assistant eval init` as a person types it."""

import json
from pathlib import Path

import pytest

from assistant import paths
from assistant.cli.main import main


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_a_set_about_the_library_to_fill_in(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "init", "--number", "9"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "Wrote 9 questions to fill in to questions.jsonl: 6 that" in err
    rows = [json.loads(line) for line in (there / "questions.jsonl").read_text().splitlines()]
    assert {row["source"] for row in rows} == {"000_fbb4ad618a715ec0.txt", "handbook.md"}
    for row in rows[:6]:
        (sentence,) = row["evidence"]
        assert sentence in (paths.shipped("seeds") / row["source"]).read_text(encoding="utf-8")
        assert all(c in sentence for c in row["candidates"])
    assert [row["evidence"] for row in rows[6:]] == [[], [], []]


def test_a_half_filled_set_is_evaluated_as_far_as_it_goes(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = there / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("The Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.")
    assert main(["eval", "init", "q.jsonl", "--documents", "docs", "--number", "3"]) == 0
    assert "The documents hold only 1 sentence to ask about." in capsys.readouterr().err
    assert main(["--model", "none", "eval", "q.jsonl", "--documents", "docs"]) == 2
    assert "Every question of q.jsonl is still empty (1)." in capsys.readouterr().err
    (line,) = (there / "q.jsonl").read_text().splitlines()
    row = json.loads(line)
    filled = row | {"question": "Who built the Oberbaum Bridge?", "answers": ["Otto Stahn"]}
    (there / "q.jsonl").write_text(f"{json.dumps(filled)}\n{json.dumps(row | {'id': 'q2'})}\n")
    asked = ["--model", "none", "eval", "q.jsonl", "--documents", "docs"]
    assert main([*asked, "--html", "no/such.html"]) == 2
    assert "There is no folder no." in capsys.readouterr().err
    assert main([*asked, "--html", "r.html"]) == 0
    assert "1 question is still empty and left out; 1 to ask." in capsys.readouterr().err
    page = (there / "r.html").read_text(encoding="utf-8")
    assert "<h1>q.jsonl</h1>" in page
    assert "Who built the Oberbaum Bridge?" in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["there.jsonl"], "there.jsonl is there already; nothing was written."),
        (["q.jsonl", "--documents", "/no/such"], "There is no such file or folder."),
        (["q.jsonl", "--documents", "short"], "hold no sentence that one could ask about"),
        (["/no/such/q.jsonl"], "There is no folder /no/such."),
        (["short"], "short is a folder."),
        (["q.jsonl", "--number", "0"], "not a number above 0"),
        (["q.jsonl", "more"], "unrecognized arguments: more"),
        (["--library", "nowhere"], "no library named 'nowhere'"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    there: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (there / "there.jsonl").write_text("mine")
    (there / "short").mkdir()
    (there / "short" / "a.txt").write_text("A heading\n\nOf few words.\n")
    assert main(["eval", "init", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert (there / "there.jsonl").read_text() == "mine"
    assert not (there / "q.jsonl").exists()


def test_force_writes_over_a_file(there: Path) -> None:
    (there / "q.csv").write_text("mine")
    seeds = str(paths.shipped("seeds"))
    assert main(["eval", "init", "q.csv", "--force", "--number", "2", "--documents", seeds]) == 0
    assert (there / "q.csv").read_text(encoding="utf-8-sig").startswith("id,question,")


def test_its_help_is_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "init", "--help"]) == 0
    out = capsys.readouterr().out
    assert "usage: assistant eval init" in out
    assert "--number" in out
    assert main(["eval", "--help"]) == 0
    assert "eval init" in capsys.readouterr().out
