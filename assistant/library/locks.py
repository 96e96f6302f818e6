"""One writer at a time, and questions before indexing."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import LibraryError
from assistant.library.events import Waiting

_PATIENCE_S = 0.2
# A question that is older than this was given up; its process may have been killed.
_QUESTION_S = 1.0
_LOOK_S = 0.02
# Questions one after the other do not stop an indexing for good.
_AT_MOST_S = 5.0


class WriteLock:
    """The right to change a library. The system frees it when its process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "write.lock")

    def acquire(self, *, wait: bool = True) -> Iterator[Waiting]:
        """Get the right; says Waiting if another process has it.

        Raises LibraryError without `wait` if another has it, or if it cannot be locked at all.
        """
        try:
            self._lock.acquire(timeout=_PATIENCE_S)
        except Timeout as error:
            if not wait:
                raise LibraryError(
                    "Another process is changing this library.", "Try again when it is done."
                ) from error
            yield Waiting()
            self._lock.acquire()
        except OSError as error:
            raise LibraryError(
                f"The library cannot be locked: {error.strerror}.",
                "Check the folder's permissions and the disk.",
            ) from error

    def release(self) -> None:
        """Give the right back."""
        self._lock.release()

    def is_free(self) -> bool:
        """Tell whether nobody changes the library at this moment."""
        try:
            with self._lock.acquire(timeout=0):
                return True
        except (Timeout, OSError):
            return False


class QueryPriority:
    """Lets questions go before indexing, in this process and in others, by a file's time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "asking"

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person waits for an answer."""
        # A library that cannot be written to has nobody who indexes it either.
        with suppress(OSError):
            self._path.touch(mode=0o600)
            os.utime(self._path)
        try:
            yield
        finally:
            with suppress(OSError):
                os.utime(self._path, (0, 0))

    def give_way(self) -> None:
        """Return when no question is being answered, or after a while."""
        began = time.monotonic()
        while self._is_asking() and time.monotonic() - began < _AT_MOST_S:
            time.sleep(_LOOK_S)

    def _is_asking(self) -> bool:
        try:
            age = time.time() - self._path.stat().st_mtime
        except OSError:
            return False
        # A time to come was set by a clock that was wrong.
        return 0 <= age < _QUESTION_S
