"""Bytes of any encoding become text, or are refused as binary."""

import pytest

from assistant.documents.decoding import decode
from assistant.errors import DocumentError

GERMAN = "Die Brücke über die Spree wurde 1896 eröffnet; sie heißt Oberbaumbrücke."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_needs_no_note(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding)) == (GERMAN, "")


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_other_encodings_are_read_with_a_note(encoding: str) -> None:
    text, note = decode(GERMAN.encode(encoding))
    assert text == GERMAN
    assert note.startswith("It is not UTF-8; it was read as")


def test_cyrillic_of_old_is_recognised() -> None:
    russian = "Мост был открыт весной, и по нему пошли первые поезда через широкую реку. " * 5
    assert decode(russian.encode("cp1251"))[0] == russian


@pytest.mark.parametrize(
    "data", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"text\0text"]
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="binary"):
        decode(data)


def test_line_ends_are_kept() -> None:
    assert decode(b"a\r\nb\rc\n")[0] == "a\r\nb\rc\n"
