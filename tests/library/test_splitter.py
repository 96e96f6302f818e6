"""Splitting loses nothing, keeps offsets, and never crosses a heading."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.checker import text_statements
from assistant.documents.parsers import parse
from assistant.errors import DocumentError
from assistant.language.words import approximate_tokens
from assistant.library.splitter import TARGET_TOKENS, split


def passages(name: str, text: str) -> list[str]:
    document, _ = parse(Path(name), text.encode())
    return [document.text[p.start : p.end] for p in split(document)]


def test_short_neighbours_are_merged_and_long_paragraphs_cut_at_sentences() -> None:
    short = "A short one.\n\nAnother short one."
    assert passages("a.txt", short) == [short]
    sentence = "This sentence has about ten words in it, more or less. "
    parts = passages("a.txt", sentence * 60)
    assert len(parts) > 2
    assert all(part.startswith("This") and part.endswith("less.") for part in parts)
    assert max(map(approximate_tokens, parts)) <= TARGET_TOKENS * 5 // 4


@pytest.mark.parametrize(
    "piece", ["?", "a.", "Mr. ", "J. ", "U.S. A ", '."', "[1]", " [", "\n", " \n", "- ", "1. "]
)
def test_a_text_of_one_piece_takes_no_longer_than_others(piece: str) -> None:
    """What is in proportion to a length's square stands still at a file's size."""
    text = f"x{piece * (40_000 // len(piece))}x"
    began = time.process_time()
    passages("a.txt", text)
    list(text_statements(text))
    assert time.process_time() - began < 3


def test_two_full_paragraphs_stay_two_passages() -> None:
    paragraph = "This sentence has about ten words in it, more or less. " * 8
    assert len(passages("a.txt", f"{paragraph}\n\n{paragraph}")) == 2


def test_a_passage_never_crosses_a_heading_and_knows_its_path() -> None:
    document, _ = parse(Path("a.md"), b"# A\n\none\n\n## B\n\ntwo\n\n# C\n\nthree")
    found = [(document.text[p.start : p.end], p.headings, p.lines) for p in split(document)]
    assert found == [
        ("one", ("A",), (3, 3)),
        ("two", ("A", "B"), (7, 7)),
        ("three", ("C",), (11, 11)),
    ]


def test_a_heading_with_nothing_below_it_is_not_lost() -> None:
    assert passages("a.md", "# Only this") == ["# Only this"]
    assert passages("a.md", "# First\n\n# Second\n\ntext") == ["# First", "text"]


mixed = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab .!\n\r\t#-|`=\u0301\U0001f600\u4e2d\ufeff\u200b"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=300,
)


@given(mixed, st.sampled_from([".txt", ".md"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_the_law_of_offsets(text: str, suffix: str, encoding: str) -> None:
    """Passages and sentences are slices of the text; together they hold all that is visible."""
    try:
        document, _ = parse(Path(f"a{suffix}"), text.encode(encoding))
    except DocumentError:
        return
    decoding = "utf-8-sig" if encoding == "utf-8" else encoding  # a byte order mark is no text
    assert document.text == text.encode(encoding).decode(decoding)
    found = split(document)
    for p in found:
        assert p.sentences[0][0] == p.start
        assert p.sentences[-1][1] == p.end
        assert all(p.start <= a < b <= p.end for a, b in p.sentences)
    if suffix == ".txt":
        seen = "".join("".join(document.text[a:b].split()) for p in found for a, b in p.sentences)
        assert seen == "".join(document.text.split())
