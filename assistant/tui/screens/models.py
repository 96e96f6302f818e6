"""The language models: which one answers, what each is, and another one to answer from now on."""

import asyncio
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
from assistant.printable import safe_line
from assistant.tui import models, render, words
from assistant.tui.models import Model
from assistant.tui.paths_input import PathSuggester, complete


class ModelsScreen(ModalScreen[str | None]):
    """Returns the name or path of the model to answer with, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="models.close"),
        Binding("enter", "use", "Answer with it", id="models.use"),
        Binding("a", "add", "Another file", id="models.add", tooltip="give a GGUF file's path"),
    ]

    def __init__(self, answering: str, chosen: str | None) -> None:
        """`answering` is the title of the model that answers ("" for none), `chosen` its name."""
        super().__init__()
        self._answering = answering
        self._chosen = chosen
        self._models: list[Model] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Language models"
            yield OptionList(id="list", compact=True, markup=False)
            yield Input(
                placeholder="Path of a .gguf file, Tab completes \u2026",
                id="path",
                compact=True,
                suggester=PathSuggester(),
            )
            yield Static(id="state")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()
        self._fill()

    @work(exclusive=True)
    async def _fill(self) -> None:
        # The first look at a file of weights takes its sha256: a third of a second.
        self._models = await asyncio.to_thread(models.choices, self._chosen)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(m), id=m.name) for m in self._models)
        at = [i for i, m in enumerate(self._models) if self._is_answering(m)]
        options.highlighted = at[0] if at else 0
        self._say("The model only phrases; every answer is checked against its quotes.")

    def _is_answering(self, model: Model) -> bool:
        return self._answering == ("" if model is models.QUOTES_ONLY else model.title)

    def _line(self, model: Model) -> Content:
        parts = [formatting.size(model.bytes)] if model.bytes else []
        if model.context_tokens:
            parts.append(f"context {model.context_tokens:,} tokens")
        parts += [part for part in (model.licence, words.path(model.place)) if part]
        title = Content.assemble((safe_line(model.title), "bold"))
        if self._is_answering(model):
            title += Content.assemble(("  answers now", "$text-success"))
        if model.missing:
            title += Content.assemble(("  cannot be used", "$text-warning"))
            parts.append(safe_line(model.missing))
        return title + Content.assemble(("\n" + " \u00b7 ".join(parts), render.MUTED))

    @on(OptionList.OptionSelected)
    def _use(self, event: OptionList.OptionSelected) -> None:
        model = self._models[event.option_index]
        if model.missing:
            self._say(model.missing)
        else:
            self.dismiss(model.name)

    def action_use(self) -> None:
        self.query_one(OptionList).action_select()

    def action_add(self) -> None:
        box = self.query_one(Input)
        box.display = True
        box.focus()

    def action_back(self) -> None:
        box = self.query_one(Input)
        if self.focused is box:
            box.display = False
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)

    def on_key(self, event: object) -> None:
        """Tab completes a path while one is being typed."""
        from textual.events import Key

        assert isinstance(event, Key)
        box = self.query_one(Input)
        if event.key == "tab" and self.focused is box:
            box.value = complete(box.value)
            box.cursor_position = len(box.value)
            event.stop()
            event.prevent_default()

    @on(Input.Submitted, "#path")
    def _submitted(self, event: Input.Submitted) -> None:
        path = event.value.strip()
        if path.endswith(".gguf"):
            self.dismiss(path)
        elif path:
            self._say("A language model is one .gguf file. Give its path.")

    def _say(self, text: str) -> None:
        self.query_one("#state", Static).update(Content(safe_line(text)))
