"""Files of a folder that are not in the library, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.documents import ocr
from assistant.documents.parsers import is_picture
from assistant.documents.recognition import NAMES, Kind
from assistant.library.sources import REMOVED

_BY_MESSAGE: tuple[tuple[str, Kind], ...] = (
    ("It is empty", "empty"),
    ("It is larger", "large"),
    (ocr.SCAN, "scan"),
    (ocr.NO_TEXT, "photograph"),
    ("It is a picture", "picture"),
)


@dataclass(frozen=True)
class Unread:
    """A file or folder that was left out: of what kind it is, and a sentence why."""

    source: str
    kind: Kind
    reason: str


def listed(found: Mapping[str, Kind], skipped: Mapping[str, tuple[str, str]]) -> tuple[Unread, ...]:
    """The omissions, by path: from a look at the folders, and from failures of reading.

    What the person removed is not among it.
    """
    files = [Unread(source, kind, _reason(source, kind)) for source, kind in found.items()]
    files += [
        Unread(source, _kind(message), message)
        for source, (mark, message) in skipped.items()
        if mark != REMOVED and source not in found
    ]
    return tuple(sorted(files, key=lambda file: file.source))


def counted(kinds: Iterable[Kind]) -> str:
    """Counts of each kind: "3 pictures, 1 empty file"."""
    numbers = Counter(kinds)
    return ", ".join(
        f"{numbers[kind]:,} {name.one if numbers[kind] == 1 else name.many}"
        for kind, name in NAMES.items()
        if kind in numbers
    )


def waits_for_ocr(file: Unread) -> bool:
    """Tell if a file is a picture or scan that could be read with the extra `ocr`."""
    return file.kind == "scan" or (file.kind == "picture" and is_picture(Path(file.source)))


def _reason(source: str, kind: Kind) -> str:
    """Why a file of this kind is left out; of pictures that could be read, with what that takes."""
    readable = kind == "picture" and is_picture(Path(source))
    return f"{ocr.PICTURE} `{ocr.command()}` reads it." if readable else NAMES[kind].sentence


def _kind(message: str) -> Kind:
    """The kind of a file that could not be read, by what was said of it."""
    return next((kind for start, kind in _BY_MESSAGE if message.startswith(start)), "unread")
