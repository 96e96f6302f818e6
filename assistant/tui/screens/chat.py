"""The chat: transcript, input, and beside them the source of what is cited."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from assistant.cli.output import safe_line
from assistant.errors import AssistantError
from assistant.tui import render, words
from assistant.tui.backend import Backend
from assistant.tui.conversation import Conversation, Exchange
from assistant.tui.messages import (
    Failed,
    Indexed,
    Indexing,
    Opened,
    OpenFailed,
    Opening,
    Progress,
)
from assistant.tui.screens.library import LibraryScreen, progress
from assistant.tui.widgets.head import Head
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.source_panel import SourcePanel, with_source
from assistant.tui.widgets.transcript import Transcript
from assistant.tui.widgets.turn import TurnView
from assistant.tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from assistant.answering.answer import Answer


ESCAPE = "stop the answer; again, leave the input or come back to it"


class ChatScreen(Screen[None]):
    """Asks one question at a time; what is typed meanwhile waits its turn."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Stop", id="chat.back", show=False, tooltip=ESCAPE),
        Binding(
            "tab",
            "app.focus_next",
            "Answers",
            id="chat.next",
            show=False,
            tooltip="go to the answers",
        ),
        Binding("f2", "source", "Source", id="chat.source", show=False),
        Binding("f3", "why", "Why", id="chat.why", show=False),
        Binding(
            "ctrl+n", "new", "New", id="chat.new", show=False, tooltip="begin a new conversation"
        ),
        Binding(
            "ctrl+e",
            "edit_last",
            "Edit last",
            id="chat.edit",
            show=False,
            tooltip="edit the last question",
        ),
    ]

    def __init__(self, backend: Backend, conversation: Conversation) -> None:
        super().__init__()
        self.backend = backend
        self.conversation = conversation
        self.waiting: list[Exchange] = []
        self.current: Exchange | None = None
        self._earlier: int | None = None
        self._library = backend.library_name

    def compose(self) -> ComposeResult:
        yield Head(id="head")
        with Horizontal(id="body"):
            with Vertical(id="talk"):
                yield Welcome(id="welcome")
                yield Transcript(id="transcript")
                yield Static(id="queue")
                yield Prompt(id="prompt")
            yield SourcePanel(lambda: self.backend.library, id="source")
        yield Footer(compact=True)

    # What the person does.

    @on(Prompt.Asked)
    async def _ask(self, event: Prompt.Asked) -> None:
        await self.ask(event.text)

    @on(Welcome.Chosen)
    async def _try(self, event: Welcome.Chosen) -> None:
        await self.ask(event.question)

    async def ask(self, question: str) -> None:
        """Ask now, or after the questions that wait already."""
        exchange = self.conversation.add(question, self._earlier)
        self._earlier = None
        self.waiting.append(exchange)
        if self.current is None:
            await self._start_next()
        self._show_queue()

    async def _start_next(self) -> None:
        if not self.waiting:
            return
        self.current = exchange = self.waiting.pop(0)
        self._show_welcome()
        view = await self._transcript.add(exchange)
        if head := self.query_one(Head).doing:
            view.show_state(f"{head} Your question is kept.")
        self.backend.ask(self.conversation.request(exchange))
        self._show_queue()

    def action_back(self) -> None:
        """Esc: stop the answer; else leave the input, or come back to it."""
        prompt = self.query_one(Prompt)
        if self.current is not None and not self.current.cancel.is_set():
            self.stop()
        elif self.focused is prompt:
            self._transcript.focus_last()
        else:
            prompt.focus()

    def stop(self) -> None:
        """Stop the answer that is being made; what was found stays."""
        if self.current is None:
            return
        self.current.cancel.set()
        if view := self._transcript.turn(self.current.number):
            view.stopping()

    def action_source(self) -> None:
        """Open or close the sources of the focused, or else the last, answer."""
        if self.query_one(SourcePanel).has_class("-open"):
            self._close_source()
        elif turn := self._turn_in_hand():
            turn.action_cite(1)

    def action_why(self) -> None:
        if turn := self._turn_in_hand():
            self._why(turn)

    def action_edit_last(self) -> None:
        if turn := self._turn_in_hand():
            self._edit(turn)

    async def action_new(self) -> None:
        """Begin a new conversation."""
        if self.current is None:
            self.conversation.clear()
            await self.show_conversation()
        else:
            self.app.bell()

    async def action_earlier(self) -> None:
        await self._transcript.action_earlier()

    # What exchanges and sources ask for.

    @on(TurnView.Opened)
    def _open_place(self, event: TurnView.Opened) -> None:
        panel = self.query_one(SourcePanel)
        panel.add_class("-open")
        self.add_class("-source")
        panel.show(event.turn.places, event.index)
        self.query_one("#document").focus()

    @on(SourcePanel.Closed)
    def _close_source(self) -> None:
        self.query_one(SourcePanel).remove_class("-open")
        self.remove_class("-source")
        self.query_one(Prompt).focus()

    @on(TurnView.Wanted)
    async def _wanted(self, event: TurnView.Wanted) -> None:
        if event.action == "why":
            self._why(event.turn)
        elif event.action == "edit":
            self._edit(event.turn)
        elif event.action == "again":
            self._earlier = event.turn.exchange.number
            await self.ask(event.turn.exchange.question)
        elif (answer := event.turn.exchange.answer) is not None:
            quotes = [f"[{c.marker}] {with_source(c)}" for c in answer.citations]
            self.app.copy_to_clipboard("\n".join([safe_line(answer.text), *quotes]))

    def _why(self, turn: TurnView) -> None:
        from assistant.tui.screens.why import WhyScreen

        if turn.exchange.answer is not None:
            self.app.push_screen(WhyScreen(turn.exchange.answer))

    def _edit(self, turn: TurnView) -> None:
        self._earlier = turn.exchange.number
        prompt = self.query_one(Prompt)
        prompt.put(turn.exchange.question)
        prompt.focus()

    def _turn_in_hand(self) -> TurnView | None:
        if isinstance(self.focused, TurnView):
            return self.focused
        return self._transcript.turns[-1] if self._transcript.turns else None

    # What the backend tells.

    @on(Opening)
    def _opening(self, event: Opening) -> None:
        self.query_one(Head).doing = event.text
        view = self.current and self._transcript.turn(self.current.number)
        if view and event.text and not view.places:
            view.show_state(f"{event.text} Your question is kept.")

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        self._library = event.shelf.library
        if event.shelf.note and self.query_one(Head).shelf is None:
            self.app.notify(safe_line(event.shelf.note), severity="warning", markup=False)
        self.query_one(Head).shelf = event.shelf
        self.query_one(Welcome).shelf = event.shelf

        if isinstance(self.app.screen, LibraryScreen):
            self.app.screen.show_opened(event)

    @on(Indexing)
    def _indexing(self, event: Indexing) -> None:
        self.query_one(Head).doing = progress(event)
        if isinstance(self.app.screen, LibraryScreen):
            self.app.screen.show_indexing(event)

    @on(Indexed)
    def _indexed(self, event: Indexed) -> None:
        self.query_one(Head).doing = ""
        if isinstance(self.app.screen, LibraryScreen):
            self.app.screen.show_indexed(event)
        else:
            self.app.notify(
                safe_line(event.text),
                severity="warning" if event.failed else "information",
                markup=False,
            )

    @on(OpenFailed)
    def _open_failed(self, event: OpenFailed) -> None:
        self.query_one(Head).doing = ""
        self.app.notify(safe_line(event.text), severity="error", timeout=12, markup=False)

    @on(Progress)
    async def _progress(self, event: Progress) -> None:
        from assistant.answering.events import Answered

        exchange = self.conversation.exchanges[event.number]
        if isinstance(event.event, Answered):
            self._keep(exchange, event.event.answer)
            await self._finished(exchange)
        elif view := self._transcript.turn(event.number):
            view.show_event(event.event)

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
        if view := self._transcript.turn(exchange.number):
            view.show_state()
        self.current = None
        await self._start_next()
        self._show_queue()

    # What is on the screen.

    async def show_conversation(self) -> None:
        """Show the conversation as it is now."""
        await self._transcript.show(self.conversation.exchanges)
        self.query_one(Prompt).remember([e.question for e in self.conversation.exchanges])
        self._show_welcome()
        self._close_source()

    @property
    def is_opening(self) -> bool:
        """Whether something is still being loaded or indexed."""
        return bool(self.query_one(Head).doing)

    @property
    def _transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def _show_welcome(self) -> None:
        empty = not self.conversation.exchanges
        self.query_one(Welcome).display = empty
        self._transcript.display = not empty

    def _show_queue(self) -> None:
        queue = self.query_one("#queue", Static)
        queue.display = bool(self.waiting)
        lines = [f"Next: {render.shortened(safe_line(e.question), 100)}" for e in self.waiting[:3]]
        if len(self.waiting) > 3:
            lines.append(f"and {words.count(len(self.waiting) - 3, 'more question')}")
        queue.update(Content("\n".join(lines)))
