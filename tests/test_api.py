"""`from assistant import Assistant`: the program's own objects, sync and async; the README's code."""

import asyncio
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assistant import Assistant, AsyncAssistant
from assistant.answering.events import Answered, Found, Understood
from assistant.answering.llm import Token
from assistant.errors import AssistantError, QuestionError
from assistant.library.indexer import FileIndexed, IndexEvent

QUESTION = "When was the Oberbaum Bridge built?"
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "bridge.md").write_text(
        "# Bridges\n\nThe Oberbaum Bridge was built in 1896 by the engineer Otto Stahn.\n"
    )
    return folder


def test_importing_the_package_loads_next_to_nothing() -> None:
    code = "import sys, assistant\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"numpy", "sqlite3", "assistant.assistant", "asyncio"} & loaded


def test_add_ask_search_and_remove(notes: Path) -> None:
    events: list[IndexEvent] = []
    with Assistant("mine", model="none") as assistant:
        added = assistant.add(notes, on_event=events.append)
        assert (added.files, added.passages, added.failed) == (1, 1, ())
        assert any(isinstance(e, FileIndexed) for e in events)
        assert assistant.add(notes).unchanged == 1
        assert assistant.add(notes / "no.txt").failed[0].source.endswith("no.txt")
        answer = assistant.ask(QUESTION)
        assert "1896" in answer.text
        assert answer.to_json()["citations"][0]["quote"] in (notes / "bridge.md").read_text()
        follow_up = assistant.ask("And who built it?", [answer.as_turn()])
        assert "Oberbaum" in follow_up.standalone_question
        assert assistant.search("Otto Stahn")[0].passage.source == str(notes / "bridge.md")
        assert [d.source for d in assistant.sources()] == assistant.remove("bridge.md")
        assert assistant.sources() == []
        with pytest.raises(QuestionError):
            assistant.ask(" ")


def test_evaluate_gives_the_measures_of_eval(notes: Path, tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(
        '{"id": 1, "question": "When was the Oberbaum Bridge built?", "answers": ["1896"]}\n'
        '{"id": 2, "question": "Who won the world cup in 1998?", "answerable": false}\n'
    )
    with Assistant("mine", model="none") as assistant:
        assistant.add(notes)
        results = assistant.evaluate(questions)
    values = {m.name: m.value for m in results.measures}
    assert [q.verdict for q in results.questions] == ["right", "refused"]
    assert values["right"] == 1.0


def test_a_library_in_a_folder_and_the_real_model_s_events(notes: Path, tmp_path: Path) -> None:
    with Assistant(folder=tmp_path / "here") as assistant:
        assistant.add(notes)
        events = list(assistant.stream(QUESTION))
    assert isinstance(events[0], Understood)
    assert isinstance(events[-1], Answered)
    assert {Found, Token} <= {type(e) for e in events}
    assert events[-1].answer.model is not None
    with pytest.raises(AssistantError):
        Assistant("a/b")


def test_several_threads_get_the_same_answers(notes: Path) -> None:
    with Assistant("mine", model="none") as assistant:
        assistant.add(notes)
        texts: list[str] = []
        threads = [
            threading.Thread(target=lambda: texts.append(assistant.ask(QUESTION).text))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(texts) == 6
    assert len(set(texts)) == 1


def test_asyncio_is_never_blocked(notes: Path) -> None:
    async def use() -> tuple[str, int]:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                beats += 1
                await asyncio.sleep(0.005)

        beating = asyncio.create_task(beat())
        async with AsyncAssistant("mine", model="none") as assistant:
            await assistant.add(notes)
            kinds = [type(event) async for event in assistant.stream(QUESTION)]
            assert kinds[-1] is Answered
            assert (await assistant.search("Otto Stahn"))[0].score > 0
            assert len(await assistant.sources()) == 1
            answers = await asyncio.gather(*(assistant.ask(QUESTION) for _ in range(4)))
        beating.cancel()
        return answers[0].text, beats

    text, beats = asyncio.run(use())
    assert "1896" in text
    assert beats > 20


def test_a_cancelled_task_stops_the_model_and_leaves_the_assistant_usable(notes: Path) -> None:
    async def use() -> float:
        async with AsyncAssistant("mine") as assistant:
            await assistant.add(notes)
            asking = asyncio.create_task(assistant.ask(QUESTION))
            await asyncio.sleep(0.3)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            began = time.monotonic()
            assert "1896" in (await assistant.ask(QUESTION)).text
            return time.monotonic() - began

    assert asyncio.run(use()) < 60


def test_what_goes_wrong_while_opening_is_raised_not_hung() -> None:
    async def use() -> None:
        async with AsyncAssistant("a/b") as assistant:
            await assistant.ask(QUESTION)

    with pytest.raises(AssistantError):
        asyncio.run(asyncio.wait_for(use(), 30))


def test_the_readme_s_python_runs(notes: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        code = block.replace("~/notes", str(notes))
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        assert "1896" in done.stdout
