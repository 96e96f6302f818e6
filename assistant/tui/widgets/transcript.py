"""The transcript: the latest exchanges as widgets, earlier ones on demand."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant import formatting
from assistant.tui import render
from assistant.tui.conversation import Exchange
from assistant.tui.widgets.turn import TurnView

# Exchanges that are widgets at once: a long conversation must not make typing slow.
MOUNTED = 24
_MORE = 12


class Transcript(VerticalScroll, can_focus=False):
    """Shows exchanges, follows the end while the reader is there, keeps few widgets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Previous", id="answers.previous", show=False),
        Binding("down,j", "step(1)", "Next", id="answers.next", show=False),
        Binding("home,g", "step(-1000000)", "First", id="answers.first", show=False),
        Binding("end,G", "step(1000000)", "Last", id="answers.last", show=False),
    ]

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._exchanges: list[Exchange] = []
        self._first = 0

    def compose(self) -> ComposeResult:
        yield Static(id="earlier")

    def on_mount(self) -> None:
        self.anchor()
        self._show_earlier()

    @property
    def turns(self) -> list[TurnView]:
        """The mounted exchanges, in order."""
        return list(self.query_children(TurnView))

    def turn(self, number: int) -> TurnView | None:
        """The widget of an exchange, if it is mounted."""
        return next((t for t in self.turns if t.exchange.number == number), None)

    async def show(self, exchanges: list[Exchange]) -> None:
        """Show a conversation from its end; the list is kept and may grow through `add`."""
        await self.query_children(TurnView).remove()
        self._exchanges = exchanges
        self._first = max(0, len(exchanges) - MOUNTED)
        await self.mount_all(TurnView(e) for e in exchanges[self._first :])
        self._show_earlier()
        self.anchor()

    async def add(self, exchange: Exchange) -> TurnView:
        """Show a new exchange at the end."""
        view = TurnView(exchange)
        await self.mount(view)
        if len(self.turns) > MOUNTED + _MORE:
            await self._prune()
        self.anchor()
        return view

    async def _prune(self) -> None:
        surplus = self.turns[:-MOUNTED]
        self._first += len(surplus)
        await self.remove_children(surplus)
        self._show_earlier()

    async def action_earlier(self) -> None:
        """Mount some exchanges from before those that are shown."""
        start = max(0, self._first - _MORE)
        earlier = [TurnView(e) for e in self._exchanges[start : self._first]]
        self._first = start
        if earlier:
            await self.mount_all(earlier, after=self.query_one("#earlier"))
        self._show_earlier()

    async def action_step(self, by: int) -> None:
        """Move the focus to an exchange before or after the focused one."""
        turns = self.turns
        if not turns:
            return
        focused = self.screen.focused
        at = turns.index(focused) if isinstance(focused, TurnView) and focused in turns else 0
        if at + by < 0 and self._first > 0:
            await self.action_earlier()
            turns = self.turns
            at = turns.index(focused) if focused in turns else 0
        turns[max(0, min(len(turns) - 1, at + by))].focus()

    def focus_last(self) -> None:
        """Focus the latest exchange."""
        if turns := self.turns:
            turns[-1].focus()

    def _show_earlier(self) -> None:
        line = self.query_one("#earlier", Static)
        line.display = self._first > 0
        text = f"{formatting.count(self._first, 'earlier question')} above \u00b7 show more"
        line.update(render.link(text, "screen.earlier", render.MUTED))
