"""Sentences are found where a reader would find them, and nothing of the text is lost."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.sentences import MAX_SENTENCE_CHARS, sentence_spans


def found(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.N. chief visited Libya.", "He left."],
        ["Gen. Hifter met Mr. Lavrov on Aug. 14.", "They talked."],
        ["J. R. R. Tolkien wrote it.", "It sold well."],
        ["It is in the U.S.", "The other is in the U.K."],
        ['"We are coming," he said.', '"Those who lay down weapons are safe," he said.'],
        ['"Is it over?" she asked.', "Nobody knew."],
        ["It costs 3.50 dollars, i.e. 3 euros.", "That is cheap!"],
        ["He waited ... and waited.", "Then he left."],
        ["See Fig. 3 and No. 7 of vol. 2.", "All is there."],
        ["これは文です。", "次の文です。"],
        ["He earned a Ph.D. in Leipzig.", "She did not."],
        ["Was it cited?[3]", "Yes, it was."],
    ],
)
def test_borders(sentences: list[str]) -> None:
    joiner = "" if "。" in sentences[0] else " "
    assert found(joiner.join(sentences)) == sentences


def test_hard_line_breaks_do_not_end_a_sentence() -> None:
    assert found("A line that\r\ngoes on. And\nanother.") == [
        "A line that\r\ngoes on.",
        "And\nanother.",
    ]


def test_list_items_and_table_rows_stand_alone() -> None:
    assert found("Bring:\n- a tent\n- two lamps\n1. a map") == [
        "Bring:",
        "- a tent",
        "- two lamps",
        "1. a map",
    ]
    assert found("| a | b |\n| 1 | 2 |") == ["| a | b |", "| 1 | 2 |"]


def test_blank_lines_end_a_sentence_without_a_mark() -> None:
    assert found("A heading\n\nIts text follows.") == ["A heading", "Its text follows."]


def test_a_text_without_any_mark_is_cut_at_spaces() -> None:
    pieces = found("word " * 2_000)
    assert max(map(len, pieces)) <= MAX_SENTENCE_CHARS
    assert all(piece.startswith("word") and piece.endswith("word") for piece in pieces)


texts = st.text(
    alphabet=st.one_of(
        st.sampled_from('abcXYZ .!?"\n\r\t-|0123,;:)(e\u0301\U0001f600\u3002\ufeff'),
        st.characters(),
    ),
    max_size=400,
)


@given(texts)
def test_every_character_but_white_space_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
