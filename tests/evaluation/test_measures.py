"""Measures, on answers made by hand."""

import pytest

from assistant.evaluation.measures import Scored, contains, normalise, summary


def scored(**changes: object) -> Scored:
    plain = {
        "answerable": True, "refused": False, "gold_in_answer": True, "gold_in_first_sentence": True,
        "gold_in_passages": True, "words": 10, "confidence": 0.9, "composed": False,
        "invalid_quotes": 0, "total_ms": 100.0, "first_token_ms": 50.0,
    }  # fmt: skip
    return Scored(**(plain | changes))  # type: ignore[arg-type]


def test_squad_s_normalisation() -> None:
    assert normalise("The  U.S. Army, a-z!") == "us army az"


def test_gold_is_contained_as_whole_words() -> None:
    assert contains("It was in October 2014.", ["october, 2014", "x"])
    assert not contains("It was in 20145.", ["2014"])
    assert not contains("anything", ["", "..."])


def test_the_summary_of_a_mixed_set() -> None:
    measures = summary(
        [
            scored(),
            scored(gold_in_answer=False, words=30, composed=True),
            scored(refused=True, gold_in_answer=False, confidence=0.3),
            scored(
                answerable=False,
                refused=True,
                gold_in_answer=None,
                gold_in_first_sentence=None,
                gold_in_passages=None,
                confidence=0.1,
            ),
            scored(
                answerable=False,
                gold_in_answer=None,
                gold_in_first_sentence=None,
                gold_in_passages=None,
                confidence=0.9,
            ),
        ]
    )
    assert measures["gold_in_answer"] == pytest.approx(1 / 3)
    assert measures["false_refusals"] == pytest.approx(1 / 3)
    assert measures["refused_unanswerable"] == 0.5
    assert measures["median_words"] == 20
    assert measures["auroc_confidence"] == pytest.approx((1 + 0.5 + 1 + 0.5 + 1 + 0) / 6)
    assert measures["composed"] == 0.5
    assert measures["gold_in_composed"] == 0


def test_what_no_question_tells_is_none() -> None:
    measures = summary([scored()])
    assert measures["refused_unanswerable"] is None
    assert measures["auroc_confidence"] is None
    assert summary([])["median_total_ms"] is None
