"""The source panel: a quote in its document, and the way to the next one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tui import render, words
from assistant.tui.sources import SourceText, look_up
from assistant.tui.widgets.document_view import DocumentView

if TYPE_CHECKING:
    from assistant.answering.answer import Citation
    from assistant.library.library import Library


class SourcePanel(Vertical):
    """Shows one of an answer's places in its document."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "step(1)", "Next", id="source.next"),
        Binding("p,left", "step(-1)", "Previous", id="source.previous"),
        Binding("o,enter", "edit_file", "Open", id="source.open"),
        Binding("y", "copy", "Copy", id="source.copy"),
        Binding("slash", "find", "Find", id="source.find", tooltip="find words in this document"),
        Binding("escape", "close", "Close", id="source.close"),
    ]

    class Closed(Message):
        """The person is done with the sources."""

    class FileWanted(Message):
        """The person wants the file in their editor."""

        def __init__(self, place: "Citation") -> None:
            self.place = place
            super().__init__()

    class CopyWanted(Message):
        """The person wants the quote with its source in the clipboard."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, library: "Callable[[], Library]", id: str) -> None:
        super().__init__(id=id)
        self._library = library
        self.places: tuple[Citation, ...] = ()
        self.index = 0

    def compose(self) -> ComposeResult:
        yield Static(id="source-title")
        yield Static(id="source-flag")
        yield Input(placeholder="Find \u2026 Enter next, Esc ends", id="find", compact=True)
        yield DocumentView(id="document")

    def on_mount(self) -> None:
        self.query_one(Input).display = False

    def show(self, places: "Sequence[Citation]", index: int) -> None:
        """Show the places of an answer, first the one at `index`."""
        self.places = tuple(places)
        self.index = index
        self.query_one(Input).display = False
        self._load()

    @property
    def place(self) -> "Citation | None":
        """The place that is shown."""
        return self.places[self.index] if self.places else None

    @work(exclusive=True, group="source")
    async def _load(self) -> None:
        place = self.place
        if place is None:
            return
        self.query_one("#source-title", Static).update(self._title(place))
        try:
            library = self._library()
            source = await asyncio.to_thread(look_up, library, place)
        except (AssistantError, OSError) as error:
            flag = safe_line(str(error))
            source = SourceText(place.quote, (0, len(place.quote)), place.lines[0], flag)
        self._show_flag(source.flag)
        self.query_one(DocumentView).show(source)

    def _title(self, place: "Citation") -> Content:
        name = Content.assemble((words.file_name(place.source), "bold"))
        where = f"  {words.lines(place)}"
        if len(self.places) > 1:
            where += f"  \u00b7  {self.index + 1} of {len(self.places)}"
        lines = [name + Content.assemble((where, render.MUTED))]
        if place.headings:
            lines.append(Content.assemble((words.headings(place), render.MUTED)))
        where = safe_line(place.origin) or words.path(place.source)
        lines.append(Content.assemble((where, render.MUTED)))
        return Content("\n").join(lines)

    def _show_flag(self, text: str) -> None:
        flag = self.query_one("#source-flag", Static)
        flag.update(Content(text))
        flag.display = bool(text)

    def action_step(self, by: int) -> None:
        if self.places:
            self.index = (self.index + by) % len(self.places)
            self._load()

    def action_edit_file(self) -> None:
        if self.place is not None:
            self.post_message(self.FileWanted(self.place))

    def action_copy(self) -> None:
        if self.place is not None:
            self.post_message(self.CopyWanted(with_source(self.place)))

    def action_find(self) -> None:
        """Ask for words to find."""
        box = self.query_one(Input)
        box.display = True
        box.focus()

    @on(Input.Submitted, "#find")
    def _find(self, event: Input.Submitted) -> None:
        at, many = self.query_one(DocumentView).find(event.value)
        self.query_one(Input).border_subtitle = (
            f"{at} of {many}" if many else "not in this document"
        )

    def action_close(self) -> None:
        """Close the search, else the source."""
        box = self.query_one(Input)
        if box.display:
            box.display = False
            self.query_one(DocumentView).focus()
        else:
            self.post_message(self.Closed())


def with_source(place: "Citation") -> str:
    """A quote with its source, for the clipboard."""
    quote = " ".join(place.quote.split())
    return safe_line(f"\u201c{quote}\u201d ({place.source}, {words.lines(place)})")
