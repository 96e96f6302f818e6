"""Whether a text denies, or says the contrary of, what a question speaks of."""

import pytest

from assistant.language.negation import negates, opposes, says_not
from assistant.language.words import content_terms, terms


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        ("The bridge was not closed.", True),
        ("Nobody closed the bridge.", True),
        ("It wasn\u2019t closed.", True),
        ("No one denied it.", False),  # twice
        ("The bridge was closed.", False),
        ("The notable bridge was closed.", False),
    ],
)
def test_a_text_denies_once_or_three_times(text: str, denies: bool) -> None:
    assert says_not(text) == denies


def test_a_negation_counts_for_what_stands_right_behind_it() -> None:
    quote = "The town was taken without clashes."
    assert not negates(quote, set(content_terms("Who took the town?")))
    assert negates(quote, set(content_terms("Where were the clashes?")))


@pytest.mark.parametrize(
    ("question", "sentence", "contrary"),
    [
        ("Who was the first king?", "Olaf was the last king.", True),
        ("Who was the first king?", "Olaf was the first king, Ivar the last.", False),
        ("What is the highest bridge?", "The lowest bridge is in Brede.", True),
        ("Who allowed fishing?", "The council forbade fishing.", False),  # another form: not known
        ("Who permits fishing?", "The council prohibits fishing.", True),
        ("Who built the bridge?", "Olaf built the bridge.", False),
        ("Where does the river start and end?", "The river begins near Brede.", False),
        ("Where does the river end?", "The river begins near Brede.", True),
    ],
)
def test_a_contrary_counts_where_the_word_itself_is_missing(
    question: str, sentence: str, contrary: bool
) -> None:
    assert opposes(question, set(terms(sentence))) == contrary
