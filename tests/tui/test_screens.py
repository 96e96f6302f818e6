"""Conversations, library, help and themes, driven by keys."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import answered, ready, wait_until
from textual.widgets import DataTable, Input, OptionList, Static

from assistant.library.library import Library
from assistant.tui import sources, themes
from assistant.tui.app import ChatApp
from assistant.tui.screens.conversations import ConversationsScreen
from assistant.tui.screens.help import HelpScreen
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.widgets.turn import TurnView

MakeApp = Callable[..., ChatApp]
QUESTION = "When did Ban Ki-moon visit Libya?"


def said(app: ChatApp) -> str:
    return "\n".join(str(s.content) for s in app.screen.query(Static))


async def test_a_conversation_is_saved_as_it_happens_and_resumed_as_it_was(
    make_app: MakeApp,
) -> None:
    first = make_app("Ban Ki-moon visited in October 2014.")
    async with first.run_test() as pilot:
        await answered(pilot, first, QUESTION)
        before = first.conversation.exchanges[0].answer
    second = make_app()
    async with second.run_test() as pilot:
        await ready(pilot, second)
        await pilot.press("f4")
        await wait_until(pilot, lambda: isinstance(second.screen, ConversationsScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: second.chat.query(TurnView))
        after = second.conversation.exchanges[0].answer
        assert after is not None
        assert after.to_json() == before.to_json()
        assert after.draft == before.draft
        await answered(pilot, second, "And who visited before?")
        assert len(second.conversation.sessions.load(second.conversation.session.id)[1]) == 2


async def test_conversations_are_searched_renamed_deleted_and_brought_back(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = make_app()
    app.conversation.sessions.start("What is tea?", "default")
    app.conversation.sessions.start("Who came?", "default")
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        await pilot.press("f4")
        await wait_until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        options = app.screen.query_one(OptionList)
        await pilot.press("slash", *"tea")
        await wait_until(pilot, lambda: options.option_count == 1)
        await pilot.press("enter", "r")
        await wait_until(pilot, lambda: app.screen.query_one(Input).value == "What is tea?")
        await pilot.press("end", *"!!", "enter")
        await wait_until(pilot, lambda: options.option_count == 2)
        titles = {s.title for s in app.conversation.sessions.search()}
        assert titles == {"What is tea?!!", "Who came?"}
        await pilot.press("d")
        await wait_until(pilot, lambda: options.option_count == 1)
        await pilot.press("u")
        await wait_until(pilot, lambda: options.option_count == 2)
        await pilot.press("m", "x")
        await wait_until(pilot, lambda: len(list(tmp_path.glob("*.*"))) == 2)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_documents_are_added_and_removed_with_undo_while_the_chat_goes_on(
    make_app: MakeApp, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.tui.screens.library.UNDO_SECONDS", 0.2)
    path = tmp_path / "safe.txt"
    path.write_text("The combination of the old safe is 4711.")
    app = make_app(library=library)
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("a", *str(path)[:-2], "tab")
        assert app.screen.query_one(Input).value == str(path)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "1 file read" in said(app))
        await wait_until(pilot, lambda: app.screen._table.row_count == 1)
        await pilot.press("escape")
        await answered(pilot, app, "What is the combination of the safe?")
        assert "4711" in app.conversation.exchanges[0].answer.text
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await wait_until(pilot, lambda: app.screen._table.row_count == 1)
        await pilot.press("d", "u")
        await pilot.pause(0.4)
        assert len(library.sources()) == 1
        await pilot.press("d")
        await wait_until(pilot, lambda: not library.sources())


async def test_the_library_follows_edits_renames_deletions_and_folders_that_are_away(
    make_app: MakeApp, library: Library, tmp_path: Path
) -> None:
    notes, away = tmp_path / "notes", tmp_path / "away"
    for folder in (notes, away):
        folder.mkdir()
    for name in ("edited", "renamed", "deleted"):
        (notes / f"{name}.txt").write_text(f"The {name} safe opens with 4711.")
    (away / "kept.txt").write_text("The safe that is away opens with 4712.")
    (notes / "cut.txt").write_bytes(b"\0\1\2")
    list(library.add([str(notes), str(away)]))
    (notes / "edited.txt").write_text("The edited safe opens with 4713.")
    (notes / "renamed.txt").rename(notes / "moved.txt")
    (notes / "deleted.txt").unlink()
    away.rename(tmp_path / "elsewhere")
    app = make_app(library=library)
    async with app.run_test(size=(120, 30)) as pilot:
        await ready(pilot, app)
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("s")
        await wait_until(pilot, lambda: "1 file read" in said(app))
        assert "1 renamed, 1 removed" in said(app)
        assert "1 kept although their folder is missing" in said(app)
        names = {Path(d.source).name for d in library.sources()}
        assert names == {"edited.txt", "moved.txt", "kept.txt"}
        table = app.screen.query_one(DataTable)
        await wait_until(pilot, lambda: table.row_count == 4)
        name, state, *_ = map(str, table.get_row_at(3))
        assert name == "cut.txt"
        assert state.startswith("left out: ")
        table.move_cursor(row=3)
        await pilot.press("d")  # there is nothing to remove
        assert not app._leaving


async def test_help_lists_every_key_and_what_the_words_mean(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 60)) as pilot:
        await ready(pilot, app)
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
        shown = said(app)
        for key in (
            "Enter",
            "Esc",
            "F2",
            "F5",
            "Ctrl+N",
            "not found in your documents",
            "written by the model, checked",
        ):
            assert key in shown


async def test_every_binding_has_an_id(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        ours = [ChatApp, type(app.chat), TurnView, ConversationsScreen, LibraryScreen, HelpScreen]
        for place in ours:
            assert all(binding.id for binding in place.BINDINGS), place


async def test_keys_and_theme_are_taken_from_the_settings(make_app: MakeApp, home: Path) -> None:
    (home / "settings.toml").write_text(
        '[chat]\ntheme = "textual-light"\n[chat.keys]\n"app.help" = "f9"\n'
    )
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert app.theme == "textual-light"
        await pilot.press("f9")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("escape", "ctrl+t")
        await wait_until(pilot, lambda: themes.load(home).theme == "high-contrast")


async def test_without_colour_nothing_is_lost(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        assert app.no_color


@pytest.mark.parametrize("change", ["edited", "gone", "forgotten", "read anew"])
async def test_a_source_that_is_not_what_was_read_is_flagged_in_words(
    make_app: MakeApp, library: Library, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "safe.txt"
    path.write_text("The combination of the old safe is 4711.")
    list(library.add([str(path)]))
    app = make_app(library=library)
    async with app.run_test() as pilot:
        await answered(pilot, app, "What is the combination of the safe?")
        if change == "gone":
            path.unlink()
        elif change == "forgotten":
            list(library.remove([str(path)])[1])
        else:
            path.write_text("New first line.\n\nThe combination of the old safe is 4711.")
            os.utime(path, ns=(1, 1))
        if change == "read anew":
            list(library.add([str(path)]))
        place = app.chat.query_one(TurnView).places[0]
        found = sources.look_up(library, place)
        words = {"edited": "Stale", "gone": "gone", "forgotten": "no longer", "read anew": "moved"}
        assert words[change] in found.flag
        start, end = found.span
        assert found.text[start:end] == place.quote


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"VISUAL": "nvim -R", "EDITOR": "nano"}, ["nvim", "-R", "+7", "/a b.txt"]),
        ({"EDITOR": "code"}, ["code", "-g", "/a b.txt:7"]),
        ({"PAGER": "less"}, ["less", "+7", "/a b.txt"]),
        ({"EDITOR": "ed"}, ["ed", "/a b.txt"]),
    ],
)
def test_an_editor_opens_at_the_line(environ: dict[str, str], command: list[str]) -> None:
    assert sources.viewer("/a b.txt", 7, environ) == command
    for option in ("-c:!touch x", "+!touch x", "--help"):
        last = sources.viewer(option, 7, environ)[-1]
        assert last.startswith("/")


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_what_has_no_end_is_not_read_to_tell_if_it_changed(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "gone" in sources._changed(str(tmp_path / name), "0" * 64, 1)


async def test_a_folder_that_cannot_be_written_does_not_take_the_answer_away(
    make_app: MakeApp, home: Path
) -> None:
    (home / "sessions").write_text("in the way")
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        assert "October 2014" in app.conversation.exchanges[0].answer.text
