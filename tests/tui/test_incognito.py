"""A conversation of which nothing is written, and questions that name their document."""

from collections.abc import Callable
from pathlib import Path

from chatting import answered, ready, text, wait_until
from textual.widgets import Input

from assistant.tui.app import ChatApp
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.widgets.header import Header
from assistant.tui.widgets.prompt import Prompt, given_path
from assistant.tui.widgets.turn import TurnView

MakeApp = Callable[..., ChatApp]
QUESTION = "When did Ban Ki-moon visit Libya?"


async def test_incognito_writes_nothing_and_saving_begins_again_after_it(
    make_app: MakeApp, home: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        await pilot.press("f10")
        await wait_until(pilot, lambda: app.chat.query_one(Header).incognito)
        assert "nothing is written" in str(app.chat.query_one(Header).render())
        await answered(pilot, app, QUESTION)
        app.copy_to_clipboard("October 2014")
        written = [path for path in home.rglob("*") if path.is_file()]
        assert not any(b"October" in path.read_bytes() for path in written)
        assert app.conversation.sessions.search() == []
        await pilot.press("f10")
        await wait_until(pilot, lambda: not app.chat.query_one(Header).incognito)
        assert app.conversation.exchanges == []
        await answered(pilot, app, QUESTION)
        assert len(app.conversation.sessions.search()) == 1


async def test_a_document_is_named_with_an_at_sign_and_completed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        prompt = app.chat.query_one(Prompt)
        await pilot.press("@", "h", "a", "n")
        await wait_until(pilot, lambda: prompt.suggestion == "dbook.md")
        await pilot.press("tab")
        assert prompt.text == "@handbook.md"
        prompt.put("")
        await answered(pilot, app, f"@handbook.md {QUESTION}")
        answer = app.conversation.exchanges[0].answer
        assert answer is not None
        assert {Path(p.found.passage.source).name for p in answer.passages} == {"handbook.md"}
        prompt.put("@nothing.md What is it?")
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.chat.query(TurnView)) == 2)
        last = app.chat.query(TurnView).last(TurnView)
        await wait_until(
            pilot, lambda: "No document of the library is in 'nothing.md'." in text(last)
        )


async def test_a_path_that_is_dropped_is_offered_for_adding(
    make_app: MakeApp, tmp_path: Path
) -> None:
    note = tmp_path / "my note.md"
    note.write_text("The mill has seven floors.\n")
    dropped = str(note).replace(" ", "\\ ")
    assert given_path(f"'{note}'") == given_path(dropped) == str(note)
    assert given_path(note.as_uri()) == str(note)
    assert given_path("/no/such/file") == given_path("What is /tmp?") == ""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        app.chat.query_one(Prompt).put(dropped)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await wait_until(pilot, lambda: app.screen.query_one(Input).value == str(note))
        assert app.conversation.exchanges == []
