"""What must not end the chat: a full disk, lost stores, a killed model, hostile documents."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import HeldLlm, answered, ready, text, type_in, wait_until
from rich.cells import cell_len
from textual.pilot import Pilot

from assistant.library.library import Library
from assistant.tui.app import ChatApp
from assistant.tui.backend import Backend
from assistant.tui.widgets.document_view import DocumentView
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.turn import TurnView

MakeApp = Callable[..., ChatApp]
QUESTION = "When did Ban Ki-moon visit Libya?"
QUOTE = "Ban Ki-moon visited in October 2014."


def told(app: ChatApp, what: str) -> bool:
    return any(what in note.message for note in app._notifications)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
async def test_a_full_disk_is_said_and_what_it_refused_is_saved_later(
    make_app: MakeApp, home: Path
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        [path] = (home / "sessions").glob("*.jsonl")
        kept = path.rename(home / "kept")
        path.symlink_to("/dev/full")
        await answered(pilot, app, "Who ordered the march on Tripoli?")
        assert "Hifter" in text(app.chat.query(TurnView).last())
        await wait_until(pilot, lambda: told(app, "could not be saved: No space left on device"))
        path.unlink()
        kept.rename(path)
        await answered(pilot, app, QUESTION)
        _, turns = app.conversation.sessions.load(path.stem)
        assert [t.question for t in turns][1:] == ["Who ordered the march on Tripoli?", QUESTION]


async def test_without_its_vectors_the_chat_goes_on_and_documents_can_be_added(
    make_app: MakeApp, library: Library, tmp_path: Path
) -> None:
    first, second = tmp_path / "safe.txt", tmp_path / "dog.txt"
    first.write_text("The combination of the old safe is 4711.")
    second.write_text("The dog of the house is called Bruno.")
    list(library.add([str(first)]))
    app = make_app(library=library)
    async with app.run_test() as pilot:
        await answered(pilot, app, "What is the combination of the safe?")
        shutil.rmtree(library.folder / "vectors")
        await answered(pilot, app, "What is the combination of the old safe?")
        assert "4711" in text(app.chat.query(TurnView).last())
        app.backend.change(lambda opened: opened.add([str(second)]))
        await wait_until(pilot, lambda: told(app, "read") or told(app, "could not"))
        await answered(pilot, app, "What is the dog of the house called?")
        assert "Bruno" in text(app.chat.query(TurnView).last())


@pytest.mark.slow
async def test_a_killed_model_is_a_note_and_the_next_question_has_a_new_one(home: Path) -> None:
    app = ChatApp(Backend("default", None), home)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: app.chat.query(TurnView).last()._draft)
        os.kill(app.backend._assistant._engine.pid, signal.SIGKILL)
        await wait_until(pilot, lambda: app.chat.current is None)
        shown = text(app.chat.query_one(TurnView))
        assert QUOTE in shown
        assert "Note: The language model" in shown
        await answered(pilot, app, "Who ordered the march on Tripoli?")
        answer = app.conversation.exchanges[1].answer
        assert answer.draft is not None
        assert not answer.notices
    app.backend.close()


async def test_a_resize_while_the_draft_comes_keeps_all_in_its_place(make_app: MakeApp) -> None:
    llm = HeldLlm()
    app = make_app(llm=llm)
    async with app.run_test(size=(160, 50)) as pilot:
        await ready(pilot, app)
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: "Perhaps" in drawn(app))
        for width, height in ((60, 20), (200, 60), (80, 24)):
            await pilot.resize_terminal(width, height)
            await wait_until(pilot, lambda w=width, h=height: is_sound(app, w, h))
            assert "Perhaps" in drawn(app)
            assert QUOTE in drawn(app)
        llm.go_on.set()
        await wait_until(pilot, lambda: app.chat.current is None)


async def test_a_click_on_a_marker_opens_its_source(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 60)) as pilot:
        await answered(pilot, app, QUESTION, "Who ordered the march on Tripoli?")
        await pilot.press("f2")
        view = app.chat.query_one(DocumentView)
        await wait_until(pilot, lambda: view.highlighted)
        assert view.highlighted != QUOTE  # the second answer's
        lines = drawn(app).split("\n")
        y = next(i for i, line in enumerate(lines) if QUOTE in line and "[1]" in line)
        await pilot.click(offset=(lines[y].index("[1]") + 1, y))
        await wait_until(pilot, lambda: view.highlighted == QUOTE)
        assert str(view.highlighted) in drawn(app)


HOSTILE = (
    "# [b]Vault[/b] \x1b]0;owned\x07\n\n"
    "The code of the vault \x1b[2J\x1b[31mis\u202e 4711\u202c \u05e9\u05dc\u05d5\u05dd,"
    " zero\u200b\u200dwidth, \u65e5\u672c\u8a9e\u306e\u6587\u7ae0, e\u0301\u0301\u0301,"
    " \U0001f468\u200d\U0001f469\u200d\U0001f467, \u00ad soft, tab\there,"
    " [link=file:///etc/passwd]x[/link] [@click=app.quit]leave[/] \x9b31m$primary $$x\n"
)


@pytest.mark.parametrize("size", [(60, 20), (160, 50)])
async def test_a_hostile_document_neither_breaks_the_layout_nor_reaches_the_terminal(
    make_app: MakeApp, library: Library, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "\x1b[31m[b]vault.md"
    path.write_text(HOSTILE)
    list(library.add([str(path)]))
    app = make_app(library=library)
    async with app.run_test(size=size) as pilot:
        await answered(pilot, app, "What is the code of the vault?")
        await sound(pilot, app, size)
        # It is on the screen, with marks where a terminal would have obeyed.
        assert "4711" in drawn(app)
        assert "\ufffd" in drawn(app)
        assert "cite(1)" in clickable(app)
        for keys in ("f2", "escape", "f3", "escape", "f4", "escape", "f5"):
            await pilot.press(keys)
            await sound(pilot, app, size)
            assert clickable(app) <= OURS


OURS = frozenset(
    "cite(1) cite(2) cite(3) why edit alone screen.earlier try(0) try(1) try(2)".split()
)


def clickable(app: ChatApp) -> set[str]:
    """What a click somewhere on the screen would do: actions and links."""
    found: set[str] = set()
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            if style is not None and (style.link or "@click" in style.meta):
                found.add(str(style.link or style.meta["@click"]))
    return found


async def sound(pilot: Pilot[None], app: ChatApp, size: tuple[int, int]) -> None:
    await pilot.pause(0.1)
    assert is_sound(app, *size)
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u202c"} & set(drawn(app))


def is_sound(app: ChatApp, width: int, height: int) -> bool:
    """Whether every row of the screen is as wide as the terminal and the input is in view."""
    lines = drawn(app).split("\n")
    prompt = app.chat.query_one(Prompt).region
    in_view = app.screen is not app.chat or not prompt or prompt.bottom <= height
    return len(lines) == height and {cell_len(line) for line in lines} == {width} and in_view


def drawn(app: ChatApp) -> str:
    """The characters on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
