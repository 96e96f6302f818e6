"""What a newcomer reaches for: words in the source, libraries from a list, a pasted path, keys."""

from collections.abc import Callable
from pathlib import Path

from chatting import answered, ready, wait_until
from textual import events
from textual.widgets import Input, OptionList

from assistant import paths
from assistant.library.document_store import DocumentStore
from assistant.library.library import Library
from assistant.tui.app import ChatApp
from assistant.tui.screens.libraries import LibrariesScreen
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.widgets.document_view import DocumentView
from assistant.tui.widgets.prompt import given_path
from assistant.tui.widgets.source_panel import SourcePanel

MakeApp = Callable[..., ChatApp]
QUESTION = "What is the combination of the old safe?"


def told(app: ChatApp, text: str) -> bool:
    return any(text in notice.message for notice in app._notifications)


async def test_words_are_found_in_the_source(
    make_app: MakeApp, library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "safe.txt"
    far = "The cellar is damp and dark, and nobody goes there.\n\n" * 1_000
    path.write_text(f"The combination of the old safe is 4711.\n\n{far}The old\nSAFE was sold.\n")
    list(library.add([str(path)]))
    app = make_app(library=library)
    async with app.run_test(size=(120, 40)) as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("f2")
        view = app.chat.query_one(DocumentView)
        await wait_until(pilot, lambda: view.highlighted)
        quote = view.highlighted
        await pilot.press("slash")
        box = app.chat.query_one(SourcePanel).query_one(Input)
        await wait_until(pilot, lambda: box.display)
        await pilot.press(*"old safe", "enter")
        await wait_until(pilot, lambda: box.border_subtitle)
        assert (view.found, box.border_subtitle) == ("old safe", "1 of 2")
        assert view.highlighted == quote
        await pilot.press("enter")  # far outside of what was shown around the quote
        assert (" ".join(view.found.split()), box.border_subtitle) == ("old SAFE", "2 of 2")
        box.value = "no such words"
        await pilot.press("enter")
        await wait_until(pilot, lambda: box.border_subtitle == "not in this document")
        assert view.highlighted == quote
        await pilot.press("escape")
        assert not box.display
        assert app.chat.query_one(SourcePanel).has_class("-open")


async def test_a_library_is_chosen_from_a_list(make_app: MakeApp, home: Path) -> None:
    for name in ("bridges", "recipes"):
        folder = paths.library_folder(name)
        folder.mkdir(parents=True)
        DocumentStore(folder).close()
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("l")
        await wait_until(pilot, lambda: isinstance(app.screen, LibrariesScreen))
        options = app.screen.query_one(OptionList)
        await wait_until(pilot, lambda: options.option_count >= 2)
        await pilot.press(*"reci")
        await wait_until(pilot, lambda: options.option_count == 2)
        assert "recipes  0 documents" in str(options.get_option_at_index(0).prompt)
        assert "New: reci" in str(options.get_option_at_index(1).prompt)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.backend.library_name == "recipes")


async def test_a_pasted_path_or_address_is_offered_and_wrong_keys_are_told(
    make_app: MakeApp, home: Path, tmp_path: Path
) -> None:
    assert given_path(" https://example.org/a?b=c ") == "https://example.org/a?b=c"
    assert given_path("What is https://example.org?") == given_path("https://") == ""
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text('[chat.keys]\n"chat.wy" = "f9"\n')
    path = tmp_path / "note.md"
    path.write_text("A note.")
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await wait_until(pilot, lambda: told(app, "Did you mean chat.why?"))
        app.post_message(events.Paste(str(path)))  # as the terminal sends it
        await wait_until(pilot, lambda: told(app, "Enter offers"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        assert app.screen.query_one("#path", Input).value == str(path)
