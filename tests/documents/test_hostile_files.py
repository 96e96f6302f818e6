"""Files made to do harm are named and skipped, in bounded time and memory."""

import io
import json
import random
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.documents.archive import Archive
from assistant.documents.html_tree import parse_html
from assistant.documents.parsers import parse
from assistant.documents.sandbox import Sandbox
from assistant.errors import DocumentError

FILES = Path(__file__).parent / "files"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]><d>&j;</d>"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(seconds=30, memory_bytes=1 << 30)
    yield made
    made.close()


def archive(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return made.getvalue()


def refusal(sandbox: Sandbox, name: str, data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        sandbox.parse(Path(name), data)
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    "name",
    "a.docx a.xlsx a.xls a.pptx a.odt a.epub a.pdf a.rtf a.ipynb a.mbox".split(),
)
def test_what_only_bears_the_name_of_a_format_is_refused(sandbox: Sandbox, name: str) -> None:
    noise = random.Random(name).randbytes(3_000)
    for data in (b"", b"no such thing", noise, archive({"other.txt": b"text"})):
        assert refusal(sandbox, name, data).endswith(".")
    known = next(FILES.glob(f"*{Path(name).suffix}"), None)
    if known is not None:  # what bears the name rightly is read
        assert sandbox.parse(known, known.read_bytes())[0].text


def test_declared_entities_are_refused(sandbox: Sandbox) -> None:
    for name, part in (("a.docx", "word/document.xml"), ("a.odt", "content.xml")):
        began = time.monotonic()
        assert "entities" in refusal(sandbox, name, archive({part: LAUGHS.encode()}))
        assert time.monotonic() - began < 20


def test_a_zip_bomb_is_refused(sandbox: Sandbox) -> None:
    bomb = archive({"word/document.xml": b"<d>" + b" " * 300_000_000})
    assert len(bomb) < 1_000_000
    assert "unpacks to more" in refusal(sandbox, "a.docx", bomb)


def test_deep_nesting_is_refused(sandbox: Sandbox) -> None:
    deep = b"<p>" * 100_000
    assert "nested" in refusal(sandbox, "a.docx", archive({"word/document.xml": deep}))
    assert "nested" in refusal(sandbox, "a.json", b"[" * 100_000)
    assert "nested" in refusal(sandbox, "a.rtf", b"{\\rtf" + b"{" * 100_000)
    document, _ = sandbox.parse(Path("a.html"), b"<div>" * 100_000 + b"still read")
    assert document.text == "still read"


@pytest.mark.parametrize("tail", ["", ">", "'", '">'])
@pytest.mark.parametrize(
    "piece",
    [
        "<![CDATA[",
        "<![CDATA[x]]",
        "<!--",
        "<!--!",
        "<a ",
        "<a b='",
        "<p \"'",
        "</a",
        "<script ",
        "<?",
    ],
)
def test_markup_without_an_end_takes_no_time(piece: str, tail: str) -> None:
    """Each took time with the square of its size: 30 kB of "<a " took a second, 300 kB minutes."""
    began = time.process_time()
    parse_html(f"<p>read</p>{piece * 20_000}{tail}")
    assert time.process_time() - began < 2


def test_numbers_without_an_end_are_no_characters() -> None:
    document = parse(Path("a.html"), b"<p title='&#" + b"9" * 5000 + b";'>a &#" + b"9" * 5000)[0]
    assert document.text == "a \ufffd"


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<b><p>one</b> sentence</p><i>two", "one sentence\n\ntwo"),
        ("<p><b>one<p>two</b> words", "one\n\ntwo words"),
        ("<a href=x><div>one</a> sentence</div>two", "one sentence\n\ntwo"),
        ("<table>lost<tr><td>a<td>b</table>", "lost\n\na | b"),
    ],
)
def test_markup_that_is_wrongly_nested_is_read_as_browsers_do(page: str, read: str) -> None:
    assert parse(Path("a.html"), page.encode())[0].text == read


def test_what_stands_around_markup_is_read() -> None:
    page = """<!DOCTYPE html><!-- a > b --><p>one <!-->two<!--->three</p><script>x = '<!--'</script>
    <p class='it"s' title="a > b">four 3 < 4 & 5 &lt; 6</p><style>p > a</style><p>five</p>
    <script src="x"/><p>six</p><![CDATA[ hidden ]]><p>seven"""
    assert parse(Path("a.html"), page.encode())[0].text.split("\n\n") == [
        "one twothree",
        "four 3 < 4 & 5 < 6",
        "five",
        "six",
        "seven",
    ]


def test_names_in_archives_are_never_paths(sandbox: Sandbox, tmp_path: Path) -> None:
    rels = b'<r><Relationship Id="r1" Target="../../../../../etc/passwd"/></r>'
    book = b'<w><sheets><sheet name="s" id="r1"/></sheets></w>'
    parts = {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": rels, "../../out.txt": b"x"}
    assert "no text" in refusal(sandbox, "a.xlsx", archive(parts))
    assert list(tmp_path.iterdir()) == []


def test_a_locked_archive_says_so() -> None:
    data = bytearray(archive({"word/document.xml": b"<d/>"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    with pytest.raises(DocumentError, match="password"):
        parse(Path("a.docx"), bytes(data))


def test_a_parser_that_hangs_or_eats_memory_is_ended_and_the_next_file_read() -> None:
    # Millions of cells in one row: time or memory runs out.
    cells = b"".join(b'<c r="A1"><v>1</v></c>' * 1000 for _ in range(2_500))
    sheet = b"<w><sheetData>" + b"<row>" + cells + b"</row></sheetData></w>"
    rels = b'<r><Relationship Id="r1" Target="s.xml"/></r>'
    book = b'<w><sheets><sheet name="s" id="r1"/></sheets></w>'
    heavy = archive(
        {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": rels, "xl/s.xml": sheet}
    )
    tight = Sandbox(seconds=0.5, memory_bytes=1 << 30)
    message = refusal(tight, "a.xlsx", heavy)
    assert "within" in message or "memory" in message
    document, _ = tight.parse(Path("b.csv"), b"a,b\n1,2\n")
    assert document.text == "a | b\na: 1; b: 2"
    tight.close()


def test_a_crash_takes_only_the_child_along(sandbox: Sandbox) -> None:
    sandbox.parse(Path("b.csv"), b"a,b\n1,2\n")
    assert sandbox._process is not None
    sandbox._process.kill()
    sandbox._process.wait()
    assert sandbox.parse(Path("b.csv"), b"a,b\n1,2\n")[0].text


def test_a_child_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    assert "crashed" in refusal(Sandbox(), "b.csv", b"a,b\n1,2\n")


def test_the_child_reads_as_the_parser_does(sandbox: Sandbox) -> None:
    for path in FILES.iterdir():
        # What is recognised takes more memory than is allowed here; test_ocr.py reads it.
        if path.name in {"scan.pdf", "half.pdf", "note.png", "tides.ms", "turned.ps"}:
            continue
        assert sandbox.parse(path, path.read_bytes()) == parse(path, path.read_bytes())


def test_odd_names_of_parts_do_not_matter() -> None:
    made = Archive(archive({"a\nb\x1b[31m": b"x", "/absolute": b"y"}))
    assert made.read("nowhere") == b""
    assert made.read("/absolute") == b"y"


def test_long_lines_are_read(sandbox: Sandbox) -> None:
    line = json.dumps({"k": "word " * 400_000})
    document, _ = sandbox.parse(Path("a.jsonl"), line.encode())
    assert len(document.text) > 1_900_000
