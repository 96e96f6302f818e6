"""The conversation on the screen: its exchanges, which of them lean on which, and their saving."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.sessions import SavedTurn, Session, Sessions
from assistant.tui.backend import Request

if TYPE_CHECKING:
    from assistant.answering.answer import Answer


@dataclass
class Exchange:
    """A question and what came of it: an answer, or a failure in words."""

    number: int
    question: str
    earlier: int
    """The number of the exchanges before it a follow-up may lean on."""
    cancel: threading.Event = field(default_factory=threading.Event)
    answer: "Answer | None" = None
    failure: str = ""

    @property
    def is_over(self) -> bool:
        return self.answer is not None or bool(self.failure)

    @property
    def was_stopped(self) -> bool:
        return self.cancel.is_set()


class Conversation:
    """Exchanges in order; each answer is saved when it stands, if `is_kept`."""

    def __init__(self, sessions: Sessions, *, is_kept: bool = True) -> None:
        self.sessions = sessions
        self.is_kept = is_kept
        self.session: Session | None = None
        self.exchanges: list[Exchange] = []
        self._unsaved: list[SavedTurn] = []

    def add(self, question: str, earlier: int | None = None) -> Exchange:
        """A new question; with `earlier` it is asked as if only so many exchanges were before."""
        number = len(self.exchanges)
        exchange = Exchange(number, question, number if earlier is None else earlier)
        self.exchanges.append(exchange)
        return exchange

    def request(self, exchange: Exchange) -> Request:
        """The question with the turns before it, for the backend."""
        before = self.exchanges[: exchange.earlier]
        history = tuple(e.answer.as_turn() for e in before if e.answer is not None)
        return Request(exchange.number, exchange.question, history, exchange.cancel)

    def answered(self, exchange: Exchange, answer: "Answer", library: str) -> None:
        """Keep an answer and save it. Raises SessionError if the disk refuses."""
        from assistant.tui.records import saved

        exchange.answer = answer
        if not self.is_kept:
            return
        self._unsaved.append(saved(answer))
        if self.session is None:
            self.session = self.sessions.start(exchange.question, library)
        while self._unsaved:  # with what a full disk has refused before
            self.sessions.append(self.session.id, self._unsaved[0])
            del self._unsaved[0]

    def clear(self, *, is_kept: bool | None = None) -> None:
        """Begin a new conversation, kept or not (as before, if None); what was saved stays so."""
        self.is_kept = self.is_kept if is_kept is None else is_kept
        self.session = None
        self.exchanges = []
        self._unsaved = []

    def resume(self, session_id: str) -> None:
        """Go on with a saved conversation. Raises SessionError."""
        from assistant.tui.records import restored

        session, turns = self.sessions.load(session_id)
        self.clear(is_kept=True)
        self.session = session
        for turn in turns:
            exchange = self.add(turn.question)
            exchange.answer = restored(turn)
            if exchange.answer is None:
                exchange.failure = "This answer was saved by another version; it cannot be shown."
