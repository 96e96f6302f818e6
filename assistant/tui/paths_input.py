"""Completion of paths as they are typed."""

import os

from textual.suggester import Suggester


class PathSuggester(Suggester):
    """Offers the first path that begins with what was typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first fitting path, or None."""
        found = matches(value)
        return found[0] if found else None


def complete(value: str) -> str:
    """The typed text, completed as far as all fitting paths agree."""
    found = matches(value)
    if not found:
        return value
    first, last = found[0], found[-1]
    same = next((i for i, c in enumerate(first) if last[i : i + 1] != c), len(first))
    return first[:same]


def matches(value: str) -> list[str]:
    """The paths that begin with `value`, folders with a / at the end; hidden ones when asked."""
    if not value:
        return []
    folder, start = os.path.split(value)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            names = sorted(
                e.name + ("/" if e.is_dir() else "")
                for e in entries
                if e.name.startswith(start) and (start or not e.name.startswith("."))
            )
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names]
