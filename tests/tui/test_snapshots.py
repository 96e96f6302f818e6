"""How the main screens look, compact and wide, in three themes.

Where a change is meant: `SNAPSHOTS=write python -m pytest tests/tui/test_snapshots.py`, then look
at the difference in git.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import ready, wait_until
from pictures import compare, picture
from textual.widgets import DataTable, OptionList

from assistant import settings
from assistant.answering.answer import (
    Answer,
    Citation,
    Draft,
    PassageUse,
    Statement,
    Timings,
    Usage,
)
from assistant.answering.timings import Stage
from assistant.engines import pull
from assistant.library.document_store import Passage
from assistant.library.library import Library
from assistant.retrieval.retriever import ScoredPassage
from assistant.tui import models
from assistant.tui.app import ChatApp
from assistant.tui.downloads import Download, Progress
from assistant.tui.records import saved
from assistant.tui.widgets.document_view import DocumentView
from assistant.tui.widgets.prompt import Prompt

MakeApp = Callable[..., ChatApp]
SIZES = {"compact": (60, 20), "wide": (160, 50)}
NOTES = """# Journey

Ada left Turin on 3 May 1840 and came to Genoa after two days of rain. The coach had lost a wheel.

## Costs

| what | lire |
| --- | --- |
| coach | 12 |

In Genoa she paid 4 lire a night, for a room over the harbour that she shared with her sister.
"""
STAGES = (
    Stage("evidence", 0.0, 140.0),
    Stage("reader", 140.0, 360.0),
    Stage("wait", 360.0, 370.0),
    Stage("prefill", 370.0, 620.0),
    Stage("decode", 620.0, 1478.0),
    Stage("check", 1478.0, 1480.0),
)
QUOTE = "Ada left Turin on 3 May 1840 and came to Genoa after two days of rain."


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document in a folder that is the person's own, so that its path is the same each time."""
    monkeypatch.setenv("HOME", str(tmp_path))
    known = models.Model(
        "small",
        "Small-1B (Q4)",
        600_000_000,
        "4,096",
        "MIT",
        "comes with it",
        "",
        900_000_000,
        12.0,
        True,
    )
    broken = models.Model("lost", "Lost-7B", missing="Its file is gone. Pull it again.")
    chosen = [known, broken, models.QUOTES_ONLY]
    monkeypatch.setattr(models, "choices", lambda _: chosen)
    machine = models.Machine(8_200_000_000, 5_100_000_000, 4, "no GPU is used (CPU)")
    monkeypatch.setattr(models, "this_machine", lambda _: machine)
    path = tmp_path / "notes" / "journey.md"
    path.parent.mkdir()
    path.write_text(NOTES)
    return path


