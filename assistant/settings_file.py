"""Changes one setting in settings.toml and leaves the rest, comments too, as it stands."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from assistant.atomic import write_private
from assistant.errors import SettingsError

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")


def line_of(text: str, key: str) -> int:
    """The line, from 1, on which a dotted key is set; that of its table if it is not found."""
    table, near = "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _plain(header[1])
            if key.startswith(f"{table}."):
                near = number
        elif (found := _KEY.match(line)) and ".".join(filter(None, [table, _plain(found[1])])) in {
            key,
            *_parents(key),
        }:
            return number
    return near


def change(path: Path, key: str, value: Any) -> None:
    """Set `key` to `value`, or take it out (None). Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        wanted = tomllib.loads(text)
        table, _, name = key.partition(".")
        inner = dict(wanted.get(table, {}))
        inner.pop(name, None)
        if value is not None:
            inner[name] = list(value) if isinstance(value, tuple) else value
        changed = edited(text, key, value)
        if _table(changed, table) != inner:
            raise SettingsError(
                f"{key} cannot be changed in {path} by a command.", "Change the file by hand."
            )
        write_private(path, changed.encode())
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from error


def edited(text: str, key: str, value: Any) -> str:
    """The file's text with `key` set to `value` (None: taken out), where each is on one line."""
    table, _, name = key.partition(".")
    entry = [] if value is None else [f"{name} = {_literal(value)}"]
    lines = text.splitlines()
    number = line_of(text, key) - 1
    if lines and (found := _KEY.match(lines[number])) and _plain(found[1]) in {name, key}:
        if value is not None and _plain(found[1]) == key:
            entry = [f"{key} = {_literal(value)}"]
        lines[number : number + 1] = entry
    elif entry:
        header = next((i for i, line in enumerate(lines) if _is_table(line, table)), None)
        if header is None:
            lines += ["", f"[{table}]"] if lines else [f"[{table}]"]
            header = len(lines) - 1
        lines[header + 1 : header + 1] = entry
    return "\n".join(lines) + "\n" if lines else ""


def _table(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text).get(name, {})
    except tomllib.TOMLDecodeError:
        return None


def _is_table(line: str, table: str) -> bool:
    header = _TABLE.match(line)
    return header is not None and _plain(header[1]) == table


def _plain(key: str) -> str:
    return key.replace('"', "").replace("'", "").replace(" ", "")


def _parents(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _literal(value: Any) -> str:
    # A JSON text, number, list or switch of these kinds is a TOML one too.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
