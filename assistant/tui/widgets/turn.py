"""One exchange on the screen: the question, the answer as it comes and as it stands."""

import time
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from assistant.printable import safe_line
from assistant.tui import render
from assistant.tui.conversation import Exchange
from assistant.tui.widgets.hanging import Part

if TYPE_CHECKING:
    from assistant.answering.answer import Answer, Citation
    from assistant.answering.events import AnswerEvent

# What is said after the quotes were found by words and vectors, and after the reader read them.
_CLOSELY = "Reading them closely \u2026"
_WAITING = "Waiting for the language model \u2026"


class TurnView(Vertical, can_focus=True):
    """Draws an exchange; its keys open what backs the answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,o",
            "cite(1)",
            "Source",
            id="answer.source",
            tooltip="open the first source; 1 to 9 another",
        ),
        Binding("w", "why", "Why", id="answer.why", tooltip="show how the answer came about"),
        Binding("e", "edit", "Edit", id="answer.edit", tooltip="change the question and ask again"),
        Binding("r", "again", "Again", id="answer.again", show=False, tooltip="ask the same again"),
        Binding(
            "t",
            "alone",
            "As typed",
            id="answer.alone",
            show=False,
            tooltip="ask it by itself, without what was asked before",
        ),
        Binding("y", "copy", "Copy", id="answer.copy", tooltip="copy the answer with its quotes"),
        Binding(
            "plus",
            "right",
            "Right",
            id="answer.right",
            show=False,
            tooltip="keep the answer as right, for `assistant eval --mine`",
        ),
        Binding(
            "minus",
            "wrong",
            "Wrong",
            id="answer.wrong",
            show=False,
            tooltip="keep the answer as wrong; the right one may be given",
        ),
        *(
            Binding(str(n), f"cite({n})", f"source {n}", id=f"answer.source.{n}", show=False)
            for n in range(1, 10)
        ),
    ]

    class Opened(Message):
        """The person wants to see a source of this exchange."""

        def __init__(self, turn: "TurnView", index: int) -> None:
            self.turn = turn
            self.index = index
            super().__init__()

    class Wanted(Message):
        """The person wants something done with this exchange: an action of its bindings."""

        def __init__(self, turn: "TurnView", action: str) -> None:
            self.turn = turn
            self.action = action
            super().__init__()

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(classes="turn")
        self.exchange = exchange
        self.places: tuple[Citation, ...] = ()
        self._found = 0
        self._interim: Content | None = None
        self._draft = ""
        self._tokens = 0
        self._drafting_since = 0.0
        self._question = Part(Content(safe_line(exchange.question)), classes="question")
        self._understood = Part(classes="understood")
        self._answer = Part(classes="answer")
        self._details = Part(classes="details")

    def compose(self) -> ComposeResult:
        yield self._question
        yield self._understood
        yield self._answer
        yield self._details

    def on_mount(self) -> None:
        self._understood.display = False
        self.show_state()

    def show_state(self, waiting: str = "Searching \u2026") -> None:
        """Draw the exchange as it stands; `waiting` says what an unanswered one waits for."""
        answer = self.exchange.answer
        if answer is not None:
            self.places = render.places(answer)
            self._show_understood(answer.standalone_question)
            self._answer.update(render.answer_text(answer))
            stopped = self.exchange.was_stopped
            self._details.update(render.answer_details(answer, stopped=stopped))
            self.set_class(answer.status != "answered", "-refused")
        elif self.exchange.failure:
            self._answer.update(Content(safe_line(self.exchange.failure)))
            self._details.update("")
            self.add_class("-failed")
        else:
            self._answer.update(Content.assemble((waiting, f"italic {render.MUTED}")))
        self._details.display = bool(self._details.content)

    def show_event(self, event: "AnswerEvent") -> None:
        """Draw what has just happened in the making of the answer."""
        from assistant.answering.events import Found, Interim, Step, Understood
        from assistant.answering.llm import Reading, Token

        if isinstance(event, Understood):
            self._show_understood(event.standalone_question)
        elif isinstance(event, Step):
            self._say(safe_line(event.text))
        elif isinstance(event, Found):
            self.places = render.found_places(event.retrieval)
            if self.places:
                self._details.update(render.found_text(self.places))
                self._details.display = True
            self._found += 1
            self._say(_CLOSELY if self._found == 1 else _WAITING)
        elif isinstance(event, Interim):
            self._show_interim(event.answer)
        elif isinstance(event, Reading):
            self._show_progress(render.reading_text(event.done, event.total))
        elif isinstance(event, Token):
            self._add(event.text)

    def stopping(self) -> None:
        """Say that the answer is being stopped."""
        self._say("Stopping \u2026")

    def _say(self, text: str) -> None:
        self._answer.update(Content.assemble((text, f"italic {render.MUTED}")))

    def _add(self, text: str) -> None:
        self._drafting_since = self._drafting_since or time.monotonic()
        self._draft += text
        self._tokens += 1
        elapsed = time.monotonic() - self._drafting_since
        self._show_progress(render.draft_text(self._draft, self._tokens, elapsed))

    def _show_interim(self, answer: "Answer") -> None:
        """The words that answer, with their quotes, while the model still writes."""
        self.places = render.places(answer)
        self._interim = render.answer_text(answer)
        self._answer.update(self._interim)
        self._details.update(render.found_text(self.places))
        self._details.display = True

    def _show_progress(self, progress: Content) -> None:
        """The model's progress and words, below the words that stand already."""
        above = (self._interim, "\n") if self._interim is not None else ()
        self._answer.update(Content.assemble(*above, progress))

    def _show_understood(self, standalone: str) -> None:
        if standalone != self.exchange.question:
            understood = Content(f"Understood as: {safe_line(standalone)} \u00b7 ")
            self._understood.update(understood + render.link("ask as typed", "alone", "underline"))
            self._understood.display = True

    def action_cite(self, number: int) -> None:
        if 1 <= number <= len(self.places):
            self.post_message(self.Opened(self, number - 1))

    def action_why(self) -> None:
        self.post_message(self.Wanted(self, "why"))

    def action_edit(self) -> None:
        self.post_message(self.Wanted(self, "edit"))

    def action_again(self) -> None:
        self.post_message(self.Wanted(self, "again"))

    def action_alone(self) -> None:
        self.post_message(self.Wanted(self, "alone"))

    def action_copy(self) -> None:
        self.post_message(self.Wanted(self, "copy"))

    def action_right(self) -> None:
        self.post_message(self.Wanted(self, "right"))

    def action_wrong(self) -> None:
        self.post_message(self.Wanted(self, "wrong"))
