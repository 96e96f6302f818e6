"""A pasted text is checked in the chat."""

from collections.abc import Callable

from chatting import ready, wait_until
from textual.widgets import Static, TextArea

from assistant.tui.app import ChatApp
from assistant.tui.screens.check import CheckScreen

MakeApp = Callable[..., ChatApp]


async def test_each_statement_of_a_pasted_text_is_shown_with_what_the_documents_say(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, app)
        await pilot.press("f9")
        await wait_until(pilot, lambda: isinstance(app.screen, CheckScreen))
        app.screen.query_one(
            TextArea
        ).text = "Ban Ki-moon visited in October 2014. Penguins live in Antarctica."
        await pilot.press("f9")
        state = app.screen.query_one("#state", Static)
        await wait_until(pilot, lambda: "not found" in str(state.content))
        assert str(state.content) == "1 supported, 0 contradicted, 1 not found."
        found = str(app.screen.query_one("#found", Static).content)
        assert "supported     Ban Ki-moon visited in October 2014." in found
        assert "000_fbb4ad618a715ec0.txt, line 25" in found
        assert "not found     Penguins live in Antarctica." in found
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
