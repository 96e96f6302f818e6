"""Names that a shell completes: of libraries, models and conversations, as they are by then."""

import re
from typing import Literal, get_args

from assistant import paths, settings

Kind = Literal["libraries", "models", "sessions"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Shells expand what they are offered: a file called "$(…).gguf" would be a command.
_PLAIN = re.compile(r"[\w.+-]+")


def names(kind: Kind) -> list[str]:
    """The names of a kind that a shell takes as they are. Raises OSError."""
    return [name for name in _all(kind) if _PLAIN.fullmatch(name)]


def _all(kind: Kind) -> list[str]:
    if kind == "models":
        from assistant.engines import models

        return [models.NO_MODEL, *(item.name for item in models.listed(settings.load()))]
    if kind == "sessions":
        from assistant.sessions import Sessions

        return [session.id for session in Sessions(paths.home() / "sessions").search()]
    # Importing what opens libraries takes half a second, which is long for a key.
    found = (paths.home() / "libraries").glob("[!.]*/catalogue.sqlite3")
    return sorted(file.parent.name for file in found)