@pytest.mark.parametrize("size", SIZES)
async def test_the_screens_look_as_they_did(
    make_app: MakeApp, library: Library, notes: Path, tmp_path: Path, size: str
) -> None:
    list(library.add([str(notes)]))
    app = make_app(library=library)
    differences = []
    async with app.run_test(size=SIZES[size]) as pilot:

        async def look(name: str) -> None:
            difference = compare(
                f"{name}-{size}",
                await picture(pilot, app),
                tmp_path,
                write=os.environ.get("SNAPSHOTS") == "write",
            )
            if difference:
                (tmp_path / f"{name}-{size}.svg").write_text(app.export_screenshot())
                differences.append(difference)

        await ready(pilot, app)
        app.chat.query_one(Prompt).cursor_blink = False
        await look("welcome")
        await hold(app, str(notes))
        await pilot.pause(0.1)
        await look("chat")
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.chat.query_one(DocumentView).highlighted == QUOTE)
        await pilot.pause(0.1)
        await look("source")
        await pilot.press("escape")
        for key, name in {
            "f3": "why",
            "f4": "conversations",
            "f5": "library",
            "f6": "models",
            "f7": "settings",
        }.items():
            await pilot.press(key)
            await wait_until(pilot, lambda: app.screen is not app.chat)
            for table in app.screen.query(DataTable):
                await wait_until(pilot, lambda t=table: t.row_count)
            for options in app.screen.query(OptionList):
                await wait_until(pilot, lambda o=options: o.option_count)
            await pilot.pause(0.1)
            await look(name)
            await pilot.press("escape")
            await wait_until(pilot, lambda: app.screen is app.chat)
        await pilot.press("f1")
        await wait_until(pilot, lambda: app.screen is not app.chat)
        await pilot.pause(0.1)
        await look("help")
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("size", [(100, 30), (60, 24)], ids=["100", "60"])
async def test_the_models_look_so_while_one_is_fetched(
    make_app: MakeApp, notes: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        for number, name in enumerate(("qwen3-0.6b", "qwen2.5-1.5b")):
            given = settings.load()
            download = Download(name, name, pull.source(name, given), given, app.chat.post_message)
            state = "paused" if number else "fetching"
            done = 262_000_000 * (number + 1)
            download.progress = Progress(state, done, download.source.bytes, 3_100_000.0)
            app.downloads._by_name[name] = download
        await pilot.press("f6")
        await wait_until(pilot, lambda: app.screen is not app.chat)
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await pilot.pause(0.1)
        write = os.environ.get("SNAPSHOTS") == "write"
        difference = compare(f"pulling-{size[0]}", await picture(pilot, app), tmp_path, write=write)
    assert not difference


async def hold(app: ChatApp, source: str) -> None:
    """Put a conversation on the screen: a phrased answer, a refusal, a question that failed."""
    conversation = app.conversation
    first = answer(source)
    refusal = refused(source)
    conversation.session = conversation.sessions.start(first.question, "library")
    conversation.sessions.append(conversation.session.id, saved(first))
    conversation.add(refusal.question).answer = refusal
    conversation.add("And then?").failure = "The library cannot be read. Check the disk."
    conversation.add(first.question).answer = first
    await app.chat.show_conversation()


def answer(source: str) -> Answer:
    start = NOTES.index(QUOTE)
    day = NOTES.index("3 May 1840")
    citation = Citation(
        1,
        source,
        "Journey",
        None,
        (3, 3),
        (start, start + len(QUOTE)),
        QUOTE,
        ("Journey",),
        (day, day + len("3 May 1840")),
    )
    said = Statement("Ada left Turin on 3 May 1840.", "supported", (1,))
    left = Statement("She was ill.", "unsupported", ())
    return Answer(
        question="When did she leave?",
        standalone_question="When did Ada leave Turin?",
        status="answered",
        text="Ada left Turin on 3 May 1840. [1]",
        confidence=0.93,
        threshold=0.31,
        statements=(said, left),
        citations=(citation,),
        passages=passages(source),
        mode="compose",
        model={"name": "small", "sha256": "0" * 64},
        embedder={"name": "embedder", "sha256": "0" * 64},
        prompt={"name": "phrase", "hash": "0123456789abcdef"},
        usage=Usage(120, 14),
        timings=Timings(140.0, 620.0, 1480.0, 31.0, STAGES),
        draft=Draft(f"{said.text} {left.text}", (said, left), -0.21, "stop"),
        notices=("Search by meaning is off.",),
    )


def refused(source: str) -> Answer:
    return Answer(
        question="What is tea?",
        standalone_question="What is tea?",
        status="not_found",
        text="The documents do not answer this.",
        confidence=0.04,
        threshold=0.31,
        statements=(),
        citations=(),
        passages=passages(source),
        mode="quote",
        model=None,
        embedder={"name": "embedder", "sha256": "0" * 64},
        prompt={"name": "phrase", "hash": "0123456789abcdef"},
        usage=Usage(),
        timings=Timings(90.0, 90.0, 95.0, None),
    )


def passages(source: str) -> tuple[PassageUse, ...]:
    texts = (QUOTE + " The coach had lost a wheel.", "In Genoa she paid 4 lire a night")
    found = []
    for number, text in enumerate(texts, start=1):
        start = NOTES.index(text)
        end = start + len(text)
        line = NOTES[:start].count("\n") + 1
        passage = Passage(
            number,
            source,
            "Journey",
            start,
            end,
            (line, line),
            None,
            ("Journey",),
            ((start, end),),
            text,
        )
        found.append(
            PassageUse(ScoredPassage(passage, 1.0 / number, 7.5 / number, 0.61), number == 1)
        )
    return tuple(found)
