"""Question sets through the real engine: recorded, resumed, repeated, with parts left out."""

import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fakes import ScriptedLlm
from predictions import question

from assistant import paths
from assistant.answering import answer as answer_module
from assistant.answering import prompts
from assistant.answering.llm import Finished, GenerationEvent
from assistant.assistant import Assistant
from assistant.evaluation import manifest, runs
from assistant.evaluation.baseline import TutorialBaseline
from assistant.evaluation.case import Case
from assistant.evaluation.dataset import EvalQuestion, read
from assistant.evaluation.experiment import Plan
from assistant.evaluation.recorder import Answering, Recorder, without_timings
from assistant.evaluation.runner import Job, Step, run
from assistant.evaluation.runs import RunFiles
from assistant.evaluation.scoring import score
from assistant.library.library import Library

SCHEMA = json.loads(
    (Path(answer_module.__file__).parent / "answer.schema.json").read_text(encoding="utf-8")
)
SEED = read(Path(__file__).parents[1] / "sets" / "seed.jsonl")
# Two that are answered, one that is not, and a follow-up.
FEW = [
    next(q for q in SEED if holds(q))
    for holds in (
        lambda q: "gone there before" in q.question or q.kind == "when",
        lambda q: q.kind == "who" and not q.history,
        lambda q: not q.answerable,
        lambda q: bool(q.history),
    )
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(folder=tmp_path_factory.mktemp("assistant")) as made:
        list(made.library.add([str(paths.shipped("seeds"))]))
        yield made


def steps(
    folder: Path, asked: Sequence[EvalQuestion], answering: Answering, library: Library
) -> Iterator[Step]:
    files = RunFiles.at(folder)
    return run(Job(Plan("run"), "set", asked, files), runs.read(files), answering, library)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = RunFiles.at(folder).predictions.read_text(encoding="utf-8")
    return [without_timings(json.loads(line)) for line in text.splitlines()]


def test_with_the_same_manifest_the_predictions_are_the_same(
    assistant: Assistant, tmp_path: Path
) -> None:
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    assert len(list(steps(whole, FEW, assistant.answerer(), assistant.library))) == len(FEW)
    # Stopped after two questions and with half a line of a third, it goes on from there.
    begun = steps(resumed, FEW, assistant.answerer(), assistant.library)
    assert [s.done for s in itertools.islice(begun, 2)] == [1, 2]
    begun.close()  # type: ignore[attr-defined]
    with RunFiles.at(resumed).predictions.open("a") as file:
        file.write('{"version": 1, "id": "cut')
    rest = list(steps(resumed, FEW, assistant.answerer(), assistant.library))
    assert [s.done for s in rest] == [3, 4]
    assert lines(resumed) == lines(whole)
    kept, again = (runs.read(RunFiles.at(f)).manifest or {} for f in (whole, resumed))
    assert kept["settings"] == again["settings"]
    assert kept["settings"]["model"]["sha256"]
    assert (kept["time"]["overhead"] < 1.05, again["time"]) == (True, None)


def test_predictions_are_answers_by_the_contract_and_hold_what_scoring_needs(
    assistant: Assistant, tmp_path: Path
) -> None:
    recorder = Recorder(assistant.answerer(["llm"]), assistant.library)
    found = [json.loads(json.dumps(recorder.record(q))) for q in FEW]
    for line in found:
        jsonschema.validate(line, SCHEMA)
    follow_up = found[-1]["evaluation"]
    assert follow_up["standalone"]["question"] == FEW[-1].standalone
    assert follow_up["turns"][0]["question"] == FEW[-1].history[0]
    results = score("run", [Case(q, line) for q, line in zip(FEW, found, strict=True)], {})
    told = {m.name: m.value for m in results.measures}
    assert told["invalid_quotes"] == 0
    assert told["gold_in_passages"] == 1
    assert told["followups_as_standalone"] in {0, 1}
    assert (told["memory_mb"] or 0) > 50


@pytest.mark.parametrize(
    "part", ["dense", "bm25", "fusion", "reranker", "reader", "check", "verifier"]
)
def test_an_answer_comes_without_any_one_part(assistant: Assistant, part: str) -> None:
    whole = assistant.answerer(["llm"])
    less = assistant.answerer(["llm", part])  # type: ignore[list-item]
    assert less.describe() != whole.describe()
    answer = less.complete("When did Ban Ki-moon visit Libya?")
    assert any("October 2014" in p.found.passage.text for p in answer.passages)
    if part == "bm25":
        assert all(p.found.bm25 == 0 for p in answer.passages)
    if part == "dense":
        assert all(p.found.cosine == 0 for p in answer.passages)


def test_a_run_of_other_settings_does_not_go_on(assistant: Assistant, tmp_path: Path) -> None:
    first = assistant.answerer(["llm"])
    next(steps(tmp_path, FEW, first, assistant.library))
    other = assistant.answerer(["llm", "bm25"])
    with pytest.raises(runs.QuestionError, match="begun with another left_out"):
        next(steps(tmp_path, FEW, other, assistant.library))


def baseline_line(library: Library, reply: str) -> dict[str, Any]:
    pipeline = TutorialBaseline(library, ScriptedLlm(reply), prompts.load("baseline"))
    asked = question(question="When did Ban Ki-moon visit Libya?")
    return Recorder(pipeline, library).record(asked)


def test_the_baseline_answers_freely_and_is_held_against_its_passages(
    seed_library: Library,
) -> None:
    line = baseline_line(seed_library, "Ban Ki-moon visited in October 2014. He ate fish.")
    jsonschema.validate(json.loads(json.dumps(line)), SCHEMA)
    assert (line["status"], line["confidence"], line["citations"]) == ("answered", 1.0, [])
    assert [s["support"] for s in line["statements"]] == ["exact", "unsupported"]
    assert len(line["passages"]) == 3
    assert line["evaluation"]["evidence"] is None


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("I don't know.", "not_found"),
        ("The context does not mention a date.", "not_found"),
        ("There is no information about that in the text.", "not_found"),
        ("I'm sorry, but I cannot find it.", "not_found"),
        ("It was in 2014, and they do not like it.", "answered"),
        ("Nobody knows him better.", "answered"),
    ],
)
def test_the_baseline_refuses_only_by_saying_so(
    seed_library: Library, reply: str, status: str
) -> None:
    assert baseline_line(seed_library, reply)["status"] == status


class SilentLlm(ScriptedLlm):
    """Says nothing at all."""

    def generate(
        self, messages: Any, *, cancel: threading.Event | None = None, **_: Any
    ) -> Iterator[GenerationEvent]:
        yield Finished("stop", "")


def test_a_baseline_that_says_nothing_has_refused(seed_library: Library) -> None:
    pipeline = TutorialBaseline(seed_library, SilentLlm(), prompts.load("baseline"))
    line = Recorder(pipeline, seed_library).record(FEW[0])
    assert (line["status"], line["timings"]["tokens_per_s"]) == ("not_found", None)


def test_the_library_s_hash_is_its_contents_hash(library: Library, tmp_path: Path) -> None:
    empty = manifest.library_hash(library)
    (tmp_path / "a.txt").write_text("One sentence about a bridge.")
    list(library.add([str(tmp_path / "a.txt")]))
    first = manifest.library_hash(library)
    (tmp_path / "a.txt").write_text("Another sentence about a bridge.")
    list(library.add([str(tmp_path / "a.txt")]))
    assert len({empty, first, manifest.library_hash(library)}) == 3
