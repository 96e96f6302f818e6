"""The fields of one question as a file gives them, read by type; what is wrong is collected."""

import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from assistant.evaluation.problems import Problem
from assistant.query.rewriter import Turn

# Answers, evidence and passages are parts of documents; more than this is a document.
MAX_TEXT_CHARS = 100_000
_SHOWN_CHARS = 60


class Fields:
    """Reads a row's fields; a field that is null counts as left out."""

    def __init__(self, place: str, values: Mapping[str, Any]) -> None:
        self.place = place
        self.problems: list[Problem] = []
        self._values = {name: value for name, value in values.items() if value is not None}

    def wrong(self, field: str, message: str, detail: str = "") -> None:
        """Note an error in a field."""
        self.problems.append(Problem("error", self.place, field, message, detail))

    def id(self) -> str:
        """A text or a whole number, as text; the row's place where there is none."""
        value = self._values.get("id", "")
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.wrong("id", "it is neither a text nor a whole number", shown(value))
        return str(value).strip() or self.place.removeprefix("line ")

    def flag(self, field: str, default: bool) -> bool:
        """True or false."""
        value = self._values.get(field, default)
        if isinstance(value, bool):
            return value
        self.wrong(field, "it is neither true nor false", shown(value))
        return default

    def text(self, field: str, most: int = MAX_TEXT_CHARS, *, needed: bool = False) -> str:
        """A text of at most `most` characters; "" where there is none."""
        if field not in self._values:
            if needed:
                self.wrong(field, "it is missing")
            return ""
        return self._checked(field, self._values[field], most)

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts, none of them blank."""
        given = self._values.get(field, ())
        if not isinstance(given, list | tuple):
            self.wrong(field, "it is not a list of texts", shown(given))
            return ()
        found = tuple(self._checked(field, value, MAX_TEXT_CHARS) for value in given)
        if any(isinstance(v, str) and not v.strip() for v in given):
            self.wrong(field, "one of its texts is empty")
        return found

    def turns(self, field: str, most: int) -> tuple[str | Turn, ...]:
        """Earlier turns: a question each, or an object of question and answer."""
        given = self._values.get(field, ())
        if not isinstance(given, list | tuple):
            self.wrong(field, "it is not a list of earlier questions", shown(given))
            return ()
        return tuple(self._turn(field, value, most) for value in given)

    def unknown(self, known: Collection[str], measured: Collection[str]) -> None:
        """Note fields that are not known: ignored, or an error where a measured one was meant."""
        for field in self._values.keys() - set(known):
            near = get_close_matches(field.lower().replace(" ", "_"), list(known), n=1, cutoff=0.8)
            meant = f'perhaps "{near[0]}" is meant' if near else ""
            mistaken = near and near[0] in measured and near[0] not in self._values
            self.problems.append(
                Problem(
                    "error" if mistaken else "warning",
                    self.place,
                    shown(field).strip('"'),
                    f"there is no such field; {meant}" if meant else "there is no such field",
                    "" if mistaken else "it is left out",
                )
            )

    def _turn(self, field: str, value: Any, most: int) -> str | Turn:
        question = value.get("question") if isinstance(value, dict) else value
        answer = value.get("answer") if isinstance(value, dict) else None
        if not isinstance(question, str) or not question.strip():
            self.wrong(field, "one of its turns holds no question", shown(value))
            return ""
        asked = self._checked(field, question, most)
        return asked if answer is None else Turn(asked, self._checked(field, answer))

    def _checked(self, field: str, value: Any, most: int = MAX_TEXT_CHARS) -> str:
        """The value if it is a text that can be asked and written, else ""."""
        if not isinstance(value, str):
            self.wrong(field, "it holds what is no text", shown(value))
            return ""
        if len(value) > most:
            self.wrong(
                field, f"it is longer than {most:,} characters", f"{len(value):,} characters"
            )
            return ""
        if any("\ud800" <= c <= "\udfff" for c in value):
            self.wrong(field, "it holds half a character", shown(value))
            return ""
        return value


def shown(value: Any) -> str:
    """A value as JSON, cut to fit in a message."""
    text = json.dumps(value, default=str)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}\u2026"
