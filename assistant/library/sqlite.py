"""The SQLite file of a library: opening, transactions, versions, and errors in words."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant.errors import LibraryError

SCHEMA_VERSION = 2
FILE = "catalogue.sqlite3"
_BUSY_SECONDS = 10.0
_BACKUP = "catalogue.v{version}.sqlite3"


class DamagedError(LibraryError):
    """A catalogue whose file is not what SQLite wrote."""


class Database:
    """One library's SQLite file. Reading never waits for a writer (WAL); one writer at a time.

    A file of an earlier version is brought up to date when it is opened, after a copy of it was
    made beside it. Raises LibraryError where SQLite fails, with what to do about it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        # Closing while another thread is at work would crash the process, in SQLite's own code;
        # and a thread that reads within another's transaction would see the half of it.
        self._in_use = threading.RLock()
        with explained(self.path):
            self._connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA foreign_keys = ON")
                # What a person removes is overwritten on disk, not only unlinked.
                self._connection.execute("PRAGMA secure_delete = ON")
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close the file; further calls fail."""
        with self._in_use:
            self._connection.close()

    def setting(self, key: str) -> str | None:
        """A setting of the library, or None."""
        return self.settings([key]).get(key)

    def settings(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of these settings that are set."""
        rows = self._rows(f"SELECT key, value FROM settings WHERE key IN ({marks(keys)})", keys)
        return {str(key): str(value) for key, value in rows}

    def settings_under(self, prefix: str) -> dict[str, str]:
        """All settings whose key begins so, by key."""
        rows = self._rows(
            "SELECT key, value FROM settings WHERE substr(key, 1, ?) = ? ORDER BY key",
            (len(prefix), prefix),
        )
        return {str(key): str(value) for key, value in rows}

    def set_settings(self, values: dict[str, str]) -> None:
        """Write settings, all or none."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", list(values.items()))

    def forget_settings(self, keys: Sequence[str]) -> None:
        """Take settings out, all or none."""
        with self._writing() as db:
            db.executemany("DELETE FROM settings WHERE key = ?", [(key,) for key in keys])

    def problems(self) -> list[str]:
        """Problems that SQLite finds in the file and with the word index; [] if all is well."""
        try:
            with self._in_use:
                rows = self._connection.execute("PRAGMA integrity_check(10)").fetchall()
                found = [str(row[0]) for row in rows if row[0] != "ok"]
                self._connection.execute(
                    "INSERT INTO passage_terms (passage_terms) VALUES ('integrity-check')"
                )
        except sqlite3.Error as error:
            return [str(error)]
        return found

    def copy_to(self, path: Path) -> None:
        """Write the database as it is now to a new file, which is on the disk when this returns."""
        with self._in_use, explained(path):
            self._connection.execute("VACUUM INTO ?", (str(path),))
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def _prepare(self) -> None:
        version = self._version()
        if version > SCHEMA_VERSION:
            raise LibraryError(
                f"The library {self.path.parent} was written by a newer version of the assistant.",
                "Update the assistant, or choose another library with --library.",
            )
        if version == 0:
            self._run("schema.sql", SCHEMA_VERSION, expected=0)
        while 0 < (version := self._version()) < SCHEMA_VERSION:
            self._back_up(version)
            self._run(f"schema_{version}_to_{version + 1}.sql", version + 1, expected=version)

    def _version(self) -> int:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _run(self, script: str, version: int, expected: int) -> None:
        """Run a script of ours and set the version, both or neither."""
        text = Path(__file__).with_name(script).read_text(encoding="utf-8")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            if self._version() == expected:  # another process may have been first
                for statement in text.split(";\n"):
                    if statement.strip():
                        self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {version}")
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _back_up(self, version: int) -> None:
        """Keep the file of an earlier version; a copy that was not finished is made anew."""
        kept = self.path.with_name(_BACKUP.format(version=version))
        if kept.exists():
            return
        beside = kept.with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):
            beside.unlink()
        self.copy_to(beside)
        os.replace(beside, kept)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is kept, or nothing."""
        with self._in_use, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with self._in_use, explained(self.path):
            return self._connection.execute(query, tuple(values)).fetchall()


def marks(values: Sequence[object]) -> str:
    """Placeholders for the values of an IN (…)."""
    return ",".join("?" * len(values))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as ours: a sentence and a remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explanation(path, error) from error


def _explanation(path: Path, error: sqlite3.Error) -> LibraryError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        return LibraryError(
            "The disk is full; nothing was lost.", "Free some space and run the command again."
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryError(
            "Another process is writing to the library.", "Try again when it is done."
        )
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return DamagedError(
            f"The catalogue {path} is damaged.",
            "`assistant doctor --repair` saves what can be read.",
        )
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return LibraryError(
            f"The catalogue {path} cannot be opened for writing.", "Check the folder's permissions."
        )
    return LibraryError(
        f"The catalogue {path} cannot be read: {error}.", "Check the disk, then try again."
    )
