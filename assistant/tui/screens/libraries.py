"""The libraries: one is chosen from the list, or made by typing a new name."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant import formatting
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tui import render


@dataclass(frozen=True)
class _Choice:
    """A library to open; `about` says what it holds, `is_new` that it is to be made."""

    name: str
    about: str
    is_new: bool = False


class LibrariesScreen(ModalScreen[str | None]):
    """Returns the name of the library to open, or None."""

    AUTO_FOCUS = "#name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="libraries.close"),
        Binding("down", "move(1)", "Next", id="libraries.down", show=False),
        Binding("up", "move(-1)", "Previous", id="libraries.up", show=False),
    ]

    def __init__(self, now: str) -> None:
        """`now` is the library that is open."""
        super().__init__()
        self._now = now
        self._known: list[_Choice] = []
        self._shown: list[_Choice] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Libraries"
            yield Input(
                placeholder="A part of a name, or a new one \u2026", id="name", compact=True
            )
            yield OptionList(id="list", compact=True, markup=False)
            yield Static("Each library keeps its own documents and answers from them alone.")
        yield Footer(compact=True)

    @work
    async def on_mount(self) -> None:
        self._known = await asyncio.to_thread(_libraries)
        self._fill()

    @on(Input.Changed, "#name")
    def _fill(self) -> None:
        typed = self.query_one(Input).value.strip()
        self._shown = [c for c in self._known if typed.lower() in c.name.lower()]
        if typed and all(c.name != typed for c in self._known):
            self._shown.append(_Choice(typed, "a new, empty library", is_new=True))
        # What is typed in full goes before what only holds it.
        self._shown.sort(key=lambda c: c.name != typed or c.is_new)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(c)) for c in self._shown)
        options.highlighted = 0 if self._shown else None

    def _line(self, choice: _Choice) -> Content:
        title = f"New: {choice.name}" if choice.is_new else choice.name
        line = Content.assemble((safe_line(title), "bold"))
        if choice.name == self._now:
            line += Content.assemble(("  open now", "$text-success"))
        return line + Content.assemble((f"  {safe_line(choice.about)}", render.MUTED))

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_back(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted, "#name")
    def _submitted(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self.dismiss(self._shown[at].name)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index].name)


def _libraries() -> list[_Choice]:
    """Every library with what it holds."""
    from assistant.library.library import names

    return [_Choice(name, _about(name)) for name in names()]


def _about(name: str) -> str:
    from assistant import paths
    from assistant.library.document_store import DocumentStore
    from assistant.library.settings import LibrarySettings

    try:
        catalogue = DocumentStore(paths.library_folder(name))
    except AssistantError as error:
        return error.message
    try:
        held = formatting.count(len(catalogue.states()), "document")
        description = LibrarySettings(catalogue).get("description")
    except AssistantError as error:
        return error.message
    finally:
        catalogue.close()
    return f"{held}, {description}" if description else held
