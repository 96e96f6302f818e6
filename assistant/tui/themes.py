"""Themes beyond Textual's own, and the person's choices that the chat remembers."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.color import Color
from textual.theme import Theme

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#00ffff",
    warning="#ffaf00",
    error="#ff5f5f",
    success="#5fff5f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    variables={"text-quiet": "#e4e4e4", "footer-key-foreground": "#ffff00"},
)
# How far quiet text fades into the background; it keeps a contrast of about 7 to 1.
_QUIET = 0.3
DEFAULT = "textual-dark"


def variables(theme: Theme) -> dict[str, str]:
    """Variables of the chat's styles beyond Textual's: a quiet colour for text."""
    colors = theme.to_color_system().generate()
    foreground, background = Color.parse(colors["foreground"]), Color.parse(colors["background"])
    return {"text-quiet": foreground.blend(background, _QUIET).hex6}


@dataclass
class Preferences:
    """The theme, and keys by the id of their binding: `keys = {"chat.why" = "f9"}`."""

    theme: str = DEFAULT
    keys: dict[str, str] = field(default_factory=dict)


def load(home: Path) -> Preferences:
    """The person's preferences: [chat] in settings.toml, and the theme last used."""
    chosen = Preferences()
    try:
        with (home / "settings.toml").open("rb") as file:
            chat = tomllib.load(file).get("chat", {})
        chosen.theme = str(chat.get("theme", chosen.theme))
        chosen.keys = dict(_flat(dict(chat.get("keys", {}))))
    except (OSError, ValueError, TypeError, AttributeError):
        pass
    try:
        state = json.loads((home / "chat.json").read_text(encoding="utf-8"))
        chosen.theme = str(state["theme"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return chosen


def _flat(keys: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Keys by id, which is one with dots whether it was written in quotation marks or not."""
    for name, value in keys.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def remember_theme(home: Path, theme: str) -> None:
    """Keep the theme for the next start; a disk that refuses is no reason to stop."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        beside = home / "chat.json.new"
        beside.write_text(json.dumps({"theme": theme}) + "\n", encoding="utf-8")
        os.replace(beside, home / "chat.json")
    except OSError:
        return
