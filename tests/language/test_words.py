"""Terms: when two words count as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.words import content_terms, names, terms, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000", "1000"),
        ("Café", "cafe"),
        ("Gadhafi's", "Gadhafi"),
        ("Gadhafi\u2019s", "GADHAFI"),
        ("marched", "marching"),
        ("two", "2"),
        ("cities", "city"),
    ],
)
def test_forms_of_one_word_share_a_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_different_numbers_do_not() -> None:
    assert terms("1.5") != terms("15")
    assert terms("2011") != terms("2012")


def test_hyphens_and_units_separate() -> None:
    assert terms("31-mile march") == terms("31 miles marched")


def test_content_terms_leave_function_words_out() -> None:
    assert content_terms("Who was the general of it?") == terms("general")


def test_names_are_capitals_and_numbers_but_not_a_sentence_s_first_word() -> None:
    found = names("The army of Hifter left Gharyan in 2019. They went on.")
    assert found == set(terms("Hifter Gharyan 2019"))


def test_a_script_without_spaces_is_searched_by_its_characters() -> None:
    assert terms("東京都") == ["東", "京", "都"]


@given(st.text(max_size=200))
def test_words_are_slices_of_the_text_and_terms_are_never_empty(text: str) -> None:
    assert all(text[w.start : w.end] == w.text for w in words(text))
    assert all(terms(text))
