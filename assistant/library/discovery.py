"""Which files a path stands for, what tells whether one changed, and what is in them."""

import hashlib
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant import paths
from assistant.documents.parsers import (
    MAX_FILE_BYTES,
    formats,
    has_readable_name,
    kind_of,
    parser_for,
    refusal,
)
from assistant.documents.recognition import SAMPLE_BYTES, Kind, kind_by_name
from assistant.errors import DocumentError
from assistant.library.ignore import Rules, rules_of
from assistant.library.unread import counted

_READ_ATTEMPTS = 3
# The coarsest clock of a file system that is still in use is FAT's, which counts in 2 s.
_SETTLED_NS = 2_100_000_000
_UNSETTLED = "~"
# A file may claim any time; SQLite's numbers end here.
_LATEST_NS = 2**63 - 1


@dataclass(frozen=True)
class FileContent:
    """A file's bytes with what identifies them."""

    data: bytes
    sha256: str
    mtime_ns: int
    signature: str


@dataclass
class Found:
    """The files below some paths, by path, with their signatures.

    `identity` is the device and number of a file: two names of one file (hard links, links to it)
    have the same. `closed` are folders that could not be looked into, `unread` the other files with
    what they are.
    """

    signatures: dict[str, str] = field(default_factory=dict)
    identities: dict[str, tuple[int, int]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    unread: dict[str, Kind] = field(default_factory=dict)

    def add(self, path: str, state: os.stat_result) -> None:
        """Take note of a file."""
        self.signatures[path] = signature(state)
        self.identities[path] = (state.st_dev, state.st_ino)


def absolute(path: str | Path) -> str:
    """The absolute path that names a source, `~` expanded, links not followed.

    Raises DocumentError for a name that is not text: it could not be shown or stored.
    """
    name = os.path.abspath(os.path.expanduser(path))
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError("Its name is not valid UTF-8.", "Rename it.") from error
    return name


def signature(state: os.stat_result) -> str:
    """The signature of an untouched file: any write, rename or restore changes part of it.

    Unlike the time of change, which programs set as they like, ctime is the system's own. Windows
    has no such time, so there each file is read again.
    """
    if os.name == "nt":
        return ""
    parts = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    return ":".join(map(str, parts))


def modified(state: os.stat_result) -> int:
    """When a file was changed, in ns since 1970, as far as the catalogue can hold it: till 2262."""
    return max(-_LATEST_NS, min(state.st_mtime_ns, _LATEST_NS))


def settled(noted: str) -> str:
    """A signature, marked as one that proves nothing while its file was written just now: it may
    be written again within the same tick of its clock.
    """
    parts = noted.split(":")
    if len(parts) == 5 and time.time_ns() - int(parts[3]) <= _SETTLED_NS:
        return _UNSETTLED + noted
    return noted


def identity(noted: str) -> tuple[int, int] | None:
    """Device and number of the file in a signature, or None."""
    parts = noted.removeprefix(_UNSETTLED).split(":")
    return (int(parts[0]), int(parts[1])) if len(parts) == 5 else None


def below(root: str, excluded: Sequence[str] = ()) -> Found:
    """The readable files below a folder; hidden and ignored ones are left out.

    Links to folders are not followed, so that nothing is found twice or without end. Raises
    DocumentError if the folder itself cannot be read.
    """
    found = Found()
    own = str(paths.home())  # saved conversations are not documents
    waiting: list[tuple[str, tuple[str, ...], Rules]] = [(root, (), rules_of(excluded))]
    while waiting:
        folder, parts, rules = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise DocumentError(
                    f"The folder cannot be read: {error.strerror}.", "Check its permissions."
                ) from error
            found.closed.append(folder)
            continue
        inner = rules.below(folder, [entry.name for entry in entries])
        for entry in entries:
            where = (*parts, entry.name)
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.path != own and not inner.ignores(where, is_folder=True):
                    waiting.append((entry.path, where, inner))
            elif not inner.ignores(where, is_folder=False):
                _take(entry, found)
    return found


def _take(entry: "os.DirEntry[str]", found: Found) -> None:
    readable = parser_for(Path(entry.name)) is not None
    try:
        entry.path.encode("utf-8")
        state = entry.stat()
        kind = _kind(entry, state) if stat.S_ISREG(state.st_mode) and not readable else None
    except (OSError, UnicodeEncodeError):
        # Gone, a link that leads nowhere, or a name that cannot be stored: the reader says why.
        if readable:
            found.signatures[entry.path] = ""
        else:
            found.unread[entry.path] = "closed"
        return
    if readable and stat.S_ISREG(state.st_mode) and not state.st_size:
        kind = "empty"
    if kind is not None:
        found.unread[entry.path] = kind
    elif stat.S_ISREG(state.st_mode):
        found.add(entry.path, state)


def _kind(entry: "os.DirEntry[str]", state: os.stat_result) -> Kind | None:
    """The kind of a file that no suffix says can be read; None if it is text."""
    named = kind_by_name(entry.name)
    if named is not None or not state.st_size:
        return named or "empty"
    kind = kind_of(Path(entry.name), _beginning(entry.path))
    return "large" if kind is None and state.st_size > MAX_FILE_BYTES else kind


def _beginning(path: str) -> bytes:
    """The first bytes of a file, without waiting for any."""
    with os.fdopen(_descriptor(path), "rb", buffering=0) as file:
        return file.read(SAMPLE_BYTES) or b""


def _descriptor(path: str | Path) -> int:
    # A pipe would be waited for without end.
    return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))


def find(path: str) -> list[Path]:
    """The files to read for a path, sorted; see `look`."""
    return [Path(name) for name in sorted(look(path).signatures)]


def look(path: str, excluded: Sequence[str] = ()) -> Found:
    """The readable files of a path: itself, or all readable files below a folder.

    Raises DocumentError if there is nothing to read.
    """
    root = Path(path)
    if not root.exists():
        raise DocumentError("There is no such file or folder.", "Check the path.")
    if not root.is_dir():
        found = Found()
        found.add(path, root.stat())
        return found
    found = below(path, excluded)
    if not found.signatures:
        raise DocumentError(
            f"The folder holds no file that can be read{_only(found)}.",
            f"These formats can: {formats()}.",
        )
    return found


def _only(found: Found) -> str:
    return f", only {counted(found.unread.values())}" if found.unread else ""


def read(path: Path) -> FileContent:
    """The bytes of a file as they were at one moment: read again if it changed meanwhile.

    Raises DocumentError, with the reason, if it cannot be read.
    """
    if not has_readable_name(path):
        raise refusal(path)
    try:
        for _ in range(_READ_ATTEMPTS):
            content = _read_once(path)
            if content is not None:
                return content
    except OSError as error:
        raise DocumentError(
            f"It cannot be read: {error.strerror}.", "Check its permissions."
        ) from error
    raise DocumentError("It changes while it is read.", "Add it when it is complete.")


def _read_once(path: Path) -> FileContent | None:
    descriptor = _descriptor(path)  # the check and the reading are of one open file
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise DocumentError("It is not a regular file.", "Add files or folders.")
        if before.st_size > MAX_FILE_BYTES:
            raise DocumentError(
                f"It is larger than {MAX_FILE_BYTES // 1_000_000} MB.", "Split it into parts."
            )
        data = file.read(MAX_FILE_BYTES + 1)
        after = os.fstat(descriptor)
    if signature(before) != signature(after) or len(data) != after.st_size:
        return None
    digest = hashlib.sha256(data).hexdigest()
    return FileContent(data, digest, modified(after), signature(after))
