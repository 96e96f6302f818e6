"""Lines of an input, each a text or a JSON value: what `ask --jsonl` and `check --jsonl` read."""

import json
from collections.abc import Iterator
from typing import IO, Any

from assistant.errors import QuestionError

# A question with a long conversation before it.
MOST_BYTES = 1_000_000


def numbered(source: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers from 1.

    A line that is not UTF-8 is still a line: what cannot be read shows as such.
    """
    for number, raw in enumerate(_bounded(source), start=1):
        if text := raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip():
            yield number, text


def _bounded(source: IO[bytes]) -> Iterator[bytes]:
    """The lines, each at most a byte longer than it may be: the rest would fill the memory."""
    while line := source.readline(MOST_BYTES + 1):
        rest = line
        while len(rest) > MOST_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MOST_BYTES + 1)
        yield line


def value(text: str) -> Any:
    """A line's JSON value; one that does not begin as JSON is a text. Raises QuestionError."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise QuestionError(f"The line has more than {MOST_BYTES:,} bytes.")
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
