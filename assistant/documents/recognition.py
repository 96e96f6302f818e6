"""Files without a parser of their own: text is told by its first bytes, the rest by its kind."""

import codecs
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "picture",
    "photograph",
    "scan",
    "recording",
    "video",
    "archive",
    "program",
    "font",
    "database",
    "document",
    "key",
    "copy",
    "other",
    "empty",
    "large",
    "closed",
    "folder",
    "unread",
]


@dataclass(frozen=True)
class Name:
    """A kind in words: one, many, and the sentence that says why such a file is not read."""

    one: str
    many: str
    sentence: str


NAMES: dict[Kind, Name] = {
    "picture": Name("picture", "pictures", "It is a picture."),
    "photograph": Name(
        "picture without text", "pictures without text", "It is a picture without text."
    ),
    "scan": Name("scan", "scans", "Its pages are scanned pictures without text."),
    "recording": Name("sound file", "sound files", "It is a sound file."),
    "video": Name("video", "videos", "It is a video."),
    "archive": Name("archive", "archives", "It is an archive; what is in it is not looked at."),
    "program": Name("program", "programs", "It is a program."),
    "font": Name("font", "fonts", "It is a font."),
    "database": Name("data file", "data files", "It is a database or the data of a program."),
    "document": Name(
        "document of another format",
        "documents of other formats",
        "It is a document of a format that cannot be read yet.",
    ),
    "key": Name("key", "keys", "It is a key or a certificate."),
    "copy": Name("backup copy", "backup copies", "It is a backup copy, or a file in the making."),
    "other": Name("other binary file", "other binary files", "It is a binary file, not text."),
    "empty": Name("empty file", "empty files", "It is empty."),
    "large": Name("too large", "too large", "It is too large."),
    "closed": Name("that cannot be opened", "that cannot be opened", "It cannot be opened."),
    "folder": Name(
        "folder that cannot be opened",
        "folders that cannot be opened",
        "The folder cannot be opened.",
    ),
    "unread": Name("that could not be read", "that could not be read", "It could not be read."),
}
# Enough to tell text from all else, and read at once from any disk.
SAMPLE_BYTES = 8_192
# The share of control characters that a log or a terminal's recording may have.
_CONTROLS = 0.01
# Fewer bytes that are mostly no ASCII may be anything.
_LONG, _FOREIGN = 64, 0.3

_SUFFIXES: dict[Kind, str] = {
    "picture": (
        "png jpg jpeg gif bmp tif tiff webp heic heif avif ico icns svg svgz psd ai eps jp2 cr2"
        " nef dng xcf"
    ),
    "recording": "mp3 wav flac ogg oga opus m4a aac wma aif aiff mid midi amr",
    "video": "mp4 m4v mov avi mkv webm mpg mpeg wmv flv 3gp ogv",
    "archive": (
        "zip gz tgz bz2 tbz xz txz zst lz4 7z rar tar jar war whl iso dmg img deb rpm apk cab"
    ),
    "program": "exe dll so dylib a o class pyc pyo pyd wasm msi bin ko elf",
    "font": "ttf otf woff woff2 eot pfb",
    "database": "db sqlite sqlite3 mdb accdb dbf parquet feather npy npz h5 hdf5 onnx gguf pt",
    "document": "doc ppt pps pages numbers odg vsd wpd djvu mobi azw3",
    "key": "pem crt cer der p12 pfx gpg kdbx jks",
    "copy": "bak orig rej tmp temp swp swo part crdownload",
}
_BY_SUFFIX: dict[str, Kind] = {
    suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()
}
_BEGINNINGS: tuple[tuple[Kind, tuple[bytes, ...]], ...] = (
    ("picture", (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"<svg")),
    ("recording", (b"ID3", b"OggS", b"fLaC")),
    ("archive", (b"PK\3\4", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")),
    (
        "program",
        (b"\x7fELF", b"MZ", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe"),
    ),
    ("font", (b"OTTO", b"\0\1\0\0", b"wOF")),
    ("database", (b"SQLite format 3",)),
    ("document", (b"\xd0\xcf\x11\xe0", b"%!PS")),
)
# Text by its letters alone: nothing in it can be read.
_ARMOURED = (b"-----BEGIN ", b"<svg", b"%!PS")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_by_name(name: str) -> Kind | None:
    """The kind of file that its suffix stands for, if that is one without text to read."""
    if name.endswith("~") or (name.startswith("#") and name.endswith("#")):
        return "copy"
    return _BY_SUFFIX.get(name.rpartition(".")[2].lower()) if "." in name else None


def kind_by_content(sample: bytes) -> Kind | None:
    """The kind of file that begins with `sample`; None if that is text to read."""
    if not sample.strip():
        return "empty"
    if sample.startswith(b"-----BEGIN "):
        return "key"
    if _is_text(sample) and not sample.startswith(_ARMOURED):
        return None
    return next((kind for kind, starts in _BEGINNINGS if sample.startswith(starts)), "other")


def _is_text(sample: bytes) -> bool:
    """Tell whether the bytes decode, and have few control characters."""
    wide = sample.startswith(_MARKS[1:])
    if b"\0" in sample and not wide:
        return False
    text = _decoded(sample, "utf-16" if wide else "utf-8")
    if text is None:
        # An eight-bit encoding of old: no byte is wrong in it, so that none may be in doubt.
        text = sample.decode("latin-1")
        foreign = sum(c > "\x7f" for c in text) > len(text) * _FOREIGN
        return not any(map(_is_control, text)) and (len(text) >= _LONG or not foreign)
    return sum(map(_is_control, text)) <= len(text) * _CONTROLS


def _decoded(sample: bytes, encoding: str) -> str | None:
    """The text of a sample, which may end within a character; None if it is not so encoded."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
    except UnicodeDecodeError:
        return None


def _is_control(c: str) -> bool:
    """Tell whether a character is one that text does not have: ESC colours what terminals
    record."""
    return (c < " " and c not in "\t\n\r\f\x0b\x1b") or c == "\x7f"
