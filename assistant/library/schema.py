"""The schema of a catalogue in each of its versions, and what in a file differs from it."""

import re
import sqlite3
from functools import cache
from pathlib import Path

from assistant.library.sqlite import FILE, SCHEMA_VERSION

# An object of the schema: its kind and its name, with the statement that made it.
Schema = dict[tuple[str, str], str]
_OBJECTS = "SELECT type, name, sql FROM sqlite_master"
_COMMENT = re.compile(r"--[^\n]*")
_NAME_CHARS = 60


def scripts(version: int) -> tuple[tuple[str, ...], ...]:
    """The scripts that make a catalogue of this version: at once, and from the first one on."""
    steps = [f"schema_{n}_to_{n + 1}.sql" for n in range(1, version)]
    grown = ("schema_1.sql", *steps)
    return (("schema.sql",), grown) if version == SCHEMA_VERSION else (grown,)


def differences(folder: Path) -> list[str]:
    """Differences of the schema in `folder` from ours, in words.

    Nothing of it is run: looking reads the statements as text. Raises sqlite3.Error for a file
    that holds no database.
    """
    connection = sqlite3.connect(f"{(folder / FILE).absolute().as_uri()}?mode=ro", uri=True)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        found = _schema(connection)
    finally:
        connection.close()
    if not 1 <= version <= SCHEMA_VERSION:
        return [f"its schema has the version {version}, which does not exist"]
    return min((_compared(found, ours) for ours in _ours(version)), key=len)


@cache
def _ours(version: int) -> tuple[Schema, ...]:
    """The schemas that a catalogue of this version may have."""
    found = []
    for names in scripts(version):
        connection = sqlite3.connect(":memory:")
        for name in names:
            connection.executescript(Path(__file__).with_name(name).read_text(encoding="utf-8"))
        found.append(_schema(connection))
        connection.close()
    return tuple(found)


def _schema(connection: sqlite3.Connection) -> Schema:
    rows = connection.execute(_OBJECTS).fetchall()
    return {(str(kind), str(name)): _plain(str(sql or "")) for kind, name, sql in rows}


def _plain(sql: str) -> str:
    """A statement without comments, quotes and spaces, which differ between versions of SQLite."""
    return re.sub(r"[\s'\"`]+", "", _COMMENT.sub("", sql)).lower()


def _compared(found: Schema, ours: Schema) -> list[str]:
    extra = [
        f"it holds a {kind[:_NAME_CHARS]} {name[:_NAME_CHARS]!r} that does not belong there"
        for kind, name in sorted(found.keys() - ours.keys())
    ]
    other = [
        f"its {kind} {name!r} is not as it should be"
        for kind, name in sorted(found.keys() & ours.keys())
        if found[kind, name] != ours[kind, name]
    ]
    missing = [f"it lacks the {kind} {name!r}" for kind, name in sorted(ours.keys() - found.keys())]
    return extra + other + missing
