"""The line at the top: which library and model answer, and what is being loaded."""

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from assistant import formatting
from assistant.printable import safe_line
from assistant.tui import render
from assistant.tui.messages import LibraryStatus


class Header(Static):
    """One quiet line."""

    shelf: reactive[LibraryStatus | None] = reactive(None)
    doing: reactive[str] = reactive("Starting \u2026")
    incognito: reactive[bool] = reactive(False)

    def render(self) -> Content:
        """Left what is open, and behind it what goes on."""
        parts: list[Content] = [Content.assemble(("assistant", "bold $text-primary"))]
        if self.shelf is not None:
            shelf = self.shelf
            what = f"{safe_line(shelf.library)}, {formatting.count(shelf.documents, 'document')}"
            parts.append(Content.assemble((what, render.MUTED)))
            model = safe_line(shelf.model) or "quotes only"
            parts.append(Content.assemble((model, render.MUTED)))
        if self.incognito:
            parts.append(Content.assemble(("incognito: nothing is written", "$text-warning")))
        if self.doing:
            parts.append(Content.assemble((self.doing, f"italic {render.MUTED}")))
        return Content.assemble(("  \u00b7  ", render.MUTED)).join(parts)
