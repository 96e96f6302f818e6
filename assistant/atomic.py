"""Writes a whole file or none of it, for its owner alone."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file's content; nobody but the owner may read it.

    A reader, or a power cut, finds the old file or the new one. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
