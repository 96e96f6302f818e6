"""The settings: each with its value, where that comes from and what it means; changed in place."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant import settings
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.settings import Origin, Setting, Value
from assistant.tui import render


class SettingsScreen(ModalScreen[bool]):
    """Returns whether anything was changed. All is read from the one schema and saved at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="settings.close"),
        Binding("enter", "change", "Change", id="settings.change"),
        Binding(
            "d,delete",
            "reset",
            "Default",
            id="settings.default",
            tooltip="remove the setting from the file, which restores its default",
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[Setting, Value, Origin]] = []
        self._changed = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Settings"
            yield OptionList(id="list", compact=True, markup=False)
            yield Input(id="value", compact=True)
            yield Static(id="state")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()
        self._fill()
        self._say("Enter changes one. They are kept in settings.toml; variables take precedence.")

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted or 0
        try:
            self._shown = settings.in_force()
        except AssistantError as error:  # the file was changed by hand, and wrongly
            self._say(str(error))
            return
        options.clear_options()
        options.add_options(Option(_line(*entry), id=entry[0].key) for entry in self._shown)
        options.highlighted = at

    @on(OptionList.OptionSelected)
    def _edit(self, event: OptionList.OptionSelected) -> None:
        known, value, origin = self._shown[event.option_index]
        if origin == "environment":
            self._say(f"{known.key} is set by {known.variable}, which takes precedence.")
            return
        box = self.query_one(Input)
        box.border_title = known.key
        box.value = known.shown(value)
        box.suggester = SuggestFromList(known.choices) if known.choices else None
        box.display = True
        box.focus()
        self._say(known.limits())

    @on(Input.Submitted, "#value")
    def _submitted(self, event: Input.Submitted) -> None:
        known = settings.setting(str(event.input.border_title))
        if self._save(known, event.value.strip()):
            self._close_box()

    def _save(self, known: Setting, text: str | None) -> bool:
        """Save a value, or take the setting out (None). What is wrong with it is said."""
        try:
            value = None if text is None else known.parsed(text, "The value")
            settings.save(known.key, value)
        except (AssistantError, OSError) as error:
            self._say(str(error))
            return False
        self._changed = True
        self._fill()
        self._say(f"{known.key} is saved." if text is not None else f"{known.key} is as it was.")
        return True

    def action_change(self) -> None:
        self.query_one(OptionList).action_select()

    def action_reset(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and self._shown and self.focused is not self.query_one(Input):
            known, _, origin = self._shown[at]
            if origin == "file":
                self._save(known, None)
            else:
                self._say(f"{known.key} is not in the file; its value is from the {origin}.")

    def action_back(self) -> None:
        if self.focused is self.query_one(Input):
            self._close_box()
        else:
            self.dismiss(self._changed)

    def _close_box(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()

    def _say(self, text: str) -> None:
        self.query_one("#state", Static).update(Content(safe_line(text)))


def _line(known: Setting, value: Value, origin: Origin) -> Content:
    shown = safe_line(known.shown(value)) or "(empty)"
    title = Content.assemble((known.key, "bold"), f"  {shown}")
    if origin != "default":
        title += Content.assemble((f"  from the {origin}", "$text-accent"))
    return title + Content.assemble((f"\n{known.text}", render.MUTED))
