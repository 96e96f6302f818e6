"""Files without a suffix that says so are text by their content, and all else has its kind."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.parsers import kind_of, parse
from assistant.documents.recognition import NAMES, SAMPLE_BYTES, kind_by_content
from assistant.errors import DocumentError

ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("README", b"Run make, then install.\n"),
        ("Makefile", b"all:\n\tcc -o bridge bridge.c\n"),
        ("notes.2024", "Grüße aus Köln\n".encode()),
        ("brief", "Grüße aus Köln, und bis bald in der alten Stadt am Rhein.\n".encode("cp1252")),
        ("письмо", ("Мост через реку построен в 1896 году. " * 3).encode("cp1251")),
        ("wide", "The bridge.".encode("utf-16")),
        ("marked", b"\xef\xbb\xbfThe bridge."),
        ("assistant.1", b".TH ASSISTANT 1\n.SH NAME\nassistant \\- answers questions\n"),
        ("session", b"\x1b[32mok\x1b[0m 12 passed\n" * 20),
        (".env", b"PORT=8080\n"),
        ("letter.txt~", b"Dear Ms Meyer,\n"),
    ],
)
def test_text_is_read_under_any_name(name: str, data: bytes) -> None:
    document, parser = parse(Path(name), data)
    assert parser == "text"
    assert document.text


def test_a_sample_may_end_within_a_character() -> None:
    text = "x" * (SAMPLE_BYTES - 1) + "ü and more"
    assert parse(Path("LONG"), text.encode())[0].text == text


@pytest.mark.parametrize(
    ("start", "parser"),
    [(b"<!DOCTYPE html><p>Hi there</p>", "html"), (b"{\\rtf1 Hi there}", "rtf")],
)
def test_a_format_is_told_by_how_it_begins(start: bytes, parser: str) -> None:
    document, found = parse(Path("download"), start)
    assert found == parser
    assert "Hi there" in document.text
    assert "<p>" not in document.text


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("photo.heic", PNG, "picture"),
        ("photo", PNG, "picture"),
        ("logo.svg", b"<svg></svg>", "picture"),
        ("assistant", ELF, "program"),
        ("setup.exe", b"MZ\x90\0", "program"),
        ("backup", b"\x1f\x8b\x08\0\0\0", "archive"),
        ("song.mp3", b"ID3\x03\0", "recording"),
        ("letter.doc", b"\xd0\xcf\x11\xe0\0", "document"),
        ("id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n", "key"),
        ("notes.txt~", b"old text", "copy"),
        ("store", b"SQLite format 3\0" + bytes(80), "database"),
        ("noise", bytes(range(256)) * 4, "other"),
        ("short", b"\xfd\xfc\xfb\xfa\xf9", "other"),
        ("nothing", b"", "empty"),
        ("blank", b" \n\n\t", "empty"),
    ],
)
def test_what_is_no_text_has_a_kind(name: str, data: bytes, kind: str) -> None:
    assert kind_of(Path(name), data) == kind


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("photo.gif", b"text", r"Files like \.gif cannot be read"),
        ("ls", ELF, "It is a program"),
        ("id_rsa", b"-----BEGIN RSA PRIVATE KEY-----\nMII\n", "key"),
        ("EMPTY", b"", "It is empty"),
    ],
)
def test_a_file_by_name_that_is_no_text_is_refused_with_its_reason(
    name: str, data: bytes, says: str
) -> None:
    with pytest.raises(DocumentError, match=says):
        parse(Path(name), data)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_have_a_kind(data: bytes) -> None:
    kind = kind_by_content(data)
    assert kind is None or kind in NAMES


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=300))
def test_letters_are_text(text: str) -> None:
    data = text.encode()
    assert kind_by_content(data) in ({None} if data.strip() else {"empty"})
