"""Texts that count as the same, held against definitions of their own."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squad_definition import FIXTURE, expected

from assistant.evaluation.text_matching import (
    contains,
    exact_match,
    f1,
    normalise,
    overlaps,
    rouge_l,
    same_sentence,
)

RECORDED = [json.loads(row) for row in FIXTURE.read_text(encoding="utf-8").splitlines()]


def test_exact_match_and_f1_are_squad_s_on_500_recorded_predictions() -> None:
    assert len(RECORDED) == 500
    for row in RECORDED:
        wanted = row["exact"], row["f1"]
        assert wanted == pytest.approx(expected(row["prediction"], row["answers"]))
        found = (
            exact_match(row["prediction"], row["answers"]),
            f1(row["prediction"], row["answers"]),
        )
        assert found == pytest.approx(wanted), row


@settings(deadline=None)
@given(
    st.text("aehnt .-\u2013Z\u00e90_", max_size=30),
    st.lists(st.text("aehnt -\u2013Z", max_size=12)),
)
def test_they_are_squad_s_on_any_text(prediction: str, answers: list[str]) -> None:
    found = exact_match(prediction, answers), f1(prediction, answers)
    assert found == pytest.approx(expected(prediction, answers))


def test_squad_s_normalisation() -> None:
    assert normalise("The  U.S. Army, a-z!") == "us army az"


def test_gold_is_contained_as_whole_words() -> None:
    assert contains("It was in October 2014.", ["october, 2014", "x"])
    assert not contains("It was in 20145.", ["2014"])
    assert not contains("anything", ["", "..."])


def test_sentences_match_whatever_stands_between_their_letters() -> None:
    marked = "However , the tail may have a `` few '' very dull stripes ."
    assert same_sentence(marked, 'however, the tail may have a "few" very dull stripes')
    assert same_sentence(marked, "It is blue. However, the tail may have a few very dull stripes.")
    assert not same_sentence("Yes.", "Yes, it is.")  # too short to tell by containment
    assert same_sentence("Yes.", "yes")
    assert not same_sentence("The bridge is red and old.", "The bridge is red and new.")


def test_passages_overlap_by_half_of_the_shorter_one() -> None:
    gold = "The bridge was built by Otto Stahn in the year 1896 over the river Spree."
    assert overlaps(gold, "Otto Stahn in the year 1896 over the river Spree. It is red.")
    assert not overlaps(gold, "The river Spree flows by. The bridge is closed in the winter.")
    assert not overlaps(gold, "")


def test_rouge_l_is_f1_of_the_longest_common_subsequence() -> None:
    # Lin 2004, section 3.1: police killed the gunman / police kill the gunman / the gunman kill police
    assert rouge_l("police kill the gunman", ["police killed the gunman"]) == pytest.approx(3 / 4)
    assert rouge_l("the gunman kill police", ["police killed the gunman"]) == pytest.approx(2 / 4)
    assert rouge_l("x", ["y", "x z"]) == pytest.approx(2 / 3)
    assert rouge_l("", ["y"]) == 0
    assert rouge_l("y", []) == 0


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_rouge_l_is_what_the_plain_recurrence_finds(one: list[str], other: list[str]) -> None:
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
            )
    common = table[-1][-1]
    wanted = 2 * common / (len(one) + len(other)) if common else 0
    assert rouge_l(" ".join(one), [" ".join(other)]) == pytest.approx(wanted)
