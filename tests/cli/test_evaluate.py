"""`assistant eval`: runs, scores again, resumes, compares, fails a build."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import evaluation_progress
from assistant.cli.main import main
from assistant.evaluation.recorder import Recorder

QUOTES = ("--model", "none")
SET = (
    '{"id": "a", "question": "Who built the Oberbaum Bridge?", "answers": ["Otto Stahn"]}\n'
    '{"id": "b", "question": "What is the capital of Peru?", "answerable": false}\n'
    '{"id": "c", "question": "When was it built?", "answers": ["1896"], "history":'
    ' ["Who built the Oberbaum Bridge?"], "standalone": "When was the Oberbaum Bridge built?"}\n'
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents, a question set, and a run of it."""
    folder = tmp_path_factory.mktemp("eval")
    (folder / "docs").mkdir()
    (folder / "docs" / "bridge.txt").write_text(
        "The Oberbaum Bridge was designed by the architect Otto Stahn. It was built in 1896.\n\n"
        "The bridge is closed to cars in winter.\n"
    )
    (folder / "q.jsonl").write_text(SET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(folder / "home"))
        assert evaluate(folder, "--predictions", str(folder / "run")) == 0
    return folder


def evaluate(folder: Path, *options: str, questions: str = "q.jsonl") -> int:
    return main(
        ["eval", str(folder / questions), "--documents", str(folder / "docs"), *QUOTES, *options]
    )


def rescore(folder: Path, *options: str) -> int:
    return main(["eval", str(folder / "q.jsonl"), "--predictions", str(folder / "run"), *options])


