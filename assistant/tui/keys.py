"""The keys, for the help screen, read from the bindings themselves."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from assistant.tui.app import ChatApp


def unknown(app: "ChatApp") -> list[str]:
    """A sentence for each key that the person changed and that there is not."""
    known = {
        binding.id
        for _, bindings in _places(app)
        for binding in bindings
        if isinstance(binding, Binding) and binding.id
    }
    said = []
    for wrong in sorted(app.chosen_keys.keys() - known):
        near = get_close_matches(wrong, sorted(known), n=1)
        remedy = f"Did you mean {near[0]}?" if near else "F1 names what can be changed."
        said.append(f"[chat.keys] in settings.toml: there is no key {wrong!r}. {remedy}")
    return said


def groups(app: "ChatApp") -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Titles with their keys and what they do; keys that the person changed as they are now."""
    changed = app.chosen_keys
    said: set[str] = set()
    for title, bindings in _places(app):
        lines = []
        for binding in bindings:
            if isinstance(binding, Binding) and binding.id and binding.id not in said:
                said.add(binding.id)
                lines.append(_line(binding, changed))
        yield title, lines


def _places(app: "ChatApp") -> tuple[tuple[str, list[BindingType]], ...]:
    """The places that have keys, with their bindings."""
    from assistant.tui.screens.chat import ChatScreen
    from assistant.tui.screens.check import CheckScreen
    from assistant.tui.screens.conversations import ConversationsScreen
    from assistant.tui.screens.libraries import LibrariesScreen
    from assistant.tui.screens.library import LibraryScreen
    from assistant.tui.screens.models import ModelsScreen
    from assistant.tui.screens.settings import SettingsScreen
    from assistant.tui.widgets.document_view import DocumentView
    from assistant.tui.widgets.prompt import Prompt
    from assistant.tui.widgets.source_panel import SourcePanel
    from assistant.tui.widgets.transcript import Transcript
    from assistant.tui.widgets.turn import TurnView

    return (
        ("Asking", [*Prompt.BINDINGS, *ChatScreen.BINDINGS]),
        ("Everywhere", [*type(app).BINDINGS]),
        ("On an answer (Tab or Esc goes there)", [*Transcript.BINDINGS, *TurnView.BINDINGS]),
        ("In a source", [*SourcePanel.BINDINGS, *DocumentView.BINDINGS]),
        ("Checking a text", [*CheckScreen.BINDINGS]),
        ("Conversations", [*ConversationsScreen.BINDINGS]),
        ("Library", [*LibraryScreen.BINDINGS]),
        ("Libraries", [*LibrariesScreen.BINDINGS]),
        ("Language models", [*ModelsScreen.BINDINGS]),
        ("Settings", [*SettingsScreen.BINDINGS]),
    )


def _line(binding: Binding, changed: dict[str, str]) -> tuple[str, str]:
    keys = changed.get(binding.id or "", binding.key)
    return " ".join(map(shown, keys.split(",")[:2])), binding.tooltip or binding.description


def shown(key: str) -> str:
    """A key as people write it: Ctrl+N, F1, ?."""
    names = {
        "question_mark": "?",
        "slash": "/",
        "underscore": "_",
        "escape": "Esc",
        "plus": "+",
        "minus": "-",
    }
    *held, last = [names.get(part, part) for part in key.split("+")]
    last = last.capitalize() if len(last) > 1 or held else last
    return "+".join([*(part.capitalize() for part in held), last])
