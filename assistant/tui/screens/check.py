"""A pasted text, held against the documents sentence by sentence."""

import threading
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static, TextArea

from assistant.printable import safe_line
from assistant.tui import render, words
from assistant.tui.backend import Backend
from assistant.tui.messages import CheckedStatement, CheckEnded

if TYPE_CHECKING:
    from assistant.answering.checker import Checked

FOUND = {"supported": "supported", "contradicted": "contradicted", "not_found": "not found"}
_STYLES = {
    "supported": "$text-success",
    "contradicted": "$text-error",
    "not_found": "$text-warning",
}


class CheckScreen(ModalScreen[None]):
    """Takes a text and shows what the documents say of each statement in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "check", "Check", id="check.run", priority=True, tooltip="check the text"),
        Binding("escape", "back", "Close", id="check.close"),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend
        self._cancel = threading.Event()
        self._found: list[Checked] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Check a text"
            yield TextArea(id="text", placeholder="Paste a text, then press F9 \u2026")
            with VerticalScroll(id="findings", can_focus=True):
                yield Static(id="found")
            yield Static(id="state")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_check(self) -> None:
        """Check what is typed; a check that is under way ends first."""
        self._cancel.set()
        self._cancel, self._found = threading.Event(), []
        self._show()
        self.query_one("#state", Static).update(Content("Checking \u2026"))
        self._backend.check(self.query_one(TextArea).text, self._cancel)

    def action_back(self) -> None:
        self._cancel.set()
        self.dismiss()

    @on(CheckedStatement)
    def _checked(self, event: CheckedStatement) -> None:
        if event.cancel is self._cancel:
            self._found.append(event.checked)
            self._show()

    @on(CheckEnded)
    def _ended(self, event: CheckEnded) -> None:
        if event.cancel is self._cancel:
            self.query_one("#state", Static).update(Content(safe_line(event.text)))

    def _show(self) -> None:
        self.query_one("#found", Static).update(Content("\n\n").join(map(_finding, self._found)))


def _finding(checked: "Checked") -> Content:
    said = FOUND[checked.support]
    quotes = "".join(
        f"\n    \u201c{safe_line(c.quote)}\u201d  {words.file_name(c.source)}, {words.lines(c)}"
        for c in checked.citations
    )
    return Content.assemble(
        (f"{said:<14}", f"bold {_STYLES[checked.support]}"),
        safe_line(checked.statement),
        (quotes, render.MUTED),
    )
