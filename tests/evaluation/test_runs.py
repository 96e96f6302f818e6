"""Runs are files that survive being cut off, and say so where they do not fit."""

import json
from pathlib import Path

import pytest
from predictions import line, question

from assistant.errors import QuestionError
from assistant.evaluation import limits, runs
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.runs import FORMAT, RunFiles
from assistant.evaluation.scoring import score

SETTINGS = {"version": "1", "documents": "d"}
MANIFEST = {"format": FORMAT, "settings": SETTINGS}
ASKED = [question("a"), question("b", question="When was it built?")]


def written(folder: Path, *asked: EvalQuestion) -> RunFiles:
    files = RunFiles.at(folder / "run")
    with runs.journal(files, runs.read(files), MANIFEST) as journal:
        for one in asked:
            journal.append(line(one))
    return files


def test_a_run_is_a_folder_or_a_file_with_its_manifest_beside_it(tmp_path: Path) -> None:
    assert RunFiles.at(tmp_path / "run").predictions == tmp_path / "run" / "predictions.jsonl"
    beside = RunFiles.at(tmp_path / "p.jsonl")
    assert (beside.predictions, beside.manifest) == (
        tmp_path / "p.jsonl",
        tmp_path / "p.manifest.json",
    )


def test_what_was_written_is_read(tmp_path: Path) -> None:
    recorded = runs.read(written(tmp_path, *ASKED))
    assert [c.question.id for c in recorded.cases(ASKED[::-1])] == ["b", "a"]
    assert (recorded.manifest, recorded.torn) == (MANIFEST, False)


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    recorded = runs.read(RunFiles.at(tmp_path))
    assert (recorded.lines, recorded.manifest, recorded.torn) == ({}, None, False)


@pytest.mark.parametrize("cut", [1, 2, 40, 300])
def test_a_last_line_that_was_cut_off_is_dropped_and_written_anew(tmp_path: Path, cut: int) -> None:
    files = written(tmp_path, *ASKED)
    data = files.predictions.read_bytes()
    files.predictions.write_bytes(data[:-cut])
    recorded = runs.read(files)
    # Only the line end is missing: the line is whole.
    assert (recorded.torn, "b" in recorded.lines) == ((False, True) if cut == 1 else (True, False))
    if recorded.torn:
        with runs.journal(files, recorded, MANIFEST) as journal:
            journal.append(line(ASKED[1]))
        assert files.predictions.read_bytes() == data


def test_a_run_without_its_last_line_end_goes_on_on_a_new_line(tmp_path: Path) -> None:
    files = written(tmp_path, ASKED[0])
    files.predictions.write_bytes(files.predictions.read_bytes()[:-1])
    with runs.journal(files, runs.read(files), MANIFEST) as journal:
        journal.append(line(ASKED[1]))
    assert len(runs.read(files).cases(ASKED)) == 2


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"id": "a", "error": "no"}', "\xff"])
def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path, damage: str) -> None:
    files = written(tmp_path, *ASKED)
    first, second = files.predictions.read_text().splitlines()
    files.predictions.write_text(f"{first}\n{damage}\n{second}\n", encoding="latin-1")
    with pytest.raises(QuestionError, match=r"line 2 is not an answer\."):
        runs.read(files)


@pytest.mark.parametrize("manifest", ['{"format": 99}', "[]", "{}"])
def test_a_run_of_another_version_is_refused(tmp_path: Path, manifest: str) -> None:
    files = written(tmp_path, *ASKED)
    files.manifest.write_text(manifest)
    with pytest.raises(QuestionError, match="another version of the program"):
        runs.read(files)


def test_a_manifest_that_is_no_json_is_said(tmp_path: Path) -> None:
    files = written(tmp_path, *ASKED)
    files.manifest.write_text("{")
    with pytest.raises(QuestionError, match="cannot be read"):
        runs.read(files)


def test_a_run_does_not_go_on_with_other_settings(tmp_path: Path) -> None:
    files = written(tmp_path, ASKED[0])
    recorded = runs.read(files)
    runs.check_resumable(files, recorded, SETTINGS)
    with pytest.raises(QuestionError, match=r"begun with another documents \(d, now e\)"):
        runs.check_resumable(files, recorded, SETTINGS | {"documents": "e"})
    files.manifest.unlink()
    with pytest.raises(QuestionError, match="no manifest beside it"):
        runs.check_resumable(files, runs.read(files), SETTINGS)


def test_answers_to_other_questions_are_not_taken_for_these(tmp_path: Path) -> None:
    recorded = runs.read(written(tmp_path, *ASKED))
    with pytest.raises(QuestionError, match="another question than 'a'"):
        recorded.cases([question("a", question="Why?")])
    with pytest.raises(QuestionError, match="do not belong together"):
        recorded.cases([question("a", history=("Where?",))])


def test_gold_may_change_between_answering_and_scoring(tmp_path: Path) -> None:
    recorded = runs.read(written(tmp_path, *ASKED))
    assert len(recorded.cases([question("a", answers=("new",), evidence=("new",))])) == 1


def test_limits_name_what_fell_short() -> None:
    made = score("run", runs_of("Otto Stahn", "x"), {}).measures
    kept = limits.parse(["right=0.5", "false_refusals=0", "hit@1=0.1"])
    assert limits.broken(kept[:2], made) == []
    assert limits.broken(kept, made) == ["hit@1 is not told by this question set."]
    missed = limits.parse(["right=0.51", "median_total_ms=1"])
    assert limits.broken(missed, made) == [
        "right is 0.5, below 0.51.",
        "median_total_ms is 2, above 1.",
    ]


def runs_of(*golds: str) -> list[runs.Case]:
    asked = [question(str(n), answers=(gold,)) for n, gold in enumerate(golds)]
    return [runs.Case(q, json.loads(json.dumps(line(q)))) for q in asked]


@pytest.mark.parametrize("given", ["right", "right=", "right=x", "right=nan"])
def test_a_limit_without_a_number_is_refused(given: str) -> None:
    with pytest.raises(QuestionError, match=r"Write it as right=0\.8"):
        limits.parse([given])


def test_an_unknown_measure_is_answered_with_all_names() -> None:
    with pytest.raises(QuestionError, match=r"no measure named 'rihgt'.* right, .*memory_mb"):
        limits.parse(["rihgt=1"])
