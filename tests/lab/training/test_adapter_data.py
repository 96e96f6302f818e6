"""The adapter learns short sentences that keep the reader's words and say nothing of their own."""

import random

import pytest

from assistant.lab.training import adapter_data
from assistant.lab.training.adapter_data import Example, Found
from assistant.lab.training.adapter_text import Row, batches

PARAGRAPH = (
    "The bridge is made of steel. It was opened in March 1932 by the premier. "
    "Today 160,000 cars use the bridge a day."
)


def found(question: str, answer: str) -> Found:
    return Found(question, answer, PARAGRAPH, PARAGRAPH.index(answer))


def test_evidence_is_the_sentence_with_the_answer_or_the_one_before_it_too() -> None:
    asked = found("When was the bridge opened?", "March 1932")
    assert asked.evidence() == "It was opened in March 1932 by the premier."
    assert asked.evidence(two=True).startswith("The bridge is made of steel. It was")


def test_an_answer_over_two_sentences_has_no_evidence() -> None:
    assert found("Of what is it?", "steel. It was").evidence() == ""


def test_the_same_seed_makes_the_same_examples() -> None:
    asked = [
        found("When was the bridge opened?", "March 1932"),
        found("How many cars use the bridge a day?", "160,000"),
        found("Who opened the bridge?", "the premier"),
    ]
    made = adapter_data.examples(asked, seed=3)
    assert made == adapter_data.examples(asked, seed=3)
    assert {e.sentence for e in made} == {
        "The bridge was opened in March 1932.",
        "160,000 cars use the bridge a day.",
        "The premier opened the bridge.",
    }


@pytest.mark.parametrize(
    ("sentence", "foreign"),
    [
        ("The premier opened it.", []),
        ("The premier opens it.", []),
        ("The premier held a speech.", ["held", "speech"]),
    ],
)
def test_a_word_is_foreign_where_neither_evidence_nor_question_has_a_form_of_it(
    sentence: str, foreign: list[str]
) -> None:
    example = Example("Who opened it?", "The premier opened it.", "premier", sentence)
    assert adapter_data.foreign_words(example) == foreign


def test_a_sentence_without_the_answer_is_not_learned() -> None:
    example = Example("Who opened it?", "The premier opened it.", "premier", "He opened it then.")
    assert not adapter_data.is_good(example)


def test_batches_hold_every_row_once_and_stay_within_their_tokens() -> None:
    rows = [Row(tuple(range(10 + i % 30)), 5) for i in range(100)]
    made = batches(rows, 200, random.Random(1))
    assert sorted(len(r.ids) for b in made for r in b) == sorted(len(r.ids) for r in rows)
    assert all(len(b) * max(len(r.ids) for r in b) <= 200 for b in made)
