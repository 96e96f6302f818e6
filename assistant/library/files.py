"""Which files a path stands for, and what is in them."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.documents.registry import MAX_FILE_BYTES, formats, parser_for
from assistant.errors import DocumentError


@dataclass(frozen=True)
class FileContent:
    """A file's bytes with what identifies them."""

    data: bytes
    sha256: str
    mtime_ns: int


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


def find(path: str) -> list[Path]:
    """The files to read for a path: itself, or all readable ones below a folder, sorted.

    Hidden files and folders are left out of folders, as are formats without a parser. Raises
    DocumentError if there is nothing to read.
    """
    root = Path(path)
    if not root.exists():
        raise DocumentError("There is no such file or folder.", "Check the path.")
    if not root.is_dir():
        return [root]
    files = sorted(_below(root))
    if not files:
        raise DocumentError(
            "The folder holds no file that can be read.", f"These formats can: {formats()}."
        )
    return files


def _below(root: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        if Path(error.filename) == root:
            raise DocumentError(
                f"The folder cannot be read: {error.strerror}.", "Check its permissions."
            ) from error

    for folder, subfolders, names in os.walk(root, onerror=refuse):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and parser_for(path) is not None:
                yield path


def read(path: Path) -> FileContent:
    """The bytes of a file. Raises DocumentError, with the reason, if it cannot be read."""
    if parser_for(path) is None:
        raise DocumentError(
            f"Files like {path.suffix or path.name!r} cannot be read yet.",
            f"These formats can: {formats()}.",
        )
    try:
        state = path.stat()
        if not path.is_file():
            raise DocumentError("It is not a regular file.", "Add files or folders.")
        if state.st_size > MAX_FILE_BYTES:
            raise DocumentError(
                f"It is larger than {MAX_FILE_BYTES // 1_000_000} MB.", "Split it into parts."
            )
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"It cannot be read: {error.strerror}.", "Check its permissions."
        ) from error
    return FileContent(data, hashlib.sha256(data).hexdigest(), state.st_mtime_ns)
