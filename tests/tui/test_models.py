"""Choosing the language model while chatting, and libraries that do not open."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import answered, ready, type_in, wait_until
from fakes import ScriptedLlm
from textual.widgets import OptionList, Static

from assistant.engines import catalog, weights
from assistant.errors import LibraryError, WeightsError
from assistant.tui import models
from assistant.tui.app import ChatApp
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.screens.models import ModelsScreen

MakeApp = Callable[..., ChatApp]
QUESTION = "When did Ban Ki-moon visit Libya?"


def said(app: ChatApp) -> str:
    return "\n".join(str(s.content) for s in app.screen.query(Static))


def test_a_model_is_known_with_its_size_context_and_licence(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    weights_of = catalog.llm().weights
    assert weights_of is not None
    path.symlink_to(weights.locate(weights_of))
    embedded, *to_pull, mine, none = models.choices(str(path))
    assert (embedded.bytes, embedded.context_tokens) == (98362432, 2048)
    assert embedded.licence == "Apache-2.0"
    assert not embedded.missing
    assert (mine.bytes, mine.name, mine.missing) == (embedded.bytes, str(path), "")
    assert mine.title
    assert none is models.QUOTES_ONLY
    assert to_pull
    assert all("assistant models pull" in m.place and m.missing for m in to_pull)


def test_a_file_that_is_no_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_text("no model")
    assert "not a GGUF file" in models.choices(str(path))[-2].missing


async def test_the_model_is_switched_while_chatting(make_app: MakeApp) -> None:
    opened: list[str | None] = []
    app = make_app()
    make = app.backend._make
    app.backend._make = lambda *given: (opened.append(given[1]), make(*given))[1]
    async with app.run_test(size=(80, 24)) as pilot:
        await answered(pilot, app, QUESTION)
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        options = app.screen.query_one(OptionList)
        await wait_until(pilot, lambda: options.option_count)
        shown = str(options.get_option_at_index(0).prompt)
        assert "98 MB" in shown
        assert "context 2,048 tokens" in shown
        assert "answers now" in str(options.get_option_at_index(options.option_count - 1).prompt)
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: opened[-1] == "smollm2-135m")
        await ready(pilot, app)
        assert len(app.conversation.exchanges) == 1
        await answered(pilot, app, "Who ordered the march on Tripoli?")


async def test_a_model_that_does_not_load_leaves_the_one_before(make_app: MakeApp) -> None:
    app = make_app(llm=ScriptedLlm("Ban Ki-moon visited in October 2014."))
    make = app.backend._make

    def refuse(*given: object) -> object:
        if given[1] == "none":
            raise WeightsError("The model is broken.", "Choose another.")
        return make(*given)

    app.backend._make = refuse
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: [n for n in app._notifications if "broken" in n.message])
        await answered(pilot, app, QUESTION)
        assert app.conversation.exchanges[0].answer.draft is not None


@pytest.mark.parametrize("name", ["../secret", "locked"])
async def test_a_library_that_does_not_open_leaves_the_conversation(
    make_app: MakeApp, name: str
) -> None:
    app = make_app()
    make = app.backend._make

    def refuse(*given: object) -> object:
        if given[0] == name:
            raise LibraryError("It cannot be opened.", "Choose another.")
        return make(*given)

    app.backend._make = refuse
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        session = app.conversation.session
        await open_library(pilot, app, name)
        await wait_until(pilot, lambda: [n for n in app._notifications if "cannot be" in n.message])
        assert app.conversation.session is session
        assert len(app.conversation.exchanges) == 1
        assert app.backend.library_name == "default"


async def test_another_library_begins_a_conversation_of_its_own(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        await open_library(pilot, app, "other")
        await wait_until(pilot, lambda: not app.conversation.exchanges)
        assert app.backend.library_name == "other"


async def test_a_conversation_whose_library_is_gone_is_not_gone_on_with(
    make_app: MakeApp,
) -> None:
    app = make_app()
    make = app.backend._make

    def refuse(*given: object) -> object:
        if given[0] == "gone":
            raise LibraryError("There is no library named 'gone'.", "Choose another.")
        return make(*given)

    app.backend._make = refuse
    held = app.conversation.sessions.start("What was it?", "gone")
    async with app.run_test() as pilot:
        await answered(pilot, app, QUESTION)
        await app.resume(held.id)
        await wait_until(pilot, lambda: [n for n in app._notifications if "gone" in n.message])
        assert app.conversation.session.id != held.id
        assert len(app.conversation.exchanges) == 1


async def test_no_other_library_is_opened_during_an_answer(make_app: MakeApp) -> None:
    go_on = threading.Event()
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        answer = app.backend._answerer.answer
        app.backend._answerer.answer = lambda *given: (go_on.wait(20), answer(*given))[1]
        await type_in(pilot, app, QUESTION)
        await wait_until(pilot, lambda: app.chat.current)
        await open_library(pilot, app, "other")
        await wait_until(pilot, lambda: [n for n in app._notifications if "Esc" in n.message])
        go_on.set()
        await wait_until(pilot, lambda: app.chat.current is None)
        assert app.backend.library_name == "default"


async def open_library(pilot: object, app: ChatApp, name: str) -> None:
    await pilot.press("f5")
    await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
    await pilot.press("l", *name, "enter")
    await wait_until(pilot, lambda: app.screen is app.chat)
