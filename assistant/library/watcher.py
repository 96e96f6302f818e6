"""Says when something may have changed below the places that were added."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.documents.parsers import has_readable_name
from assistant.errors import LibraryError
from assistant.library.ignore import IGNORE_FILES
from assistant.library.scan import is_below

# A burst of changes is one; files that stand alone, and places that are away, are looked at this
# often.
_SETTLE_MS = 800
_LOOK_MS = 2_000


def changes(roots: Callable[[], dict[str, bool]], stop: threading.Event) -> Iterator[None]:
    """Yield after each burst of changes below the roots (path → is a folder), until `stop` is set.

    Folders are watched by the system (inotify, FSEvents, ReadDirectoryChanges; polled where that
    cannot be, by watchfiles); files that were added by themselves are looked at, because an editor
    that saves by renaming puts another file in their place.
    """
    while not stop.is_set():
        yield from _until_roots_change(roots, stop)


def _until_roots_change(
    roots: Callable[[], dict[str, bool]], stop: threading.Event
) -> Iterator[None]:
    from watchfiles import watch

    wanted = roots()
    folders = sorted(
        path for path, is_folder in wanted.items() if is_folder and os.path.isdir(path)
    )
    # What happened before the watch stood is seen by looking once when it stands.
    before = None if folders else _alone(wanted, folders)
    if not folders:
        while not stop.wait(_LOOK_MS / 1000):
            if _alone(wanted, folders) != before or roots() != wanted:
                yield
                return
        return
    try:
        for found in watch(
            *folders,
            watch_filter=lambda _, path: _may_matter(path, folders),
            debounce=_SETTLE_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=True,
            ignore_permission_denied=True,
        ):
            now = _alone(wanted, folders)
            if found or now != before:
                before = now
                yield
            if roots() != wanted or not all(map(os.path.isdir, folders)):
                return
    except (OSError, RuntimeError) as error:
        raise LibraryError(
            f"The folders cannot be watched: {error}.", "Run `assistant sync` from time to time."
        ) from error


def _may_matter(path: str, folders: list[str]) -> bool:
    """Tell whether a change at this path may be one of a document, a folder or an ignore file."""
    root = next((f for f in folders if is_below(path, f)), os.path.dirname(path))
    parts = Path(os.path.relpath(path, root)).parts
    if parts and parts[-1] in IGNORE_FILES:
        return True
    if any(part.startswith(".") and part != "." for part in parts):
        return False
    return has_readable_name(Path(path)) or os.path.isdir(path) or not os.path.exists(path)


def _alone(wanted: dict[str, bool], folders: list[str]) -> list[tuple[int, int, int] | None]:
    """The signature of the places that the system does not watch for us."""
    return [_state(path) for path in sorted(set(wanted) - set(folders))]


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return (state.st_ino, state.st_size, state.st_mtime_ns)
