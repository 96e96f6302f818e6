"""Changes one setting in settings.toml and leaves the rest, comments too, as it stands."""

import re
from pathlib import Path
from typing import Any

from assistant.errors import SettingsError
from assistant.private_files import write_private

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
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
        write_private(path, edited(text, key, value).encode())
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from error


def edited(text: str, key: str, value: Any) -> str:
    """The file's text with `key` ("table.name") set to `value`, or taken out (None)."""
    import tomlkit  # by far the larger part of the time it takes to read the settings

    table, _, name = key.partition(".")
    document = tomlkit.parse(text)
    entries: Any = document.get(table)
    if value is not None:
        if entries is None:
            document[table] = tomlkit.table()
            entries = document[table]
        following = _trailing(entries)
        entries[name] = list(value) if isinstance(value, tuple) else value
        if following:
            entries.value.body.extend(following)
    elif entries is not None:
        entries.pop(name, None)
    return tomlkit.dumps(document)


def _trailing(entries: Any) -> list[Any]:
    """The blank lines and comments below a table's last entry, taken off: they speak of the next
    table more often than of what is added to this one.
    """
    from tomlkit.items import Table

    body = entries.value.body if isinstance(entries, Table) else []
    length = max((n for n, (name, _) in enumerate(body, start=1) if name is not None), default=0)
    taken = body[length:]
    del body[length:]
    return taken


def _plain(key: str) -> str:
    return key.replace('"', "").replace("'", "").replace(" ", "")


def _parents(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]
