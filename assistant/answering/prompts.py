"""Prompt templates: one a file, `$name` placeholders, a missing one is an error."""

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
                f"Restore prompts/{self.name}.user.txt.",
            )
        return [Message("system", self.system), Message("user", self.user.substitute(values))]


def load(name: str, folder: Path | None = None) -> Prompt:
    """The templates prompts/NAME.system.txt and prompts/NAME.user.txt."""
    place = folder or paths.shipped("prompts")
    try:
        system, user = (
            (place / f"{name}.{part}.txt").read_text(encoding="utf-8").strip()
            for part in ("system", "user")
        )
    except OSError as error:
        raise TemplateError(
            f"The prompt template {name} cannot be read: {error.strerror}.",
            f"These files must be there: {place / name}.system.txt and .user.txt.",
        ) from error
    digest = hashlib.sha256(f"{system}\0{user}".encode()).hexdigest()[:16]
    return Prompt(name, digest, system, Template(user))
