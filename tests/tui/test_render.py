"""Quotes as styled text, and documents wrapped around them."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from assistant.answering.answer import Citation
from assistant.tui import render
from assistant.tui.widgets.document_view import rows
from assistant.tui.widgets.hanging import Hanging, Paragraph

PLACE = Citation(1, "/a.txt", "a", None, (3, 3), (10, 31), "He came\n in May [b]2014", (), (22, 25))


def test_the_words_that_answer_stand_out_in_a_quote_without_markup() -> None:
    content = render.quoted(PLACE)
    assert content.plain == "\u201cHe came in May [b]2014\u201d"
    [bold] = [span for span in content.spans if span.style == "bold"]
    assert content.plain[bold.start : bold.end] == "May"


def test_a_quote_that_is_cut_keeps_the_words_that_answer() -> None:
    quote = "before " * 30 + "in May" + " after" * 30
    at = quote.index("in May")
    place = Citation(1, "/a.txt", "a", None, (1, 1), (0, len(quote)), quote, (), (at, at + 6))
    cut = render.quoted(place, 80).plain
    assert len(cut) <= 90
    assert cut.startswith("\u201c\u2026 before")
    assert "in May" in cut
    assert cut.endswith("after \u2026\u201d")


@given(st.text(alphabet="ab \u65e5\u0301", max_size=120), st.integers(6, 30))
def test_further_lines_hang_under_the_first(text: str, width: int) -> None:
    shown = Hanging([Paragraph(Content(text), Content("[1] "))]).laid_out(width).plain
    first, *rest = shown.split("\n")
    assert first.startswith("[1] ")
    assert all(line.startswith("    ") for line in rest)
    assert all(cell_len(line.rstrip()) <= width for line in [first, *rest])
    assert "".join(shown.split()) == "[1]" + "".join(text.split())


@given(st.text(alphabet="ab \n\u65e5\u0301\u200b", max_size=200), st.integers(2, 20))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    found = list(rows(text, width, 1))
    shown = [text[row.start : row.end] for row in found]
    assert "".join(shown) == text.replace("\n", "")
    assert all(cell_len(row.rstrip(" ")) <= width for row in shown)
    assert [row.number for row in found if row.number] == list(range(1, text.count("\n") + 2))


def test_pages_are_set_apart_where_they_begin() -> None:
    text = "one\ntwo\nthree\n"
    found = list(rows(text, 20, 1, [(0, 1), (8, 2)]))
    assert [(row.page, text[row.start : row.end]) for row in found] == [
        (1, ""),
        (0, "one"),
        (0, "two"),
        (2, ""),
        (0, "three"),
        (0, ""),
    ]
