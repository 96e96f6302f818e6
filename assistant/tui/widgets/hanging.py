"""Paragraphs whose further lines are indented under the first: a quote behind its marker."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.css.styles import RulesMap
from textual.events import Event
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget
from textual.widgets import Static

_NOTHING = Content("")


@dataclass(frozen=True)
class Paragraph:
    """A text and what stands before its first line; its other lines begin below the text."""

    text: Content
    lead: Content = _NOTHING

    def wrapped(self, width: int) -> list[Content]:
        """Its lines, none wider than `width` cells."""
        indent = self.lead.cell_length
        lines = self.text.wrap(max(1, width - indent))
        return [(Content(" " * indent) if i else self.lead) + line for i, line in enumerate(lines)]


class Hanging(Visual):
    """Paragraphs, one below the other."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self.paragraphs = tuple(paragraphs)
        self._laid_out: tuple[int, Content] | None = None

    def __str__(self) -> str:
        return "\n".join(f"{p.lead.plain}{p.text.plain}" for p in self.paragraphs)

    def __bool__(self) -> bool:
        return bool(self.paragraphs)

    def laid_out(self, width: int) -> Content:
        """The text with the line ends that it has at a width."""
        if self._laid_out is None or self._laid_out[0] != width:
            lines = [line for p in self.paragraphs for line in p.wrapped(width)]
            self._laid_out = width, Content("\n").join(lines)
        return self._laid_out[1]

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return self.laid_out(width).render_strips(width, height, style, options) if width else []

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max((p.lead.cell_length + p.text.cell_length for p in self.paragraphs), default=0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.laid_out(width).plain.count("\n") + 1 if self.paragraphs and width else 0


class Part(Static):
    """A part of a larger widget: its links act on that, its hanging lines can be selected."""

    async def broker_event(self, event_name: str, event: Event) -> bool:
        if isinstance(self.parent, Widget):
            return await self.parent.broker_event(event_name, event)
        return await super().broker_event(event_name, event)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        visual = self.visual
        if isinstance(visual, Hanging):
            return selection.extract(visual.laid_out(self.content_size.width).plain), "\n"
        return super().get_selection(selection)
