"""`assistant models tune`: tries the ways of answering, keeps the best, and `ask` uses it."""

import json
from pathlib import Path

import pytest
from cli.test_models import chat
from loopback import serving

from assistant.cli.main import main
from assistant.cli.tune import Trial, best
from assistant.engines import records

QUESTION = "When was the Oberbaum Bridge built?"


def test_the_best_is_what_is_right_most_often_and_of_equals_the_safer() -> None:
    quote, auto = Trial("quote", 1, 0.8, 0.1), Trial("auto", 1, 0.8, 0.9)
    slower, free = Trial("auto", 3, 0.8, 1.2), Trial("compose", 3, 0.8, 0.5)
    assert best([quote, free, slower, auto]) == auto
    assert best([quote, free]) == quote
    better = Trial("compose", 3, 0.9, 2.0)
    assert best([quote, auto, better]) == better


def test_a_model_is_tuned_and_answers_so_from_then_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "note.md").write_text("The Oberbaum Bridge was built in 1896.\n")
    questions = tmp_path / "q.jsonl"
    questions.write_text(json.dumps({"id": 1, "question": QUESTION, "answers": ["1896"]}))
    own = ["--questions", str(questions), "--documents", str(tmp_path / "docs")]
    with serving(chat) as server:
        model = f"{server.url}/v1#phraser"
        assert main(["models", "tune", model, *own[:2]]) == 2
        assert "need the documents" in capsys.readouterr().err
        assert main(["models", "tune", model, *own]) == 0
        out, err = capsys.readouterr()
        assert [line.split()[0] for line in out.splitlines()] == [
            "quote", "auto", "compose", "auto", "compose",
        ]  # fmt: skip
        assert "Kept: auto from" in err
        known = f"{server.url}/v1#phraser"
        found = records.tuned(known)
        assert found is not None
        assert (found.answering, found.questions, found.threads) == ("auto", 1, 0)
        assert set(found.figures) == {"quote-1", "auto-1", "auto-3", "compose-1", "compose-3"}
        # What was found is what answers: a record that says "quote" keeps the draft back.
        assert main(["add", str(tmp_path / "docs")]) == 0
        modes = []
        for answering in ("compose", "quote"):
            records.remember_tuned(
                known,
                records.Tuned(answering, 1, 0, 0, found.tuned_at, 1, {}),
            )
            capsys.readouterr()
            assert main(["ask", "--json", "--model", model, QUESTION]) == 0
            modes.append(json.loads(capsys.readouterr().out)["mode"])
    assert modes == ["compose", "quote"]
