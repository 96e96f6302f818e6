"""`assistant models tune`: tries the ways of answering, keeps the best, and `ask` uses it."""

import json
from pathlib import Path

import pytest
from cli.test_models import chat
from loopback import serving

from assistant import machine, paths
from assistant.cli.main import main
from assistant.documents.parsers import parse
from assistant.engines import catalog, gguf, records, weights
from assistant.evaluation.dataset import read_set
from assistant.evaluation.tuning import WAYS, Trial, Way, best
from assistant.evaluation.validation import check
from assistant.machine import Speed

QUESTION = "When was the Oberbaum Bridge built?"


def test_the_best_is_what_is_right_most_often_and_of_equals_the_safer() -> None:
    quote = Trial(Way("quote"), 0.8, 0, 30, 0.1)
    phrase = Trial(Way("phrase"), 0.8, 0.2, 20, 0.9)
    longer = Trial(Way("compose", 384), 0.8, 0.2, 25, 0.8)
    free = Trial(Way("compose", 128), 0.8, 0.9, 8, 0.5)
    assert best([quote, free, longer, phrase]) == phrase
    assert best([quote, longer, free]) == quote
    assert best([longer, free]) == free
    better = Trial(Way("compose", 768), 0.9, 0.9, 8, 2.0)
    assert best([quote, phrase, better]) == better


def test_the_fewest_threads_that_are_as_fast_as_any() -> None:
    one, two, four = Speed(1, 100, 20), Speed(2, 200, 30), Speed(4, 210, 30)
    assert machine.fewest([one, two, four]) == 2
    assert machine.fewest([one, two, Speed(4, 400, 60)]) == 4
    assert machine.fewest([]) == 0


def test_the_context_is_as_wished_where_its_cache_fits_into_the_free_memory() -> None:
    known = catalog.llm().weights
    assert known is not None
    a_token = gguf.read(weights.locate(known)).cache_bytes_a_token
    # 30 layers, 3 heads of keys and values, 64 numbers each, keys and values, two bytes.
    assert a_token == 30 * 3 * 64 * 2 * 2
    assert machine.context(2048, a_token, 2**30) == 2048
    assert machine.context(4096, a_token, 4 * 2048 * a_token) == 2048
    assert machine.context(4096, a_token, 1000) == 1024
    assert machine.context(4096, 0, 1000) == 4096


def test_the_memory_of_the_machine_is_known_on_every_system() -> None:
    assert 0 < machine.free_memory() <= machine.all_memory()


def test_a_speed_is_expected_by_the_measured_model_that_is_nearest_in_size() -> None:
    small, large = records.Measured(60, 100, ""), records.Measured(4, 2_000, "")
    assert machine.expected_speed(50, [small, large]) == 120
    assert machine.expected_speed(1_000, [small, large]) == 8
    assert machine.expected_speed(1_000, []) is None


def test_of_a_speed_the_fastest_is_kept(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(bytes(1_000))
    for seen in (10.0, 4.0, 30.0, 31.0):
        machine.remember_speed(model, seen)
    found = records.speed(weights.sha256(model))
    assert found is not None
    assert (found.tokens_per_s, found.bytes) == (30, 1_000)


def test_the_shipped_questions_are_sound_and_none_of_those_that_measure_the_program() -> None:
    questions = read_set(paths.shipped("models") / "tuning.jsonl").questions
    seeds = paths.shipped("seeds").iterdir()
    documents = {str(path): parse(path, path.read_bytes())[0].text for path in seeds}
    assert [p for p in check(questions, documents) if p.severity == "error"] == []
    text = "\n".join(documents.values()).lower()
    assert all(any(a.lower() in text for a in q.answers) for q in questions if q.answerable)
    measuring = read_set(Path(__file__).parents[1] / "sets" / "seed.jsonl").questions
    assert not {q.question.lower() for q in questions} & {q.question.lower() for q in measuring}


def test_what_was_measured_here_goes_before_the_catalogue() -> None:
    known = catalog.llm().weights
    assert known is not None
    own = records.Tuned("quote", 256, 2, 1024, "2026-11-24", 1, {"quote": 1.0})
    records.remember_tuned(known.sha256, own)
    assert records.tuned(known.sha256) == own


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
            "quote",
            "phrase",
            *["compose"] * 3,
        ]
        assert "Kept: phrase" in err
        known = f"{server.url}/v1#phraser"
        found = records.tuned(known)
        assert found is not None
        assert (found.answering, found.questions, found.threads) == ("phrase", 1, 0)
        assert set(found.figures) == {w.name for w in WAYS}
        # What was found is what answers: a record that says "quote" keeps the draft back.
        assert main(["add", str(tmp_path / "docs")]) == 0
        modes = []
        for answering in ("compose", "quote"):
            records.remember_tuned(
                known,
                records.Tuned(answering, 256, 0, 0, found.tuned_at, 1, {}),
            )
            capsys.readouterr()
            assert main(["ask", "--json", "--model", model, QUESTION]) == 0
            modes.append(json.loads(capsys.readouterr().out)["mode"])
    assert modes == ["compose", "words"]
