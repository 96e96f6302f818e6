"""The right answer in the place of a wrong one, if the person likes to give it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static


class RightAnswerScreen(ModalScreen[str | None]):
    """Returns what was typed, which may be nothing; None if it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="right_answer.close"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Wrong"
            yield Static("The right answer, in a few words; or nothing. Enter keeps it.")
            yield Input(id="right")
        yield Footer(compact=True)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
