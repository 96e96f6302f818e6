"""Real files of each format, most of them made by other programs, become text with structure."""

import re
from pathlib import Path

import pytest
from known_text import recovered

from assistant.documents import ocr
from assistant.documents.document import Document
from assistant.documents.parsers import PARSERS, parse
from assistant.errors import DocumentError

FILES = Path(__file__).parent / "files"
# Files made from known.md, and the path to its last section.
FROM_KNOWN = (
    "pandoc.docx pandoc.odt pandoc.html pandoc.rtf known.epub known.ipynb libreoffice.docx "
    "libreoffice.rtf libreoffice.pdf libreoffice.html slides.pptx slides.odp"
).split()


def read(name: str) -> Document:
    path = FILES / name
    return parse(path, path.read_bytes())[0]


def blocks(name: str, kind: str = "") -> list[str]:
    document = read(name)
    return [document.text[b.start : b.end] for b in document.blocks if kind in {"", b.kind}]


def known_words() -> str:
    """The words of known.md as they are meant to be read; footnotes stand at different places."""
    text = (FILES / "known.md").read_text(encoding="utf-8")
    _, _, body = text.partition("# The old bridge")
    body, _, _ = body.partition("[^1]:")
    return re.sub(r"\[\^1\]|```(?:python)?|[|#-]+(?=[\s|-])", " ", f"The old bridge {body}")


@pytest.mark.parametrize("name", FROM_KNOWN)
def test_the_words_of_a_known_text_are_recovered_in_order(name: str) -> None:
    document = read(name)
    # A row of a table repeats the names of its columns: only what is missing counts.
    plain = re.sub(r"\b(?:Year|Repair|Cost): ", "", document.text)
    assert recovered(known_words(), plain) >= 0.98
    assert "The ledger of the foundry is kept in the town archive, shelf 12." in document.text
    assert document.title in {"The bridges of Amberwick", "The old bridge"}


@pytest.mark.parametrize("name", FROM_KNOWN)
def test_headings_make_the_path_and_spans_hold_whole_paragraphs(name: str) -> None:
    document = read(name)
    (singing,) = (b for b in document.blocks if "Lindqvist" in document.text[b.start : b.end])
    assert singing.headings[-1] == "The new bridge"
    text = " ".join(document.text[singing.start : singing.end].split())
    assert text.endswith("with dampers \u2014 an idea of the caretaker, Zo\xeb Lindqvist.")
    (row,) = (b for b in document.blocks if "91,000" in document.text[b.start : b.end])
    row_text = document.text[row.start : row.end]
    assert "ipynb" in name or row_text == "Year: 1987; Repair: new deck; Cost: 91,000"


@pytest.mark.parametrize("name", ["columns.pdf", "pages.pdf"])
def test_a_pdf_is_read_column_by_column_with_its_hyphens_joined(name: str) -> None:
    document = read(name)
    source = (FILES / "tides.ms").read_text(encoding="utf-8")
    known = " ".join(line for line in source.splitlines() if not line.startswith("."))
    assert recovered(known, document.text) >= 0.98
    for joined in ("self-registering", "north-west", "constructed", "understandably"):
        assert joined in document.text
    assert [b.headings[-1] for b in document.blocks if b.kind == "heading"][1:] == [
        "1. Introduction",
        "2. The instrument",
        "3. Results",
        "4. Discussion",
    ]
    assert "Volume 12" not in document.text


def test_a_pdf_s_paragraphs_know_their_page() -> None:
    document = read("pages.pdf")
    pages = {b.page for b in document.blocks}
    assert pages == {1, 2, 3}
    (last,) = (b for b in document.blocks if "harbour office" in document.text[b.start : b.end])
    assert last.page == 3


def test_what_stands_turned_on_a_page_is_read_line_by_line() -> None:
    document = read("turned.pdf")
    found = [(b.page, b.headings[-1], document.text[b.start : b.end]) for b in document.blocks]
    tolls, piers, letter = (
        "Tolls of the old bridge",
        "The plan of the piers",
        "The mason\u2019s letter",
    )
    assert (1, tolls, "Copied from the ledger in the town archive") in found
    assert (1, tolls, "DRAFT COPY") in found  # slanted, large, and no heading
    assert found[-6:] == [
        (2, piers, piers),
        (
            2,
            piers,
            "Seen from the river the third pier leans by two inches, as the mason had warned in his"
            " letter of the spring before.",
        ),
        (2, piers, "Nobody listened to him until the ice of that winter."),
        (3, piers, "This was printed upside down."),
        (3, letter, letter),
        (
            3,
            letter,
            "Sirs, the third pier stands upon clay and not upon rock, and it will lean before the"
            " year is out.",
        ),
    ]


