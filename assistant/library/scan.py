"""A scan of the places that the person pointed at, and the documents that have lost their file."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from assistant.documents.parsers import has_readable_name
from assistant.documents.recognition import Kind
from assistant.errors import DocumentError
from assistant.library import discovery
from assistant.library.document_store import DocumentState
from assistant.library.sources import REMOVED

Value = TypeVar("Value")


@dataclass
class ScanResult:
    """The files that are there, by source with their signature, and what is gone.

    `missing` are places that are not there now, such as a disk that is not plugged in, with the
    number of documents that are kept for them. `unread` is what else is there, by its path.
    """

    signatures: dict[str, str]
    gone: list[str]
    missing: dict[str, int] = field(default_factory=dict)
    unread: dict[str, Kind] = field(default_factory=dict)


def survey(
    roots: Mapping[str, bool],
    states: Mapping[str, DocumentState],
    skipped: Mapping[str, tuple[str, str]],
    excluded: Sequence[str] = (),
) -> ScanResult:
    """Look at all roots (path → is a folder) and compare with the documents' states."""
    found = discovery.Found()
    missing: list[str] = []
    for root, is_folder in sorted(roots.items()):
        if is_folder:
            at_root = _below(root, excluded)
            documents = any(is_below(source, root) for source in states)
            if at_root is not None:
                _keep_known(at_root, states)
            if at_root is None or (documents and not at_root.signatures):
                missing.append(root)
                continue
            found.signatures |= at_root.signatures
            found.identities |= at_root.identities
            found.closed += at_root.closed
            found.unread |= at_root.unread
        else:
            _take_file(root, states.get(root), found)
    signatures = _without_removed(_one_name_each(found, states), skipped, roots)
    lost = [source for source in states if source not in signatures]
    covered = [root for root, is_folder in roots.items() if is_folder]
    away = _Away(missing, found.closed, covered)
    result = ScanResult(signatures, [s for s in lost if not away.keeps(s, states[s])])
    result.missing = away.count
    unread = found.unread | dict.fromkeys(found.closed, "folder")
    result.unread = _without_removed(unread, skipped, roots)
    for root in missing:
        result.missing.setdefault(root, 0)
    return result


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is the folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _keep_known(found: discovery.Found, states: Mapping[str, DocumentState]) -> None:
    """Documents whose file was text once are still there: the reader says what is wrong now."""
    for source in found.unread.keys() & states.keys():
        del found.unread[source]
        found.signatures[source] = ""


class _Away:
    """Tells documents whose place is away from those whose file is gone."""

    def __init__(self, missing: list[str], closed: list[str], folders: list[str]) -> None:
        self._kept = [*missing, *closed]
        self._folders = folders
        self._devices: dict[str, tuple[str, int | None]] = {}
        self.count: dict[str, int] = {}

    def keeps(self, source: str, state: DocumentState) -> bool:
        place = next((p for p in self._kept if is_below(source, p)), None)
        if place is None:
            folder = os.path.dirname(source)
            nearest, device = self._nearest(folder)
            known = discovery.identity(state.signature)
            elsewhere = known is not None and device is not None and known[0] != device
            orphan = nearest != folder and not any(is_below(source, f) for f in self._folders)
            if not (elsewhere or orphan):
                return False
            place = folder
        self.count[place] = self.count.get(place, 0) + 1
        return True

    def _nearest(self, folder: str) -> tuple[str, int | None]:
        """The nearest folder above that is there, and its device."""
        if folder not in self._devices:
            try:
                self._devices[folder] = (folder, os.stat(folder).st_dev)
            except OSError:
                above = os.path.dirname(folder)
                self._devices[folder] = (folder, None) if above == folder else self._nearest(above)
        return self._devices[folder]


def _below(root: str, excluded: Sequence[str]) -> discovery.Found | None:
    try:
        return discovery.below(root, excluded) if os.path.isdir(root) else None
    except DocumentError:
        return None


def _take_file(root: str, state: DocumentState | None, found: discovery.Found) -> None:
    """Take a file that was added by itself, or the file beside it that it was renamed to."""
    try:
        found.add(root, os.stat(root))
        return
    except OSError:
        pass
    identity = discovery.identity(state.signature) if state is not None else None
    if identity is None:
        return
    try:
        with os.scandir(os.path.dirname(root)) as entries:
            for entry in entries:
                if has_readable_name(Path(entry.name)) and entry.is_file(follow_symlinks=False):
                    at = entry.stat(follow_symlinks=False)
                    if (at.st_dev, at.st_ino) == identity:
                        found.add(entry.path, at)
    except OSError:
        return


def _one_name_each(found: discovery.Found, states: Mapping[str, DocumentState]) -> dict[str, str]:
    """One name for each file: the one that is in the library, else the first."""
    chosen: dict[tuple[int, int], str] = {}
    for path in sorted(found.signatures, key=lambda p: (p not in states, p)):
        identity = found.identities.get(path)
        if identity is not None and identity[1]:  # some file systems do not number files
            chosen.setdefault(identity, path)
    kept = set(chosen.values())
    return {
        path: mark
        for path, mark in sorted(found.signatures.items())
        if path in kept or not found.identities.get(path, (0, 0))[1]
    }


def _without_removed(
    signatures: dict[str, Value],
    skipped: Mapping[str, tuple[str, str]],
    roots: Iterable[str],
) -> dict[str, Value]:
    """Leave out what the person removed, unless they added it again since."""
    removed = [path for path, (mark, _) in skipped.items() if mark == REMOVED]
    if not removed:
        return signatures

    def is_out(path: str) -> bool:
        for out in removed:
            if is_below(path, out):
                return not any(is_below(r, out) and is_below(path, r) for r in roots)
        return False

    return {path: mark for path, mark in signatures.items() if not is_out(path)}
