"""The empty state: what one can do here."""

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from assistant import formatting
from assistant.tui import render
from assistant.tui.messages import LibraryStatus

EXAMPLES = (
    "When did Ban Ki-moon visit Libya?",
    "What formats can be read?",
)
# The documents that come with the assistant; the examples are about them.
_SHIPPED = 2


class Welcome(Static):
    """Says what is in the library and offers a first question."""

    shelf: reactive[LibraryStatus | None] = reactive(None)

    class Chosen(Message):
        """An example question was chosen."""

        def __init__(self, question: str) -> None:
            self.question = question
            super().__init__()

    def watch_shelf(self) -> None:
        self.update(self._invitation())

    def _invitation(self) -> Content:
        """Offers of things to do, by what the library holds."""
        lines = [Content.assemble(("Ask about your documents", "bold"))]
        lines.append(Content.assemble((self._holdings(), render.MUTED)))
        lines.append(Content(""))
        if self.shelf is not None and 0 < self.shelf.documents <= _SHIPPED:
            lines.append(Content.assemble(("Try", render.MUTED)))
            for number, question in enumerate(EXAMPLES):
                lines.append(render.link(question, f"try({number})", "$text-accent"))
            lines.append(Content(""))
        keys = (("F5", "add documents"), ("F4", "earlier conversations"), ("F1", "help"))
        for key, text in keys:
            lines.append(Content.assemble((key, "bold"), (f"  {text}", render.MUTED)))
        return Content("\n").join(lines)

    def _holdings(self) -> str:
        shelf = self.shelf
        if shelf is None:
            return "Every answer comes with its quote, checked against the file."
        if not shelf.documents:
            return f"The library {shelf.library} is empty. Press F5 to add files or folders."
        documents = formatting.count(shelf.documents, "document")
        return f"{documents}, {formatting.count(shelf.passages, 'passage')} in {shelf.library}"

    def action_try(self, number: int) -> None:
        self.post_message(self.Chosen(EXAMPLES[number]))