def test_cells_of_a_pdf_s_table_stand_below_their_header_even_where_some_are_empty() -> None:
    assert blocks("turned.pdf", "table") == [
        "Year | North gate | South gate | Keeper",
        "Year: 1871; North gate: 412; South gate: 388; Keeper: Harrow",
        "Year: 1872; South gate: 401; Keeper: Pell",
        "Year: 1873; North gate: 395; Keeper: Marsh",
    ]


def test_scanned_pages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    assert "`uv run --extra ocr assistant sync` reads it." in read("half.pdf").note
    assert read("half.pdf").unread_pages == 1
    assert "Page 2 is scanned" in read("half.pdf").note
    with pytest.raises(DocumentError, match="scanned"):
        read("scan.pdf")


def test_slides_are_pages() -> None:
    for name in ("slides.pptx", "slides.odp"):
        document = read(name)
        titles = [(b.page, b.headings[-1]) for b in document.blocks if b.kind == "heading"]
        assert titles == [
            (1, "The bridges of Amberwick"),
            (2, "The old bridge"),
            (3, "The new bridge"),
            (4, "Notes"),
        ]


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx", "people.xls", "people.ods"])
def test_a_row_is_read_with_the_names_of_its_columns(name: str) -> None:
    rows = blocks(name, "table")
    assert rows[0] == "Name | Born | City | Salary"
    assert rows[2] == ("Name: Alan Turing; Born: 1912-06-23; City: Maida Vale, London; Salary: 980")
    document = read(name)
    assert document.text.count("\n", 0, document.text.index("Grace")) >= 3


def test_an_old_spreadsheet_is_read_as_it_shows_and_without_its_hidden_sheet() -> None:
    assert read("people.xls").text.split("\n\n")[-1].splitlines() == [
        "TRUE",
        "2024-05-03 14:30",
        "0.3",
    ]
    assert "hidden" not in read("people.xls").text


def test_a_page_is_its_article() -> None:
    document = read("page.html")
    assert document.title == "Bridge closed for a week"
    assert "Caf\xe9 owners" in document.text
    assert "third closure this year." in document.text
    for furniture in ("Home", "cookies", "newsletter", "Imprint", "must see", "tracking", "[2]"):
        assert furniture not in document.text


def test_mail_is_read_with_who_wrote_it() -> None:
    document = read("mail.eml")
    assert document.title == "D\xe4mpers for the cables"
    assert "From: Zo\xeb Lindqvist <zoe@example.org>" in document.text
    assert document.text.count("4,200") == 1
    assert "Attachments: offer.pdf" in document.text
    box = read("git.mbox")
    subjects = [b.headings for b in box.blocks if b.kind == "heading"]
    assert [s[-1] for s in subjects] == [
        "[PATCH 1/2] Count the trams on the new bridge",
        "[PATCH 2/2] Count them again",
    ]


def test_json_values_are_named_by_their_path() -> None:
    assert "name: Thornhill; population: 9100; mayor.name: Ines Okafor; mayor.since: 2001" in (
        blocks("towns.json")
    )
    document = read("events.jsonl")
    assert (
        document.text.splitlines()[1] == "id: 2; event: opening; year: 2004; by.name: Ines Okafor"
    )
    assert "1 lines" in document.note


def test_source_code_is_kept_as_it_is() -> None:
    code = b"def load(trams):\n    return trams * 42.5\n\n\nclass Bridge:\n    pass\n"
    document, parser = parse(Path("load.py"), code)
    assert document.text == code.decode()
    assert parser == "code"
    assert document.title == "load"


def test_each_format_has_a_file_here() -> None:
    have = {path.suffix for path in FILES.iterdir()}
    missing = {p.name for p in PARSERS.values()} - {
        PARSERS[suffix].name for suffix in have if suffix in PARSERS
    }
    assert missing == {"text", "code", "configuration"}


@pytest.mark.parametrize(
    "name", [*FROM_KNOWN, "columns.pdf", "page.html", "git.mbox", "towns.json"]
)
def test_blocks_are_in_order_and_hold_all_that_is_visible(name: str) -> None:
    document = read(name)
    position = 0
    for block in document.blocks:
        assert not document.text[position : block.start].strip()
        assert document.text[block.start : block.end].strip()
        position = block.end
    assert not document.text[position:].strip()
