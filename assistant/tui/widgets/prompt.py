"""The input: several lines, a history, Enter asks."""

import os
import re
from collections.abc import Callable, Sequence
from typing import ClassVar
from urllib.parse import unquote

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from assistant.printable import safe_line

TIPS = {
    "chat.source": "show the quote in its document; again to close",
    "chat.why": "show how the answer came about",
    "app.conversations": "earlier conversations: search, resume, export",
    "app.library": "documents: see, add, remove; other libraries",
    "app.models": "language models: which one phrases, size, context",
    "app.settings": "settings: see what holds and why, change it",
}
# Blinking draws the cursor twice a second, which is most of what an idle chat does.
BLINKS_S = 10.0
# A document that is being named: @rep, @"annual rep.
_MENTION = re.compile(r'(?:^|\s)@("[^"]*|[^\s"]*)$')
PLACEHOLDER = "Ask about your documents \u2026"


def given_path(text: str) -> str:
    """The path that a text is, as terminals paste one that is dropped, or a page's address; "" if
    nothing is there.
    """
    plain = text.strip()
    if re.fullmatch(r"https?://[^\s/]+\S*", plain):
        return plain
    for quote in "'\"":
        if len(plain) > 1 and plain[0] == plain[-1] == quote:
            plain = plain[1:-1]
    if not plain.startswith(("/", "~", "file://")) and not re.match(r"[A-Za-z]:[\\/]", plain):
        return ""
    name = unquote(plain.removeprefix("file://")) if plain.startswith("file://") else plain
    for way in (name, name.replace("\\ ", " ")):
        try:
            if os.path.exists(os.path.expanduser(way)):
                return way
        except ValueError:  # a null character
            return ""
    return ""


class Prompt(TextArea):
    """The input for questions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "ask", "Ask", id="prompt.ask", tooltip="ask; while an answer comes, ask next"
        ),
        Binding(
            "shift+enter,ctrl+j,alt+enter", "new_line", "New line", id="prompt.line", show=False
        ),
        Binding("f2", "screen.source", "Source", id="chat.source", tooltip=TIPS["chat.source"]),
        Binding("f3", "screen.why", "Why", id="chat.why", tooltip=TIPS["chat.why"]),
        Binding(
            "f4",
            "app.conversations",
            "History",
            id="app.conversations",
            tooltip=TIPS["app.conversations"],
        ),
        Binding("f5", "app.library", "Library", id="app.library", tooltip=TIPS["app.library"]),
        Binding(
            "f6",
            "app.models",
            "Models",
            id="app.models",
            show=False,
            tooltip=TIPS["app.models"],
        ),
        Binding(
            "f7",
            "app.settings",
            "Settings",
            id="app.settings",
            show=False,
            tooltip=TIPS["app.settings"],
        ),
        Binding("ctrl+d", "delete_or_leave", "Leave", id="prompt.leave", show=False),
        Binding("ctrl+underscore,alt+z", "undo", "Undo", id="prompt.undo", show=False),
        Binding("ctrl+z", "app.suspend_process", "Suspend", id="app.suspend", show=False),
    ]

    class Ready(Message):
        """Keys can be taken."""

    class Asked(Message):
        """A question was entered; `earlier` where it is an edited one (see Conversation.add)."""

        def __init__(self, text: str, earlier: int | None) -> None:
            self.text = text
            self.earlier = earlier
            super().__init__()

    class PathGiven(Message):
        """The path of a file or folder was entered, pasted or dropped, and no question."""

        def __init__(self, path: str) -> None:
            self.path = path
            super().__init__()

    def __init__(self, id: str) -> None:
        super().__init__(id=id, compact=True, highlight_cursor_line=False, placeholder=PLACEHOLDER)
        self._history: list[str] = []
        self._at: int | None = None
        self._unsent = ""
        self._earlier: int | None = None
        self.sources: Callable[[], Sequence[str]] = tuple
        """The documents that a question may name with @."""

    def update_suggestion(self) -> None:
        """Offer the rest of a document's name after @."""
        row, column = self.cursor_location
        begun = _MENTION.search(self.document.get_line(row)[:column])
        self.suggestion = ""
        if begun is not None and self.cursor_at_end_of_line:
            from assistant.library.scope import completion

            self.suggestion = completion(begun[1], self.sources())

    @on(TextArea.Changed)
    def _emptied(self) -> None:
        if not self.text:
            self._earlier = None

    def on_mount(self) -> None:
        self._rest = self.set_interval(BLINKS_S, self._stop_blinking)
        self.post_message(self.Ready())

    def _stop_blinking(self) -> None:
        self.cursor_blink = False
        self._rest.pause()

    def _blink(self) -> None:
        """Somebody is there: blink again for a while."""
        self.cursor_blink = True
        self._rest.reset()

    def on_focus(self) -> None:
        self._blink()

    def remember(self, questions: list[str]) -> None:
        """Take the questions of a conversation as the history."""
        self._history = list(questions)
        self._at = None

    def put(self, text: str, earlier: int | None = None) -> None:
        """Put a text in, the cursor at its end; `earlier` goes with it until it is emptied."""
        self._earlier = earlier
        self.load_text(text)
        self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        self._blink()
        # Bindings are looked at later than keys are typed; in a burst the order must stay.
        if event.key == "tab" and self.suggestion:
            event.prevent_default()
            event.stop()
            self.insert(self.suggestion)
        elif event.key in {"enter", "ctrl+j"}:
            event.prevent_default()
            event.stop()
            if event.key == "enter":
                self.action_ask()
            else:
                self.action_new_line()

    def action_ask(self) -> None:
        text = self.text.strip()
        if not text:
            return
        if path := given_path(text):
            self.post_message(self.PathGiven(path))
            self.put("")
            return
        self._history.append(text)
        self._at = None
        self.post_message(self.Asked(text, self._earlier))
        self.put("")

    def action_new_line(self) -> None:
        self.insert("\n")

    def action_delete_or_leave(self) -> None:
        if self.text:
            self.action_delete_right()
        else:
            self.app.exit()

    def action_cursor_up(self, select: bool = False) -> None:
        if select or self.cursor_at_first_line is False or not self._recall(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if select or self.cursor_at_last_line is False or not self._recall(1):
            super().action_cursor_down(select)

    def _recall(self, by: int) -> bool:
        """Bring back an earlier question; whether there was one in this direction."""
        at = len(self._history) if self._at is None else self._at
        if self._at is None:
            self._unsent = self.text
        to = at + by
        if not self._history or not 0 <= to <= len(self._history):
            return False
        self._at = None if to == len(self._history) else to
        self.put(self._unsent if self._at is None else self._history[to])
        return True

    async def _on_paste(self, event: events.Paste) -> None:
        # Control characters of a paste are no part of a question.
        kept = "".join(c for c in event.text if c in "\n\t" or c.isprintable())
        event.prevent_default()
        await super()._on_paste(events.Paste(kept.replace("\t", " ")))
        if path := given_path(self.text):
            self.app.notify(f"Enter offers {safe_line(path)} to the library.", markup=False)
