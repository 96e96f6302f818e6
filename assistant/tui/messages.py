"""Messages of the chat's threads to its screens; each carries one frozen value."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from assistant.answering.checker import Checked
    from assistant.answering.events import AnswerEvent
    from assistant.library.events import IndexEvent


@dataclass(frozen=True)
class LibraryStatus:
    """The open library: the library and the model that answers; `note` is a sentence worth
    knowing."""

    library: str
    documents: int = 0
    passages: int = 0
    model: str = ""
    note: str = ""


class Opening(Message):
    """The library or a model is being opened; `text` says what goes on, "" when all is loaded."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class Opened(Message):
    """Questions can be answered from now on; also sent when the library has changed."""

    def __init__(self, shelf: LibraryStatus) -> None:
        self.shelf = shelf
        super().__init__()


class OpenFailed(Message):
    """A library or model could not be opened; what was open before still is."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class Progress(Message):
    """An event of the answer to question `number`; `drawn` is set once it is on the screen."""

    def __init__(self, number: int, event: "AnswerEvent") -> None:
        self.number = number
        self.event = event
        self.drawn = threading.Event()
        super().__init__()


class Failed(Message):
    """Question `number` has no answer, and why, in words."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.text = text
        super().__init__()


class Indexing(Message):
    """An event of adding or removing documents."""

    def __init__(self, event: "IndexEvent") -> None:
        self.event = event
        super().__init__()


class Indexed(Message):
    """Adding or removing is over; `text` says what it came to."""

    def __init__(self, text: str, *, failed: bool = False) -> None:
        self.text = text
        self.failed = failed
        super().__init__()


class CheckedStatement(Message):
    """A statement of the text that is being checked; `cancel` tells which check found it."""

    def __init__(self, checked: "Checked", cancel: threading.Event) -> None:
        self.checked = checked
        self.cancel = cancel
        super().__init__()


class CheckEnded(Message):
    """A check is over; `text` says what it came to, or why it ended."""

    def __init__(self, text: str, cancel: threading.Event) -> None:
        self.text = text
        self.cancel = cancel
        super().__init__()


class Pulling(Message):
    """A model that is being fetched has come further, was paused or failed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__()


class Pulled(Message):
    """A model is here; `path` is its file."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        super().__init__()


class Tuning(Message):
    """A step of tuning a model; `text` says which.

    `ended` tells that it was the last one, and `kept` that the model answers otherwise from now on.
    """

    def __init__(self, text: str, *, model: str, ended: bool = False, kept: bool = False) -> None:
        self.text = text
        self.model = model
        self.ended = ended
        self.kept = kept
        super().__init__()


class SpeedMeasured(Message):
    """The speed of the language model is known now, as far as it can be."""
