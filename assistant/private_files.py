"""Writes a whole file or none of it, for its owner alone."""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

# No file takes longer to write; a younger one may be another process's, at work.
_REMAINS_S = 60.0


def write_private(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file's content; nobody but the owner may read it.

    A reader, or a power cut, finds the old file or the new one. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _take_away_remains(path)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _take_away_remains(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file have left beside it."""
    with suppress(OSError):
        for entry in os.scandir(path.parent):
            middle, _, mark = entry.name.rpartition(".")
            if middle != f".{path.name}" or len(mark) != 8:
                continue
            with suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _REMAINS_S:
                    os.unlink(entry.path)
