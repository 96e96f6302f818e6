"""Help: what the keys do and what the words of an answer mean."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from assistant.tui import render
from assistant.tui.widgets.hanging import Hanging, Paragraph

_KEYS = 20

MEANINGS = (
    ("quoted", "the sentence stands in the document, word for word"),
    ("in the document's words", "the words of the quote that answer; the whole quote is below"),
    ("written by the model, checked", "the model's words, which the cited quote supports"),
    ("partly backed by your documents", "the quote supports a part of it"),
    ("not found in your documents", "nothing that was found supports it"),
    ("perhaps", "an answer of low confidence: it is shown with its quote, for you to judge"),
    ("confidence", "how likely it is that your documents answer the question, from 0 to 1"),
    ("understood as", "a follow-up, with what it leaned on filled in"),
)


class HelpScreen(ModalScreen[None]):
    """Made from the bindings themselves, so that it cannot be wrong about a key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,question_mark", "dismiss", "Close", id="help.close"),
    ]

    def __init__(self, groups: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
        """`groups` holds titles, each with its (key, what it does)."""
        super().__init__()
        self._groups = [(title, list(keys)) for title, keys in groups]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page", classes="sheet") as page:
            page.border_title = "Help"
            for title, keys in self._groups:
                yield Static(Content(title), classes="section")
                yield Static(_table(keys))
            yield Static(Content("What an answer says"), classes="section")
            yield Static(_table(MEANINGS))
        yield Footer(compact=True)


def _table(rows: Iterable[tuple[str, str]]) -> Hanging:
    return Hanging(
        [
            Paragraph(
                Content.assemble((text, render.MUTED)),
                Content.assemble((f"{key:<{_KEYS}}", "bold")),
            )
            for key, text in rows
        ]
    )
