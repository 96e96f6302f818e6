"""JSON and JSON lines: each record a line that can be read, its values named by their path."""

import json
from collections.abc import Iterator
from typing import Any

from assistant.documents.decoding import decode
from assistant.documents.document import BlockKind, Document
from assistant.documents.text_builder import TextBuilder
from assistant.errors import DocumentError

_MAX_DEPTH = 60
# A record longer than this is split into a line a value.
_RECORD_CHARS = 1_000


def parse(data: bytes, name: str) -> Document:
    """The document of a .json file: its objects as records, below the keys that lead to them."""
    value, note = load(data)
    builder = TextBuilder()
    _write(value, builder, 1)
    return builder.document(name, note)


def parse_lines(data: bytes, name: str) -> Document:
    """The document of a .jsonl file: a record a line; what is not JSON stands as it is."""
    text, note = decode(data)
    builder = TextBuilder()
    rows: list[str] = []
    broken = 0
    for line in text.splitlines():
        try:
            rows.append("; ".join(_leaves(json.loads(line), "", 0)) if line.strip() else "")
        except (ValueError, RecursionError):
            broken += 1
            rows.append(line)
    builder.rows([row for row in rows if row.strip()])
    if broken:
        note = f"{note} {broken} lines are not valid JSON; they stand as they are.".strip()
    return builder.document(name, note)


def load(data: bytes) -> tuple[Any, str]:
    """The value in a JSON file, and a note on its encoding. Raises DocumentError."""
    text, note = decode(data)
    try:
        return json.loads(text), note
    except RecursionError as error:
        raise DocumentError("Its values are nested too deeply.") from error
    except ValueError as error:
        raise DocumentError(f"It is not valid JSON ({error}).") from error


def _write(value: Any, builder: TextBuilder, level: int) -> None:
    if isinstance(value, dict):
        plain = {k: v for k, v in value.items() if not isinstance(v, dict | list)}
        _record(plain, builder, "keys")
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                builder.heading(key, level)
                _write(inner, builder, min(level + 1, _MAX_DEPTH))
                builder.leave(level)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list):
                _record(inner, builder)
            elif inner is not None and inner != "":
                builder.add(_shown(inner), "list")
    else:
        _record(value, builder)


def _record(value: Any, builder: TextBuilder, kind: BlockKind = "table") -> None:
    leaves = list(_leaves(value, "", 0))
    line = "; ".join(leaves)
    builder.rows([line] if len(line) <= _RECORD_CHARS else leaves, kind=kind)


def _leaves(value: Any, path: str, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise DocumentError("Its values are nested too deeply.")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        if value and not any(isinstance(v, dict | list) for v in value):
            yield _named(path, ", ".join(map(_shown, value)))
            return
        for number, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}[{number}]", depth + 1)
    elif value is not None and value != "":
        yield _named(path, _shown(value))


def _named(path: str, text: str) -> str:
    return f"{path}: {text}" if path else text


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
