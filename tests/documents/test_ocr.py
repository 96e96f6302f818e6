"""Scanned pages and pictures of text are read, with page and place; bombs and noise are refused."""

import io
import os
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from known_text import recovered

from assistant.assistant import Assistant
from assistant.cli.answers import located
from assistant.documents import ocr
from assistant.documents.document import Document
from assistant.documents.parsers import parse
from assistant.documents.sandbox import PageRead, Parsing, Sandbox
from assistant.errors import DocumentError, NoTextError
from assistant.library.events import FileFailed, FileIndexed, PageRecognised

FILES = Path(__file__).parent / "files"
pytestmark = pytest.mark.skipif(
    not ocr.is_installed(), reason="the extra `ocr` is not installed (`uv run --extra ocr pytest`)"
)
pytest.importorskip("PIL", reason="Pillow comes with the extra `ocr`")

from PIL import Image, ImageDraw, ImageFilter, ImageFont  # noqa: E402 - not without the extra

# Pages of known text, each from a PDF with text and its number there.
PAGES = (("pages.pdf", 0), ("pages.pdf", 1), ("libreoffice.pdf", 0), ("columns.pdf", 0))
DOTS = 300


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def drawn(name: str, index: int) -> Image.Image:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(FILES / name)
    page = pdf[index].render(scale=DOTS / 72).to_pil().convert("L")
    pdf.close()
    return page


def scanned(page: Image.Image, seed: int) -> Image.Image:
    """The page as a scanner sees it: a little askew, soft, with grain."""
    chance = random.Random(seed)
    askew = page.rotate(chance.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, fillcolor=255)
    grain = Image.effect_noise(askew.size, 40)
    return Image.blend(askew.filter(ImageFilter.GaussianBlur(0.8)), grain, 0.15)


