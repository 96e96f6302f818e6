"""The library: its sources, adding and removing, and the other libraries."""

import asyncio
import os
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import DataTable, Footer, Input, Static

from assistant import formatting
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tui import words
from assistant.tui.backend import Backend
from assistant.tui.indexing import progress, state
from assistant.tui.messages import Indexed, Indexing
from assistant.tui.paths_input import PathSuggester, complete

if TYPE_CHECKING:
    from assistant.library.document_store import DocumentRecord

UNDO_SECONDS = 8.0


class LibraryScreen(ModalScreen[str | None]):
    """Returns the name of another library to open, or None. Work goes on when it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="library.close"),
        Binding("a", "add", "Add", id="library.add"),
        Binding("d,delete", "remove", "Remove", id="library.remove"),
        Binding("u", "undo", "Undo", id="library.undo"),
        Binding(
            "s",
            "sync",
            "Sync",
            id="library.sync",
            tooltip="follow edits, new files, renames and deletions",
        ),
        Binding(
            "r",
            "refresh_pages",
            "Refresh pages",
            id="library.refresh",
            show=False,
            tooltip="fetch the pages again that were added by their address",
        ),
        Binding("x", "stop", "Stop", id="library.stop", tooltip="stop reading; what is done stays"),
        Binding("l", "switch", "Libraries", id="library.switch", tooltip="open another library"),
    ]

    def __init__(self, backend: Backend, leaving: dict[str, Timer], offered: str = "") -> None:
        """`leaving` holds the removals that can still be undone; it outlives the screen. `offered`
        is a path that Enter adds.
        """
        super().__init__()
        self._offered = offered
        self._backend = backend
        self._leaving = leaving
        self._documents: list[DocumentRecord] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = f"Library {self._backend.library_name}"
            yield Input(
                placeholder="A file, a folder or a page\u2019s URL to add, Tab completes \u2026",
                id="path",
                compact=True,
                suggester=PathSuggester(),
            )
            yield DataTable[Text](id="sources", cursor_type="row", zebra_stripes=False)
            yield Static(id="state")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        table = self._table
        table.add_columns("Document", "State", "Passages", "Size", "Read", "Folder")
        table.focus()
        self.refresh_sources()
        if self._offered:
            box = self.query_one(Input)
            box.value = self._offered
            box.focus()
            self._say("Enter adds it; Esc does not.")

    @property
    def _table(self) -> "DataTable[Text]":
        return self.query_one("#sources", DataTable)

    @work(exclusive=True, group="sources")
    async def refresh_sources(self) -> None:
        """Read the list of sources and show it."""
        try:
            library = self._backend.library
            documents = await asyncio.to_thread(library.sources)
            states = await asyncio.to_thread(lambda: [state(d) for d in documents])
            skipped = await asyncio.to_thread(library.document_store.skipped)
            pages = {p.source: p for p in await asyncio.to_thread(library.pages.all)}
        except AssistantError as error:
            self._say(str(error))
            return
        self._documents = documents
        table = self._table
        at = table.cursor_row
        table.clear()
        for document, text in zip(documents, states, strict=True):
            leaving = document.source in self._leaving
            page = pages.get(document.source)
            folder = words.path(os.path.dirname(document.source))
            table.add_row(
                Text(words.file_name(document.source)),
                Text("being removed" if leaving else text),
                Text(f"{document.passages:,}", justify="right"),
                Text(formatting.size(document.bytes), justify="right"),
                Text(document.added_at[:10]),
                Text(safe_line(page.address) if page is not None else folder),
                key=document.source,
            )
        for source, (_, why) in skipped.items():
            name, folder = words.file_name(source), words.path(os.path.dirname(source))
            left_out = Text(f"left out: {safe_line(why)}")
            table.add_row(Text(name), left_out, Text(), Text(), Text(), Text(folder), key=source)
        table.move_cursor(row=min(at, max(0, table.row_count - 1)))
        if not documents:
            self._say("The library is empty. Press a and give the path of a file or folder.")

    def on_key(self, event: object) -> None:
        """Tab completes a path while one is being typed."""
        from textual.events import Key

        assert isinstance(event, Key)
        box = self.query_one(Input)
        if event.key == "tab" and self.focused is box and box.value:
            box.value = complete(box.value)
            box.cursor_position = len(box.value)
            event.stop()
            event.prevent_default()

    # Keys.

    def action_back(self) -> None:
        box = self.query_one(Input)
        if self.focused is box:
            self._reset_input()
            self._table.focus()
        else:
            self.dismiss(None)

    def action_add(self) -> None:
        self._reset_input()
        self.query_one(Input).focus()

    def action_sync(self) -> None:
        """Follow what changed in all that was added: edits, new files, renames, deletions."""
        self._say("Looking for what has changed \u2026")
        self._backend.change(lambda library: library.sync())

    def action_refresh_pages(self) -> None:
        """Fetch the pages again that were added by their address, and follow all else, too."""
        self._say("Asking for the pages again \u2026")
        self._backend.change(lambda library: library.sync(refresh=True))

    def action_stop(self) -> None:
        self._backend.stop_changing()

    def action_remove(self) -> None:
        """Remove the chosen source, after a while in which it can be undone."""
        if not 0 <= self._table.cursor_row < len(self._documents):
            return
        source = self._documents[self._table.cursor_row].source
        if source not in self._leaving:
            self._leaving[source] = self.app.set_timer(UNDO_SECONDS, lambda: self._remove(source))
            self._say(
                f"{words.file_name(source)} is removed in {UNDO_SECONDS:.0f} seconds."
                " Press u to keep it. The file itself is not touched."
            )
            self.refresh_sources()

    def action_undo(self) -> None:
        if self._leaving:
            source, timer = self._leaving.popitem()
            timer.stop()
            self._say(f"{words.file_name(source)} stays.")
            self.refresh_sources()

    def _remove(self, source: str) -> None:
        self._leaving.pop(source, None)
        self._backend.change(
            lambda library: library.remove([source])[1], f"{words.file_name(source)} is removed."
        )

    @work
    async def action_switch(self) -> None:
        """Choose another library, or make one."""
        from assistant.tui.screens.libraries import LibrariesScreen

        name = await self.app.push_screen_wait(LibrariesScreen(self._backend.library_name))
        if name is not None:
            self.dismiss(name)

    @on(Input.Submitted, "#path")
    def _submitted(self, event: Input.Submitted) -> None:
        value = event.value.strip()
        if not value:
            return
        self._say(f"Reading {value} \u2026")
        self._backend.change(lambda library: library.add([value]))
        self._reset_input()
        self._table.focus()

    # What the backend tells; the chat passes it on.

    @on(Indexing)
    def _indexing(self, event: Indexing) -> None:
        self._say(progress(event.event))

    @on(Indexed)
    def _indexed(self, event: Indexed) -> None:
        self._say(event.text)
        self.refresh_sources()

    def _reset_input(self) -> None:
        self.query_one(Input).value = ""

    def _say(self, text: str) -> None:
        self.query_one("#state", Static).update(Content(safe_line(text)))
