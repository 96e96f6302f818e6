"""The chat: transcript, input, and beside them the source of what is cited."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Static

from assistant.errors import AssistantError
from assistant.printable import safe_line
from assistant.tui.screens.asking import AskingScreen
from assistant.tui.widgets.header import Header
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.source_panel import SourcePanel, with_source
from assistant.tui.widgets.transcript import Transcript
from assistant.tui.widgets.turn import TurnView
from assistant.tui.widgets.welcome import Welcome

ESCAPE = "stop the answer; again, leave the input or come back to it"


class ChatScreen(AskingScreen):
    """Transcript and input, sources beside them, and what their keys do."""

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
            "f10",
            "incognito",
            "Incognito",
            id="chat.incognito",
            show=False,
            tooltip="begin a conversation of which nothing is written; again, one that is saved",
        ),
        Binding(
            "f8",
            "edit_last",
            "Edit last",
            id="chat.edit",
            show=False,
            tooltip="edit the last question",
        ),
    ]

    def compose(self) -> ComposeResult:
        yield Header(id="head")
        with Horizontal(id="body"):
            with Vertical(id="talk"):
                yield Welcome(id="welcome")
                yield Transcript(id="transcript")
                yield Static(id="queue")
                yield Prompt(id="prompt")
            yield SourcePanel(lambda: self.backend.library, id="source")
        yield Footer(compact=True)

    # What the person does.

    def action_back(self) -> None:
        """Esc: stop the answer; else leave the input, or come back to it."""
        prompt = self.query_one(Prompt)
        if self.current is not None and not self.current.cancel.is_set():
            self.stop()
        elif self.focused is prompt:
            self.transcript.focus_last()
        else:
            prompt.focus()

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

    async def action_incognito(self) -> None:
        """Begin a conversation that is not written; in one, begin one that is."""
        if self.current is None:
            self.conversation.clear(is_kept=not self.conversation.is_kept)
            await self.show_conversation()
        else:
            self.app.bell()

    async def action_earlier(self) -> None:
        await self.transcript.action_earlier()

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
            await self.ask(event.turn.exchange.question, event.turn.exchange.number)
        elif event.action == "alone":
            await self.ask(event.turn.exchange.question, 0)
        elif event.action in {"right", "wrong"}:
            self._mark(event.turn, right=event.action == "right")
        elif (answer := event.turn.exchange.answer) is not None:
            quotes = [f"[{c.marker}] {with_source(c)}" for c in answer.citations]
            self.app.copy_to_clipboard("\n".join([safe_line(answer.text), *quotes]))

    def _why(self, turn: TurnView) -> None:
        from assistant.tui.screens.why import WhyScreen

        if turn.exchange.answer is not None:
            self.app.push_screen(WhyScreen(turn.exchange.answer))

    @work
    async def _mark(self, turn: TurnView, *, right: bool) -> None:
        """Keep an answer as right or wrong."""
        from assistant.evaluation import feedback
        from assistant.tui.screens.right_answer import RightAnswerScreen

        if (answer := turn.exchange.answer) is None:
            return
        if not self.conversation.is_kept:
            self._tell("Incognito: nothing is written.")
            return
        instead = "" if right else await self.app.push_screen_wait(RightAnswerScreen())
        if instead is None:
            return
        try:
            folder = self.backend.library.folder
            feedback.mark(folder, answer, right=right, instead=instead)
        except AssistantError as error:
            self._tell(str(error))
            return
        said = "right" if right else "wrong"
        self._tell(f"Kept as {said}. `assistant eval --mine` asks it again.")

    def _tell(self, text: str) -> None:
        self.app.notify(safe_line(text), markup=False)

    def _edit(self, turn: TurnView) -> None:
        prompt = self.query_one(Prompt)
        prompt.put(turn.exchange.question, turn.exchange.number)
        prompt.focus()

    def _turn_in_hand(self) -> TurnView | None:
        if isinstance(self.focused, TurnView):
            return self.focused
        return self.transcript.turns[-1] if self.transcript.turns else None

    # What is on the screen.

    async def show_conversation(self) -> None:
        """Show the conversation as it is now."""
        await self.transcript.show(self.conversation.exchanges)
        self.query_one(Prompt).remember([e.question for e in self.conversation.exchanges])
        self.show_welcome()
        self.query_one(Header).incognito = not self.conversation.is_kept
        self._close_source()