def test_a_finished_run_is_scored_without_models_or_stores(place: Path) -> None:
    code = (
        "import sys\nfrom assistant.cli.main import main\n"
        f"status = main(['eval', {str(place / 'q.jsonl')!r}, '--predictions', {str(place / 'run')!r}])\n"
        "heavy = {'chromadb', 'onnxruntime', 'llama_cpp', 'tokenizers'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, "nothing is asked again" in done.stderr) == (0, True), done.stderr
    assert "gold_in_answer" in done.stdout
    assert "not told" not in done.stdout


def test_the_whole_result_is_written_as_json(place: Path, tmp_path: Path) -> None:
    assert rescore(place, "--json", str(tmp_path / "r.json")) == 0
    result = json.loads((tmp_path / "r.json").read_text())
    measures = {name: m["value"] for name, m in result["measures"].items()}
    assert (measures["right"], measures["refused_unanswerable"], measures["invalid_quotes"]) == (
        1,
        1,
        0,
    )
    assert measures["followups_as_standalone"] == 1
    assert [q["verdict"] for q in result["questions"]] == ["right", "refused", "right"]
    assert result["manifest"]["settings"]["model"] is None
    assert result["time"]["overhead"] >= 1


def test_what_falls_short_is_named_and_exits_with_1(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rescore(place, "--fail-under", "right=1", "--fail-under", "false_refusals=0") == 0
    assert rescore(place, "--fail-under", "right=1", "--fail-under", "rouge_l=0.2") == 1
    assert "assistant: rouge_l is not told by this question set." in capsys.readouterr().err
    assert rescore(place, "--fail-under", "memory_mb=1") == 1
    assert ", above 1." in capsys.readouterr().err


def test_an_unknown_measure_exits_with_2_before_anything_runs(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(place, "--fail-under", "rihgt=1", "--predictions", str(place / "new")) == 2
    assert "There are: right, gold_in_answer" in capsys.readouterr().err
    assert not (place / "new").exists()


def test_a_run_is_compared_with_another(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rescore(place, "--compare", str(place / "run")) == 0
    out = capsys.readouterr().out
    assert "not distinguishable" in out
    assert "0 questions changed." in out
    assert rescore(place, "--compare", str(place / "none")) == 2
    assert "There is no run at" in capsys.readouterr().err


def test_a_run_of_another_model_is_not_taken_for_this_one(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rescore(place, "--model", "smollm2-135m") == 2
    assert "is not the one that is asked for: it was answered by none." in capsys.readouterr().err
    assert rescore(place, *QUOTES) == 0


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ctrl-C comes with the second question that is asked, once."""
    asked: list[str] = []
    real = Recorder.record

    def record(self: Recorder, question: Any) -> dict[str, Any]:
        asked.append(question.id)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(self, question)

    monkeypatch.setattr(Recorder, "record", record)
    return asked


@pytest.mark.parametrize("kept", [True, False])
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    place: Path, tmp_path: Path, stopping: list[str], kept: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--predictions", str(tmp_path / "p.jsonl")] if kept else []
    assert evaluate(place, *options) == 2
    err = capsys.readouterr().err
    assert "Stopped. 1 of 3 answers are kept in" in err
    assert "the same command goes on from there" in err
    assert evaluate(place, *options) == 0
    assert stopping == ["a", "b", "b", "c"]
    # Once it is whole: kept, it is scored; else it begins anew.
    assert evaluate(place, *options) == 0
    assert stopping[4:] == ([] if kept else ["a", "b", "c"])


def test_parts_left_out_are_set_beside_the_whole(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--predictions", str(tmp_path / "runs")]
    for part in ("dense", "bm25", "reader", "reranker"):
        options += ["--ablate", part]
    assert evaluate(place, *options, "--json", str(tmp_path / "r.json")) == 0
    out = capsys.readouterr().out
    assert all(f"without {p}" in out for p in ("dense", "bm25", "reader", "reranker"))
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == [
        "assistant", "without-bm25", "without-dense", "without-reader", "without-reranker",
    ]  # fmt: skip
    variants = json.loads((tmp_path / "r.json").read_text())["variants"]
    assert variants[0]["manifest"]["settings"]["left_out"] == ["dense"]


def test_the_baseline_without_a_model_is_refused(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(place, "--baseline") == 2
    assert "The baseline needs a language model." in capsys.readouterr().err


def test_a_sample_is_drawn_by_its_seed(place: Path, tmp_path: Path) -> None:
    def ids(*options: str) -> list[str]:
        target = tmp_path / "r.json"
        assert rescore(place, "--json", str(target), "--limit", "2", *options) == 0
        return [q["id"] for q in json.loads(target.read_text())["questions"]]

    assert ids() == ["a", "b"]
    drawn = {tuple(ids("--seed", str(seed))) for seed in range(6)}
    assert len(drawn) > 1
    assert ids("--seed", "3") == ids("--seed", "3")


def test_a_run_cut_in_its_last_line_is_repaired(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (place / "run" / "predictions.jsonl").read_text()
    copy = tmp_path / "p.jsonl"
    copy.write_text(whole[:-100])
    (tmp_path / "p.manifest.json").write_text((place / "run" / "manifest.json").read_text())
    assert evaluate(place, "--predictions", str(copy)) == 0
    assert "was cut off; its question is asked again." in capsys.readouterr().err
    assert len(copy.read_text().splitlines()) == 3


def test_the_time_of_a_run_is_not_told_of_a_part_of_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rescore(place) == 0
    assert "s in answers" in capsys.readouterr().out
    assert rescore(place, "--limit", "2") == 0
    assert "s in answers" not in capsys.readouterr().out


def test_a_run_of_another_version_is_said(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 0}')
    assert main(["eval", str(place / "q.jsonl"), "--predictions", str(tmp_path)]) == 2
    assert "is of another version of the program" in capsys.readouterr().err


def test_what_ask_answered_is_scored_too(place: Path, tmp_path: Path) -> None:
    """A file of answers in the contract, without what only eval records."""
    bare = tmp_path / "answers.jsonl"
    with bare.open("w") as file:
        for row in (place / "run" / "predictions.jsonl").read_text().splitlines():
            line = json.loads(row)
            del line["evaluation"]
            file.write(json.dumps(line) + "\n")
    assert main(["eval", str(place / "q.jsonl"), "--predictions", str(bare)]) == 0


def test_a_question_that_is_too_long_is_named_before_anything_runs(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "long.jsonl").write_text(json.dumps({"question": "why " * 250_000}) + "\n")
    assert evaluate(place, questions="long.jsonl") == 2
    err = capsys.readouterr().err
    assert "characters" in err
    assert len(err) < 600


def test_progress_in_plain_lines_tells_verdicts_and_the_time_left(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluation_progress, "_TELL_EVERY_S", 0.0)
    assert evaluate(place) == 0
    assert "2 of 3 questions: right 1, refused 1; " in capsys.readouterr().err


def test_without_questions_or_marked_answers_eval_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["eval"]) == 2
    assert "Which questions?" in capsys.readouterr().err
    assert main(["eval", "--mine"]) == 2
    assert "No answer of this library was marked yet." in capsys.readouterr().err
    assert main(["calibrate", "--mine", "q.jsonl"]) == 2
    assert "--mine is a question set." in capsys.readouterr().err
