"""Asking: one question at a time to the backend, and what it tells drawn where it belongs."""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from assistant import formatting
from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tui import render
from assistant.tui.backend import Backend
from assistant.tui.conversation import Conversation, Exchange
from assistant.tui.indexing import progress
from assistant.tui.messages import (
    CheckedStatement,
    CheckEnded,
    Failed,
    Indexed,
    Indexing,
    Opened,
    OpenFailed,
    Opening,
    Progress,
    Pulled,
    Pulling,
    SpeedMeasured,
    Tuning,
)
from assistant.tui.widgets.header import Header
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.transcript import Transcript
from assistant.tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from assistant.answering.answer import Answer
    from assistant.tui.messages import LibraryStatus


class AskingScreen(Screen[None]):
    """Asks one question at a time; what is asked meanwhile waits its turn."""

    def __init__(self, backend: Backend, conversation: Conversation) -> None:
        super().__init__()
        self.backend = backend
        self.conversation = conversation
        self.waiting: list[Exchange] = []
        self.current: Exchange | None = None
        self._library = backend.library_name
        self._sources: Sequence[str] | None = None

    def on_mount(self) -> None:
        self.query_one(Prompt).sources = self._known_sources
        self.query_one(Header).incognito = not self.conversation.is_kept

    def _known_sources(self) -> Sequence[str]:
        """The documents of the library, looked up once after each change of it."""
        if self._sources is None:
            try:
                self._sources = list(self.backend.library.document_store.states())
            except AssistantError:  # not open yet
                return ()
        return self._sources

    @property
    def is_opening(self) -> bool:
        """Tell whether something is still being loaded or indexed."""
        return bool(self.query_one(Header).doing)

    @property
    def shelf(self) -> "LibraryStatus | None":
        """The open library; None until the first library is."""
        return self.query_one(Header).shelf

    @property
    def transcript(self) -> Transcript:
        """The exchanges on the screen."""
        return self.query_one(Transcript)

    @on(Prompt.Asked)
    async def _ask(self, event: Prompt.Asked) -> None:
        await self.ask(event.text, event.earlier)

    @on(Welcome.Chosen)
    async def _try(self, event: Welcome.Chosen) -> None:
        await self.ask(event.question)

    async def ask(self, question: str, earlier: int | None = None) -> None:
        """Ask now, or after the questions that wait already; `earlier` as in Conversation.add."""
        exchange = self.conversation.add(question, earlier)
        self.waiting.append(exchange)
        if self.current is None:
            await self._start_next()
        self._show_queue()

    async def _start_next(self) -> None:
        if not self.waiting:
            return
        self.current = exchange = self.waiting.pop(0)
        self.show_welcome()
        view = await self.transcript.add(exchange)
        if head := self.query_one(Header).doing:
            view.show_state(f"{head} Your question is kept.")
        self.backend.ask(self.conversation.request(exchange))
        self._show_queue()

    def stop(self) -> None:
        """Stop the answer that is being made; what was found stays."""
        if self.current is None:
            return
        self.current.cancel.set()
        if view := self.transcript.turn(self.current.number):
            view.stopping()

    # What the backend tells.

    @on(Opening)
    def _opening(self, event: Opening) -> None:
        self.query_one(Header).doing = event.text
        view = self.current and self.transcript.turn(self.current.number)
        if view and event.text and not view.places:
            view.show_state(f"{event.text} Your question is kept.")

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self._library = event.shelf.library
        self._sources = None
        if event.shelf.note and self.query_one(Header).shelf is None:
            self.app.notify(safe_line(event.shelf.note), severity="warning", markup=False)
        self.query_one(Header).shelf = event.shelf
        self.query_one(Welcome).shelf = event.shelf

    @on(Indexing)
    def _indexing(self, event: Indexing) -> None:
        self.query_one(Header).doing = progress(event.event)
        if self.app.screen is not self:
            self.app.screen.post_message(copy(event))

    @on(CheckedStatement)
    @on(CheckEnded)
    @on(Pulling)
    @on(Pulled)
    @on(SpeedMeasured)
    @on(Tuning)
    def _pass_on(self, event: Message) -> None:
        """Leave to a screen above this one what it has begun."""
        if self.app.screen is not self:
            self.app.screen.post_message(copy(event))

    @on(Indexed)
    def _indexed(self, event: Indexed) -> None:
        self.query_one(Header).doing = ""
        if self.app.screen is not self:
            self.app.screen.post_message(copy(event))
        else:
            self.app.notify(
                safe_line(event.text),
                severity="warning" if event.failed else "information",
                markup=False,
            )

    @on(OpenFailed)
    def _open_failed(self, event: OpenFailed) -> None:
        self.query_one(Header).doing = ""
        self.app.notify(safe_line(event.text), severity="error", timeout=12, markup=False)

    @on(Progress)
    async def _progress(self, event: Progress) -> None:
        from assistant.answering.events import Answered

        exchange = self.conversation.exchanges[event.number]
        if isinstance(event.event, Answered):
            self._keep(exchange, event.event.answer)
            await self._finished(exchange)
        elif view := self.transcript.turn(event.number):
            view.show_event(event.event)
            self.call_after_refresh(event.drawn.set)

    @on(Failed)
    async def _failed(self, event: Failed) -> None:
        exchange = self.conversation.exchanges[event.number]
        exchange.failure = event.text
        await self._finished(exchange)

    def _keep(self, exchange: Exchange, answer: "Answer") -> None:
        try:
            self.conversation.answered(exchange, answer, self._library)
        except AssistantError as error:
            self.app.notify(safe_line(str(error)), severity="warning", markup=False)

    async def _finished(self, exchange: Exchange) -> None:
        if view := self.transcript.turn(exchange.number):
            view.show_state()
        self.current = None
        await self._start_next()
        self._show_queue()

    # What is on the screen.

    def show_welcome(self) -> None:
        """Show the invitation while nothing was asked."""
        empty = not self.conversation.exchanges
        self.query_one(Welcome).display = empty
        self.transcript.display = not empty

    def _show_queue(self) -> None:
        queue = self.query_one("#queue", Static)
        queue.display = bool(self.waiting)
        lines = [f"Next: {render.shortened(safe_line(e.question), 100)}" for e in self.waiting[:3]]
        if len(self.waiting) > 3:
            lines.append(f"and {formatting.count(len(self.waiting) - 3, 'more question')}")
        queue.update(Content("\n".join(lines)))
