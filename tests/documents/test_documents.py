"""Text and Markdown become blocks with headings; offsets refer to the text as it is."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.document import LineMap
from assistant.documents.parsers import parse
from assistant.errors import DocumentError

MARKDOWN = b"""---
title: "The guide"
---

# Start *here*

One paragraph
on two lines.

## Setup ##

- a list
- of two

| a | b |
|---|---|
| 1 | 2 |

Next
====

```python
# not a heading

x = 1
```
"""


def blocks(name: str, data: bytes) -> list[tuple[str, str, tuple[str, ...]]]:
    document, _ = parse(Path(name), data)
    return [(b.kind, document.text[b.start : b.end], b.headings) for b in document.blocks]


def test_markdown_structure() -> None:
    start = ("Start here",)
    setup = ("Start here", "Setup")
    assert blocks("guide.md", MARKDOWN) == [
        ("heading", "# Start *here*", start),
        ("paragraph", "One paragraph\non two lines.", start),
        ("heading", "## Setup ##", setup),
        ("list", "- a list\n- of two", setup),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", setup),
        ("heading", "Next\n====", ("Next",)),
        ("code", "```python\n# not a heading\n\nx = 1\n```", ("Next",)),
    ]


def test_markdown_is_the_same_with_windows_line_ends() -> None:
    unix = [
        (kind, text.replace("\r", ""), path)
        for kind, text, path in blocks("a.md", MARKDOWN.replace(b"\n", b"\r\n"))
    ]
    assert unix == blocks("a.md", MARKDOWN)


def test_the_title_comes_from_front_matter_heading_first_line_or_name() -> None:
    assert parse(Path("x.md"), MARKDOWN)[0].title == "The guide"
    assert parse(Path("x.md"), b"# Only a *heading*\n")[0].title == "Only a heading"
    assert (
        parse(Path("x.txt"), b"A short first line\n\nThen the text, which goes on.")[0].title
        == "A short first line"
    )
    assert (
        parse(Path("notes-2024.txt"), b"A sentence, not a title.\n\nMore.")[0].title == "notes-2024"
    )


def test_an_unclosed_fence_and_front_matter_lose_nothing() -> None:
    assert [b[1] for b in blocks("a.md", b"---\nno end")] == ["---", "no end"]
    assert blocks("a.md", b"~~~\ncode\n\nmore")[0][1] == "~~~\ncode\n\nmore"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!--\n# no heading\n-->", [("paragraph", "<!--\n# no heading\n-->", ())]),
        ("# A `b_c` of d_e_f", [("heading", "# A `b_c` of d_e_f", ("A b_c of d_e_f",))]),
        ("# \\# and &amp;", [("heading", "# \\# and &amp;", ("# and &",))]),
        ("Two\nlines\n===", [("heading", "Two\nlines\n===", ("Two lines",))]),
        ("- x\n---", [("list", "- x", ()), ("paragraph", "---", ())]),
        ("As follows:\n- a\n- b", [("paragraph", "As follows:", ()), ("list", "- a\n- b", ())]),
        ("a | b\nc | d", [("paragraph", "a | b\nc | d", ())]),
        ("As follows:\n\na|b\n-|-\nc", [("paragraph", "As follows:", ()), ("table", "a|b\n-|-\nc", ())]),
        ("Say:\n\n    # x\n\n    y", [("paragraph", "Say:", ()), ("code", "    # x\n\n    y", ())]),
        (
            "1. Run\n\n   ```\n   # x\n\n   y\n   ```\n\n2. Wait",
            [("list", "1. Run", ()), ("code", "   ```\n   # x\n\n   y\n   ```", ()), ("list", "2. Wait", ())],
        ),
        ("- a\n\n  more", [("list", "- a", ()), ("list", "  more", ())]),
        ("[a]: http://b\n\n[^1]: Of note.", [("paragraph", "[a]: http://b", ()), ("paragraph", "[^1]: Of note.", ())]),
        ("```\nx\n~~~\n```` \n# y", [("code", "```\nx\n~~~\n```` ", ()), ("heading", "# y", ("y",))]),
        ("#", [("heading", "#", ())]),
    ],
)  # fmt: skip
def test_markdown_is_read_as_commonmark_has_it(
    text: str, found: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    assert blocks("a.md", text.encode()) == found


@given(
    st.lists(
        st.sampled_from(["# a", "b_c *d*", "", "- e", "  f", "    g", "```", "> h", "===", "---", "|i|j|", "|-|-|", "<p>", "<!--", "[k]: l", "\t", "\x0c", "\u2028m", "1. n"]),
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)  # fmt: skip
def test_blocks_of_markdown_hold_every_letter_once_and_in_order(lines: list[str], end: str) -> None:
    text = "x" + end + end.join(lines)
    document, _ = parse(Path("a.md"), text.encode())
    spans = [(b.start, b.end) for b in document.blocks]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(document.text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_text_is_split_at_blank_lines_of_any_kind() -> None:
    assert [b[1] for b in blocks("a.txt", b"one\r\nline\r\n \r\ntwo\n\t\nthree\r\rfour")] == [
        "one\r\nline",
        "two",
        "three",
        "four",
    ]


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="empty"):
        parse(Path("a.txt"), data)


def test_an_unknown_format_names_those_that_are_known() -> None:
    with pytest.raises(DocumentError, match=r"\.md.*\.txt"):
        parse(Path("a.doc"), b"\xd0\xcf\x11\xe0")


def test_lines_count_as_an_editor_does() -> None:
    text = "one\r\ntwo\rthree\n\x0cfour\u2028still four"
    lines = LineMap(text)
    assert [lines.line(text.index(word)) for word in ("one", "two", "three", "four", "still")] == [
        1,
        2,
        3,
        4,
        4,
    ]
    assert lines.lines(0, len(text)) == (1, 4)
    assert lines.lines(0, text.index("two")) == (1, 1)
