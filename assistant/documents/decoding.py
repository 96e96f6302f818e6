"""Bytes become text, whatever their encoding, without a silent guess."""

import codecs

from assistant.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 65_536


def decode(data: bytes) -> tuple[str, str]:
    """The text of `data`, and a note if it was not plain UTF-8 (else "").

    Raises DocumentError for binary data: it has no text to quote from.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None:
        encoding = _unmarked_utf16(data[:_SAMPLE_BYTES])
    if encoding is None and _is_binary(data[:_SAMPLE_BYTES]):
        raise DocumentError("It is a binary file, not text.")
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        text, encoding = _decode_legacy(data)
    if "\0" in text:
        raise DocumentError("It is a binary file, not text.")
    plain = encoding in {None, "utf-8-sig"}
    return text, "" if plain else f"It is not UTF-8; it was read as {encoding}."


def _is_binary(sample: bytes) -> bool:
    controls = sum(sample.count(bytes([c])) for c in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return b"\0" in sample or controls > len(sample) // 20


def _unmarked_utf16(sample: bytes) -> str | None:
    """UTF-16 without its mark shows as a zero in every second byte of western text."""
    half = len(sample) // 2
    if half < 2:
        return None
    for name, zeros, letters in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        if zeros.count(0) > half * 0.7 and letters.count(0) < half * 0.05:
            return name
    return None


def _decode_legacy(data: bytes) -> tuple[str, str]:
    """An eight-bit or multi-byte encoding of old, judged by how its letters run."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, threshold=0.3).best()
    # Western European text is by far the most usual; short samples fool any detector.
    western = data.decode("cp1252", errors="replace")
    if best is None or best.encoding in {"cp1252", "latin_1", "cp1250", "mac_roman", "cp1257"}:
        return western, "Windows-1252 (western European)"
    if _reads_as_western(western) and len(data) < 2_000:
        return western, "Windows-1252 (western European)"
    return str(best), best.encoding


def _reads_as_western(text: str) -> bool:
    """Tell whether nearly all letters are ASCII, and those that are not look like accents."""
    accents = [c for c in text if ord(c) > 127]
    return len(accents) < len(text) // 8 and "\ufffd" not in accents
