"""Saved conversations: one JSON-lines file each, a line a turn, written when its answer stands.

The first line is the header (id, title, library, when); each further line is a turn, or another
title. Lines are only ever added: a turn is appended and synced at once, so that being killed loses
at most the answer in flight; a line that was torn is passed over. Files are the person's own
business: nobody else can read them.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from assistant.errors import AssistantError
from assistant.printable import one_line
from assistant.query.saved_shape import ANSWER, WHY, fits, fits_partly

FORMAT_VERSION = 1
_TITLE_CHARS = 80
# Years of talk; a larger file is none of ours.
_MOST_BYTES = 200_000_000
_REMOVED = ".removed"
_TITLE = b'{"title": '


class SessionError(AssistantError):
    """A saved conversation that cannot be read or written."""


@dataclass(frozen=True)
class SavedTurn:
    """A question and its answer: `answer` is the contract's JSON, `why` what else backs it."""

    question: str
    asked_at: str
    answer: Mapping[str, Any]
    why: Mapping[str, Any]


@dataclass(frozen=True)
class Session:
    """A conversation's header; `turns` counts its lines, `changed_at` is in seconds since 1970."""

    id: str
    title: str
    library: str
    started_at: str
    turns: int = 0
    changed_at: float = 0.0


class Sessions:
    """The conversations in one folder. Methods raise SessionError where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, question: str, library: str) -> Session:
        """Begin a conversation; its title is its first question until it is renamed."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        session = Session(name, title_of(question), library, now.isoformat(timespec="seconds"))
        self._explained(lambda: self._append(name, _header(session)))
        return session

    def append(self, session_id: str, turn: SavedTurn) -> None:
        """Save a turn; it is on the disk when this returns."""
        line: dict[str, Any] = {"question": turn.question, "asked_at": turn.asked_at}
        line |= {"answer": dict(turn.answer), "why": dict(turn.why)}
        self._explained(lambda: self._append(session_id, line))

    def search(self, query: str = "") -> list[Session]:
        """The conversations, latest first; with a query those that contain all of its words."""
        wanted = query.casefold().split()
        found = []
        for path in self.folder.glob("*.jsonl") if self.folder.is_dir() else ():
            if not _is_id(path.stem):
                continue
            session = _read_header(path)
            if session is not None and (not wanted or _contains(path, session.title, wanted)):
                found.append(session)
        return sorted(found, key=lambda s: (-s.changed_at, s.id))

    def load(self, session_id: str) -> tuple[Session, list[SavedTurn]]:
        """A conversation with its turns; torn lines are left out."""
        path = self._path(session_id)
        session = _read_header(path)
        if session is None:
            raise SessionError("This conversation cannot be read.", "Its file may be damaged.")
        return session, [turn for turn in map(_turn, _lines(path)) if turn is not None]

    def rename(self, session_id: str, title: str) -> Session:
        """Give a conversation another title: a line more, so that nothing is ever written anew."""
        session, _ = self.load(session_id)
        renamed = replace(session, title=title_of(title))
        path = self._path(session_id)

        def add() -> None:
            stat = path.stat()
            self._append(session_id, {"title": renamed.title})
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

        self._explained(add)
        return renamed

    def delete(self, session_id: str) -> None:
        """Take a conversation away; `restore` brings it back until `purge`."""
        place = self.folder / _REMOVED
        self._explained(lambda: place.mkdir(mode=0o700, exist_ok=True))
        path = self._path(session_id)
        self._explained(lambda: os.replace(path, place / path.name))

    def restore(self, session_id: str) -> None:
        """Undo `delete`."""
        path = self._path(session_id)
        self._explained(lambda: os.replace(self.folder / _REMOVED / path.name, path))

    def purge(self) -> None:
        """Erase what was deleted, for good."""
        for path in (self.folder / _REMOVED).glob("*.jsonl"):
            self._explained(path.unlink)

    def _path(self, session_id: str) -> Path:
        if not _is_id(session_id):
            raise SessionError(f"{session_id!r} is not the id of a conversation.")
        return self.folder / f"{session_id}.jsonl"

    def _append(self, session_id: str, value: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with _private(self._path(session_id), os.O_APPEND) as descriptor:
            data = _line(value)
            if not _ends_a_line(descriptor):
                data = b"\n" + data
            _write(descriptor, data)
            os.fsync(descriptor)

    @staticmethod
    def _explained(work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            raise SessionError(
                f"The conversation could not be saved: {error.strerror}.",
                "Check the disk and the permissions of the sessions folder.",
            ) from error


def _is_id(name: str) -> bool:
    return name.replace("-", "").isalnum()


def title_of(text: str) -> str:
    """A title on one line, without control characters, cut at a word."""
    line = one_line(text)
    if len(line) <= _TITLE_CHARS:
        return line or "Untitled"
    return line[:_TITLE_CHARS].rsplit(" ", 1)[0] + " \u2026"


@contextmanager
def _private(path: Path, how: int) -> Iterator[int]:
    """A file opened for its owner alone, as a descriptor."""
    # Windows would write \r\n for each \n.
    binary = getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | binary | how, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _ends_a_line(descriptor: int) -> bool:
    """Tell if a file is empty or its last line is whole. What is written goes to its end still."""
    if not os.fstat(descriptor).st_size:
        return True
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


def _write(descriptor: int, data: bytes) -> None:
    """Write all of it: a disk that becomes full takes a part first and refuses only the next."""
    while data:
        data = data[os.write(descriptor, data) :]


def _line(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def _header(session: Session) -> dict[str, Any]:
    return {
        "version": FORMAT_VERSION,
        "id": session.id,
        "title": session.title,
        "library": session.library,
        "started_at": session.started_at,
    }


def _read_header(path: Path) -> Session | None:
    try:
        # A pipe of that name would be waited for.
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        with path.open("rb") as file:
            value = json.loads(file.readline())
            turns, title = _counted(file, value["title"])
        if value["version"] != FORMAT_VERSION:
            return None
        return Session(
            path.stem,
            title_of(str(title)),
            str(value["library"]),
            str(value["started_at"]),
            turns,
            path.stat().st_mtime,
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _counted(file: BinaryIO, title: Any) -> tuple[int, Any]:
    """The number of the lines left that are whole and no title, and the last title."""
    turns = 0
    for line in file:
        if line.startswith(_TITLE):
            with suppress(ValueError, KeyError, RecursionError):
                title = json.loads(line)["title"]
        else:
            turns += line.endswith(b"\n")
    return turns, title


def _lines(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        file.readline()
        for line in file:
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue


def _turn(value: Any) -> SavedTurn | None:
    """The turn in a line, or None where it is none: the file may be a stranger's."""
    if not fits(value, {"question": str, "asked_at": str, "answer": dict, "why": dict}):
        return None
    if not (fits_partly(value["answer"], ANSWER) and fits_partly(value["why"], WHY)):
        return None
    return SavedTurn(value["question"], value["asked_at"], value["answer"], value["why"])


def _contains(path: Path, text: str, words: Sequence[str]) -> bool:
    """Tell whether title, questions and answers together hold all words (parts of them count)."""
    try:
        for turn in map(_turn, _lines(path)):
            if turn is not None:
                text += f"\n{turn.question}\n{turn.answer.get('answer', '')}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    folded = text.casefold()
    return all(word in folded for word in words)
