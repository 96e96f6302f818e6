"""Archives that hold documents (docx, epub …), read with limits and never unpacked to disk."""

import io
import posixpath
import zipfile
import zlib
from urllib.parse import unquote

from assistant.errors import DocumentError

# A book with its pictures has some hundred parts; text beyond this was not written by a person.
MAX_PARTS = 20_000
MAX_PART_BYTES = 64_000_000
MAX_TOTAL_BYTES = 256_000_000
_READ_BYTES = 1 << 20


class Archive:
    """The parts of a zip file by name. Raises DocumentError for what is damaged or a bomb."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = {i.filename: i for i in self._zip.infolist()}
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError) as error:
            raise DocumentError("It is damaged: it is not the archive its name says.") from error
        if len(self._names) > MAX_PARTS:
            raise DocumentError(f"It holds more than {MAX_PARTS:,} parts.")
        self._read_bytes = 0

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def names(self) -> list[str]:
        """The names of all parts, as they stand in the archive."""
        return list(self._names)

    def read(self, name: str) -> bytes:
        """The bytes of a part; b"" if there is none of this name."""
        info = self._names.get(name)
        if info is None:
            return b""
        if info.flag_bits & 1:
            raise DocumentError("It is protected by a password.", "Save it without one.")
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as part:
                # What the archive says of its sizes may be false: count what comes.
                while piece := part.read(_READ_BYTES):
                    size += len(piece)
                    self._read_bytes += len(piece)
                    if size > MAX_PART_BYTES or self._read_bytes > MAX_TOTAL_BYTES:
                        raise DocumentError("It unpacks to more than can be read.")
                    pieces.append(piece)
        except (
            *(zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError),
            *(NotImplementedError, RuntimeError),
        ) as error:
            raise DocumentError("It is damaged: a part of it cannot be unpacked.") from error
        return b"".join(pieces)


def part_name(base: str, target: str) -> str:
    """The name of the part that `target`, as written in the part `base`, refers to."""
    plain = unquote(target.split("#", 1)[0])
    if plain.startswith("/"):
        return posixpath.normpath(plain).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), plain))
