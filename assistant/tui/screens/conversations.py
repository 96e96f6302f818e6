"""The saved conversations: find, resume, rename, delete with undo, export."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant import formatting, transcript
from assistant.errors import AssistantError
from assistant.sessions import Session, Sessions
from assistant.tui import render, words


class ConversationsScreen(ModalScreen[str | None]):
    """Returns the id of the conversation to resume, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="conversations.close"),
        Binding("r,f6", "rename", "Rename", id="conversations.rename"),
        Binding("d,delete", "delete", "Delete", id="conversations.delete"),
        Binding("u", "undo", "Undo", id="conversations.undo"),
        Binding(
            "m",
            "export('md')",
            "Markdown",
            id="conversations.markdown",
            tooltip="export as Markdown into the folder you are in",
        ),
        Binding("x", "export('json')", "JSON", id="conversations.json", tooltip="the same as JSON"),
        Binding("slash", "search", "Find", id="conversations.search"),
    ]

    def __init__(self, sessions: Sessions, current: str | None) -> None:
        super().__init__()
        self._sessions = sessions
        self._current = current
        self._deleted: list[str] = []
        self._renaming: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Conversations"
            yield Input(
                placeholder="Search questions and answers \u2026", id="search", compact=True
            )
            yield OptionList(id="list", compact=True, markup=False)
            yield Static(id="state")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self._fill()
        self.query_one(OptionList).focus()

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        if self._renaming is None:
            self._fill(event.value)

    @on(Input.Submitted, "#search")
    def _submitted(self, event: Input.Submitted) -> None:
        if self._renaming is not None:
            wanted, self._renaming = self._renaming, None
            if event.value.strip():
                self._try(lambda: self._sessions.rename(wanted, event.value))
            self._end_renaming()
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _resume(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_back(self) -> None:
        if self._renaming is not None:
            self._renaming = None
            self._end_renaming()
        else:
            self.dismiss(None)

    def action_search(self) -> None:
        self.query_one(Input).focus()

    def action_rename(self) -> None:
        if chosen := self._chosen():
            self._renaming = chosen
            box = self.query_one(Input)
            box.border_title = "New title"
            box.value = str(self._sessions.load(chosen)[0].title)
            box.focus()

    def action_delete(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen == self._current:
            self._say("This conversation is open. Begin a new one with Ctrl+N first.")
        elif self._try(lambda: self._sessions.delete(chosen)):
            self._deleted.append(chosen)
            self._fill(self.query_one(Input).value)
            self._say("Deleted. Press u to bring it back; it is erased when you leave the chat.")

    def action_undo(self) -> None:
        if self._deleted:
            last = self._deleted.pop()
            if self._try(lambda: self._sessions.restore(last)):
                self._fill(self.query_one(Input).value)
                self._say("It is back.")

    def action_export(self, kind: str) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._try(lambda: self._export(chosen, kind))

    def _export(self, session_id: str, kind: str) -> None:
        session, turns = self._sessions.load(session_id)
        text = (transcript.as_markdown if kind == "md" else transcript.as_json)(session, turns)
        path = free(Path.cwd() / transcript.file_name(session, f".{kind}"))
        path.write_text(text, encoding="utf-8")
        self._say(f"Written to {words.path(str(path))}")

    def _chosen(self) -> str | None:
        options = self.query_one(OptionList)
        option = options.highlighted_option
        return option.id if option is not None else None

    def _fill(self, query: str = "") -> None:
        options = self.query_one(OptionList)
        at = options.highlighted or 0
        sessions = self._sessions.search(query)
        options.clear_options()
        options.add_options(Option(self._line(s), id=s.id) for s in sessions)
        if sessions:
            options.highlighted = min(at, len(sessions) - 1)
            self._say(formatting.count(len(sessions), "conversation"))
        else:
            self._say("Nothing found." if query else "Nothing is saved yet.")

    def _line(self, session: Session) -> Content:
        about = f"\n{words.when(session.changed_at)}, {formatting.count(session.turns, 'question')}"
        if session.id == self._current:
            about += ", open now"
        return Content.assemble(session.title, (about, render.MUTED))

    def _end_renaming(self) -> None:
        box = self.query_one(Input)
        box.border_title = ""
        box.value = ""
        self._fill()
        self.query_one(OptionList).focus()

    def _say(self, text: str) -> None:
        self.query_one("#state", Static).update(Content(text))

    def _try(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except AssistantError as error:
            self._say(str(error))
            return False
        except OSError as error:
            self._say(f"It could not be written: {error.strerror}.")
            return False
        return True


def free(path: Path) -> Path:
    """The path, with a number if there is such a file already."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return candidate