def typed(lines: list[str]) -> Image.Image:
    page = Image.new("L", (1400, 200 + 70 * len(lines)), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text(
            (100, 100 + 70 * number), line, 0, ImageFont.load_default(size=44)
        )
    return page


def saved(page: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    page.save(made, kind, **options)
    return made.getvalue()


def known(name: str, index: int) -> str:
    document = parse(Path(name), (FILES / name).read_bytes())[0]
    return " ".join(document.text[b.start : b.end] for b in document.blocks if b.page == index + 1)


@pytest.mark.slow
def test_scanned_pages_are_read_in_order_with_page_and_place() -> None:
    """Four pages and a typed one, 300 dots an inch, askew and grainy."""
    wanted = [known(name, index) for name, index in PAGES]
    lines = [
        "The lease of the boathouse ends on 30 June 2027.",
        "Its rent is 1,240 crowns a year, due on the first of May.",
    ]
    pictures = [scanned(drawn(name, index), n) for n, (name, index) in enumerate(PAGES)]
    pictures.append(scanned(typed(lines), 9))
    data = saved(pictures[0], "PDF", save_all=True, append_images=pictures[1:], resolution=DOTS)
    own = Sandbox()
    steps = own.steps(Path("scan.pdf"), data)
    told: list[PageRead] = []
    document = None
    while document is None:
        try:
            told.append(next(steps))
        except StopIteration as end:
            document = end.value[0]
    assert [read.page for read in told] == list(range(len(pictures) + 1))
    found = [text_of(document, page) for page in range(1, len(pictures) + 1)]
    shares = [recovered(a, b) for a, b in zip([*wanted, " ".join(lines)], found, strict=True)]
    own.close()
    print("processor time of the child, a page:", _children_s() / len(pictures), "s")
    print("words recovered in order, page by page:", [round(share, 4) for share in shares])
    # Page by page a sentence that goes on overleaf counts as lost, and as whole over all.
    assert recovered(" ".join([*wanted, *lines]), document.text) >= 0.97
    assert min(shares) >= 0.9
    for block in document.blocks:
        assert block.box is not None
        left, top, right, bottom = block.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


def _children_s() -> float:
    """Processor time of the children that have ended, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def text_of(document: Document, page: int) -> str:
    return "\n".join(document.text[b.start : b.end] for b in document.blocks if b.page == page)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_picture_of_text_is_read(kind: str, sandbox: Sandbox) -> None:
    page = typed(["The bridge keeper is Zora Lindqvist."])
    document, parser = sandbox.parse(Path(f"note.{kind.lower()}"), saved(page, kind))
    assert (parser, document.text) == ("picture", "The bridge keeper is Zora Lindqvist.")
    (block,) = document.blocks
    assert block.page == 1
    assert block.box is not None
    left, top, right, bottom = block.box
    assert left == pytest.approx(100 / 1400, abs=0.02)
    assert top < 120 / 270 < bottom
    assert right < 0.8


def test_a_folder_s_pictures_are_documents_and_its_photographs_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "note.png").write_bytes((FILES / "note.png").read_bytes())
    (folder / "sea.jpg").write_bytes(saved(Image.effect_noise((600, 400), 30), "JPEG"))
    with Assistant(model="none", folder=tmp_path / "library") as assistant:
        events = list(assistant.library.add([str(folder)]))
        assert not [e for e in events if isinstance(e, FileFailed)]
        (unread,) = assistant.library.unread()
        assert (Path(unread.source).name, unread.kind) == ("sea.jpg", "photograph")
        assert [e for e in assistant.library.sync() if isinstance(e, PageRecognised)] == []
        answer = assistant.answerer().complete("Who is the bridge keeper?")
    (citation,) = answer.citations
    assert "Zora Lindqvist" in citation.quote
    assert citation.box is not None
    assert located(citation).endswith("note.png:1, page 1, read from a picture")
    assert answer.to_json()["citations"][0]["picture"] == {"page": 1, "box": list(citation.box)}


def test_what_waited_is_read_by_the_first_sync_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan that failed, a picture, and a document of which a page was missing."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("scan.pdf", "half.pdf", "note.png"):
        (folder / name).write_bytes((FILES / name).read_bytes())
    with Assistant(model="none", folder=tmp_path / "library") as assistant:
        library = assistant.library
        with monkeypatch.context() as patch:
            patch.setattr(ocr, "is_installed", lambda: False)
            patch.setattr(Sandbox, "steps", _at_once)
            list(library.add([str(folder)]))
            assert [Path(d.source).name for d in library.sources()] == ["half.pdf"]
            assert library.sources()[0].unread_pages == 1
            assert {f.kind for f in library.unread()} == {"picture", "scan"}
            assert not [e for e in library.sync() if isinstance(e, FileIndexed)][1:]
        read = [e for e in library.sync() if isinstance(e, PageRecognised)]
        assert {Path(e.source).name for e in read} == {"half.pdf", "note.png", "scan.pdf"}
        assert "note.png" in [Path(d.source).name for d in library.sources()]
        assert [d.unread_pages for d in library.sources()] == [0] * len(library.sources())
        assert not [e for e in library.sync() if isinstance(e, PageRecognised)]


def _at_once(self: Sandbox, path: Path, data: bytes) -> Parsing:
    """Read in this process, where the test decides what is installed."""
    return parse(path, data)
    yield


def test_a_picture_is_read_upright_and_on_white(sandbox: Sandbox) -> None:
    page = typed(["The toll was raised in 1871."])
    turned = saved(page.rotate(90, expand=True), "JPEG", exif=_orientation(6))
    assert sandbox.parse(Path("a.jpg"), turned)[0].text == "The toll was raised in 1871."
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=page.point(lambda value: 255 - value))
    assert sandbox.parse(Path("a.png"), saved(clear, "PNG"))[0].text == (
        "The toll was raised in 1871."
    )


def _orientation(turn: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = turn
    return exif


def test_each_page_of_a_fax_is_read(sandbox: Sandbox) -> None:
    first, second = typed(["The first page."]), typed(["The second page."])
    data = saved(first, "TIFF", save_all=True, append_images=[second])
    document, _ = sandbox.parse(Path("fax.tif"), data)
    assert [b.page for b in document.blocks] == [1, 2]
    assert document.text == "The first page.\n\nThe second page."


def test_a_photograph_without_text_is_no_document(sandbox: Sandbox) -> None:
    for picture in (Image.effect_noise((600, 400), 30), Image.new("RGB", (16, 16), "red")):
        with pytest.raises(NoTextError, match="no text was found"):
            sandbox.parse(Path("a.png"), saved(picture, "PNG"))


def test_what_is_too_coarse_to_be_read_is_not_guessed(sandbox: Sandbox) -> None:
    path = FILES / "half.pdf"
    document, _ = sandbox.parse(path, path.read_bytes())
    assert "No text was recognised in the picture of page 2." in document.note
    assert {b.page for b in document.blocks} == {1}


def test_bombs_and_noise_are_refused_in_a_sentence(sandbox: Sandbox) -> None:
    small = typed(["Read."])
    cases = {
        "bomb.png": _bomb(60_000, 60_000),
        "cut.png": saved(small, "PNG")[:300],
        "noise.jpg": random.Random(1).randbytes(20_000),
        "noise.tiff": b"II*\x00" + random.Random(2).randbytes(20_000),
        "gif.png": saved(small, "GIF"),
        "empty.webp": b"RIFF",
    }
    for name, data in cases.items():
        with pytest.raises(DocumentError) as caught:
            sandbox.parse(Path(name), data)
        assert caught.value.message.endswith(".")
        assert "its parser failed" not in caught.value.message
    with pytest.raises(DocumentError, match="million pixels"):
        sandbox.parse(Path("bomb.png"), _bomb(60_000, 60_000))


def _bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that unpacks to gigabytes of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(width // 8 + 1) * 1_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
