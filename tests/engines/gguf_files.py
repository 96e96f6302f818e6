"""Small GGUF files for tests, with what their headers are to say."""

import struct
from pathlib import Path

_F32 = 0


def gguf_text(value: str) -> bytes:
    """A text as GGUF has it: its size, then its bytes."""
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def gguf_value(value: object) -> bytes:
    """A value of a header behind the number of its type: texts, numbers, lists of texts."""
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_text(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    assert isinstance(value, list)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(gguf_text, value))


def write_gguf(path: Path, meta: dict[str, object], *, weights: int = 64, cut: int = 0) -> Path:
    """A GGUF file with this header and one tensor of so many weights; `cut` bytes are missing."""
    entries = b"".join(gguf_text(key) + gguf_value(value) for key, value in meta.items())
    tensor = gguf_text("token_embd.weight") + struct.pack("<IQIQ", 1, weights, _F32, 0)
    count = 1 if weights else 0
    head = b"GGUF" + struct.pack("<IQQ", 3, count, len(meta)) + entries
    head += tensor if weights else b""
    head += b"\0" * (-len(head) % 32)
    data = head + b"\0" * (4 * weights)
    path.write_bytes(data[: len(data) - cut])
    return path


def renamed(source: Path, target: Path, changes: dict[bytes, bytes]) -> Path:
    """A copy of a GGUF with parts of its header replaced by others of the same length."""
    data = bytearray(source.read_bytes())
    for old, new in changes.items():
        assert len(old) == len(new)
        at = data.find(old)
        assert at >= 0
        data[at : at + len(old)] = new
    target.write_bytes(data)
    return target
