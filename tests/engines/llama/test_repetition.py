"""A model's loops: held back while they may be one, cut behind the first copy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engines.llama.repetition import LONGEST, RepetitionFilter


def through(texts: list[str], *, unfinished: bool = False) -> tuple[str, bool]:
    """What is left of the pieces, and whether a loop was found."""
    loops = RepetitionFilter()
    said: list[str] = []
    for text in texts:
        said += [piece for piece, _ in loops.push(text, 0.0)]
        if loops.stopped:
            return "".join(said), True
    said += [piece for piece, _ in loops.flush(unfinished=unfinished)]
    return "".join(said), loops.stopped


def pieces(text: str) -> list[str]:
    """The words, each with the space before it, as tokens are."""
    return [word if i == 0 else f" {word}" for i, word in enumerate(text.split(" "))]


def test_three_copies_in_a_row_leave_the_first() -> None:
    text = "So be it. The bridge is old. The bridge is old. The bridge is old. The bridge"
    assert through(pieces(text)) == ("So be it. The bridge is old.", True)


def test_a_loop_from_the_first_word_on_is_one_although_no_space_precedes_it() -> None:
    assert through(pieces("The bridge is old. " * 3 + "And")) == ("The bridge is old.", True)


def test_the_full_stop_of_the_first_copy_stays() -> None:
    copy = ["The", " bridge", " is", " old", "."]
    text, found = through(["Well", ".", *[f" {copy[0]}", *copy[1:]] * 3])
    assert (text, found) == ("Well. The bridge is old.", True)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_loops_of_a_word_or_two_are_seen_as_longer_ones(count: int) -> None:
    text, found = through(["Oh"] + [f" w{n}" for n in range(count)] * 12)
    assert found
    assert len(text.split()) <= 1 + 2 * 4


def test_two_copies_are_left_as_they_are() -> None:
    twice = "The bridge is old. The bridge is old. So it is."
    assert through(pieces(twice)) == (twice, False)


def test_an_answer_without_room_for_the_third_copy_is_cut_as_well() -> None:
    text = pieces("Yes. The bridge is old. The bridge is old. The bridge")
    assert through(text, unfinished=True) == ("Yes. The bridge is old.", True)
    assert through(text, unfinished=False) == ("".join(text), False)


def test_tables_and_rows_of_dots_are_no_loops() -> None:
    for text in ("| --- " * 8 + "|", ". " * 30 + "12", "0 " * 20):
        assert through(pieces(text), unfinished=True) == (text, False)
    assert through(["-"] * 200)[1]


def test_each_piece_goes_on_at_once_unless_it_repeats() -> None:
    loops = RepetitionFilter()
    assert loops.push("The", -1.0) == [("The", -1.0)]
    for text in (" bridge", " is", " old", "."):
        assert loops.push(text, -2.0) == [(text, -2.0)]
    assert loops.push(" The", -3.0) == []
    assert loops.push(" mill", -4.0) == [(" The", -3.0), (" mill", -4.0)]


@given(
    before=st.lists(st.text("abc .", min_size=1, max_size=3), max_size=20),
    copy=st.lists(st.text("abc", min_size=1, max_size=3), min_size=4, max_size=LONGEST),
)
def test_a_loop_ends_and_whatever_leaves_is_a_beginning_without_a_third_copy(
    before: list[str], copy: list[str]
) -> None:
    whole = before + copy * 3
    text, found = through(whole)
    assert found
    assert "".join(whole).startswith(text)
    assert len(text) <= len("".join(before + copy))


@given(st.lists(st.sampled_from(["a", "b", " a", "\n", "."]), max_size=60))
def test_without_a_loop_nothing_is_lost(texts: list[str]) -> None:
    text, found = through(texts)
    assert found or text == "".join(texts)
