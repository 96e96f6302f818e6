"""A library's own settings, kept in its catalogue."""

import json
from collections.abc import Mapping

from assistant.errors import LibraryError
from assistant.library.document_store import DocumentStore

_PREFIX = "own."
_CALIBRATION = "calibration"
# What can be set, and what it means.
KNOWN: Mapping[str, str] = {
    "exclude": "patterns of files to leave out, as in .gitignore, with a comma between",
    "model": "the language model that answers from this library",
    "description": "what the library holds, for your own memory",
}


class LibrarySettings:
    """Reads and writes them; each is a text, and unset ones are ""."""

    def __init__(self, catalogue: DocumentStore) -> None:
        self._catalogue = catalogue

    @property
    def exclude(self) -> list[str]:
        """Patterns of files that are left out of every folder."""
        return [p.strip() for p in self.get("exclude").split(",") if p.strip()]

    @property
    def calibration(self) -> str:
        """The calibration of this library, as `assistant calibrate` wrote it; "" for as shipped."""
        return self._catalogue.setting(_CALIBRATION) or ""

    def keep_calibration(self, text: str) -> None:
        """Keep a calibration in the place of an earlier one; "" forgets it."""
        if text:
            self._catalogue.set_settings({_CALIBRATION: text})
        else:
            self._catalogue.forget_settings([_CALIBRATION])

    def get(self, key: str) -> str:
        """A setting's value. Raises LibraryError for one that does not exist."""
        _check(key)
        stored = self._catalogue.setting(_PREFIX + key)
        return str(json.loads(stored)) if stored is not None else ""

    def set(self, key: str, value: str) -> None:
        """Change a setting; "" unsets it."""
        _check(key)
        if value:
            self._catalogue.set_settings({_PREFIX + key: json.dumps(value)})
        else:
            self._catalogue.forget_settings([_PREFIX + key])

    def all(self) -> dict[str, str]:
        """Every setting with its value."""
        return {key: self.get(key) for key in KNOWN}


def _check(key: str) -> None:
    if key not in KNOWN:
        raise LibraryError(
            f"A library has no setting {key!r}.", f"It has: {', '.join(sorted(KNOWN))}."
        )
