"""The settings screen: the one schema, where each value comes from, and changing it."""

from collections.abc import Callable
from typing import Any

import pytest
from chatting import ready, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from assistant import settings
from assistant.tui.app import ChatApp
from assistant.tui.screens.settings import SettingsScreen

MakeApp = Callable[..., ChatApp]


async def opened(pilot: Pilot[Any], app: ChatApp) -> OptionList:
    await ready(pilot, app)
    await pilot.press("f7")
    await wait_until(pilot, lambda: isinstance(app.screen, SettingsScreen))
    options = app.screen.query_one(OptionList)
    await wait_until(pilot, lambda: options.option_count)
    return options


def said(app: ChatApp) -> str:
    return str(app.screen.query_one("#state", Static).content)


def line(options: OptionList, key: str) -> str:
    return str(options.get_option(key).prompt)


async def choose(pilot: Pilot[Any], options: OptionList, key: str) -> None:
    options.highlighted = options.get_option_index(key)
    await pilot.press("enter")


async def test_each_setting_is_shown_with_its_source_changed_and_reset(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_SERVE_PORT", "1234")
    app = make_app()
    opens: list[object] = []
    make = app.backend._make
    app.backend._make = lambda *given: (opens.append(given), make(*given))[1]
    async with app.run_test(size=(100, 30)) as pilot:
        options = await opened(pilot, app)
        assert [o.id for o in options.options] == [s.key for s in settings.schema()]
        assert "1234  from the environment" in line(options, "serve.port")
        await choose(pilot, options, "serve.port")
        assert "ASSISTANT_SERVE_PORT" in said(app)
        assert not app.screen.query_one(Input).display

        await choose(pilot, options, "llm.threads")
        box = app.screen.query_one(Input)
        assert (box.display, box.value) == (True, "0")
        await pilot.press("x", "enter")
        assert "must be a whole number" in said(app)
        await pilot.press("backspace", "backspace", "2", "enter")
        assert settings.load().llm_threads == 2
        assert "2  from the file" in line(options, "llm.threads")
        await pilot.press("d")
        assert settings.load().llm_threads == 0
        assert "from the" not in line(options, "llm.threads")
        before = len(opens)
        await pilot.press("escape")
        # What was changed holds in this chat, too: library and models are opened anew.
        await wait_until(pilot, lambda: len(opens) > before)


async def test_closing_without_a_change_opens_nothing_anew(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        options = await opened(pilot, app)
        await choose(pilot, options, "llm.url")
        await pilot.press("a", "escape")
        assert app.screen.focused is options
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert not settings.file().exists()
        assert not app.chat.is_opening
