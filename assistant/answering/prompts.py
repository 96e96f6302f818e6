"""Prompt templates: one a file, `$name` placeholders, a missing one is an error.

A person's own in ASSISTANT_HOME/prompts go before those that are shipped, each file by itself.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template

from assistant import paths
from assistant.errors import TemplateError


@dataclass(frozen=True)
class Message:
    """One message to a chat model."""

    role: str
    content: str


@dataclass(frozen=True)
class Prompt:
    """A pair of templates: `system` never changes (its reading is kept warm), `user` is filled.

    `hash` is the sha256 of both, shortened to 16 digits; it is recorded with each answer.
    """

    name: str
    hash: str
    system: str
    user: Template
    remedy: str = ""

    @property
    def beginning(self) -> list[Message]:
        """The prompt with nothing filled in: what each one of it begins with, and a little more."""
        return self.messages(**dict.fromkeys(self.user.get_identifiers(), ""))

    def messages(self, **values: str) -> list[Message]:
        """The prompt with every placeholder filled.

        Raises TemplateError if a placeholder has no value or a value no placeholder.
        """
        wanted = set(self.user.get_identifiers())
        if not self.user.is_valid() or wanted != set(values):
            different = ", ".join(sorted(wanted ^ set(values))) or "a stray $"
            raise TemplateError(
                f"The prompt template {self.name} does not fit its values: {different}.",
                self.remedy,
            )
        return [Message("system", self.system), Message("user", self.user.substitute(values))]


def load(name: str, folder: Path | None = None) -> Prompt:
    """The templates NAME.system.txt and NAME.user.txt, the person's own or those of `folder`.

    Raises TemplateError if one of them cannot be read.
    """
    system, user = (_text(name, part, folder) for part in ("system", "user"))
    digest = hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()[:16]
    path = _path(name, "user", folder)
    mend = f"Correct {path}, or remove it." if path.parent == own_folder() else f"Restore {path}."
    return Prompt(name, digest, system, Template(user), mend)


def own_folder() -> Path:
    """The folder of a person's own templates."""
    return paths.home() / "prompts"


def _path(name: str, part: str, folder: Path | None) -> Path:
    file = f"{name}.{part}.txt"
    own = own_folder() / file
    return own if folder is None and own.is_file() else (folder or paths.shipped("prompts")) / file


def _text(name: str, part: str, folder: Path | None) -> str:
    path = _path(name, part, folder)
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise TemplateError(
            f"The prompt template {name} cannot be read: {why}.",
            f"This file must be there: {path}.",
        ) from error
