"""Lines of an input, each a text or a JSON value: what `ask --jsonl` and `check --jsonl` read."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.errors import QuestionError


def numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers from 1.

    A line that is not UTF-8 is still a line: what cannot be read shows as such.
    """
    for number, raw in enumerate(lines, start=1):
        if text := raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip():
            yield number, text


def value(text: str) -> Any:
    """A line's JSON value; one that does not begin as JSON is a text. Raises QuestionError."""
    if not text.startswith(("{", "[", '"')):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QuestionError("The line is not valid JSON.", f"({error})") from error


def identity(fields: dict[str, Any]) -> str | int | None:
    """The line's own id. Raises QuestionError if it is neither a text nor a number."""
    own = fields.get("id")
    if not isinstance(own, str | int | None):
        raise QuestionError('"id" is neither a text nor a number.')
    return own
