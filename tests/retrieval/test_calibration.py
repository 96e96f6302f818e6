"""A library's own scale and threshold: kept as text, put on the model that they are of."""

import json
from dataclasses import replace

import pytest

from assistant.retrieval.calibration import Calibration, Scale, log_odds, read_calibration
from assistant.retrieval.outcome import LIKELY, outcome
from assistant.retrieval.reranker import Linear, RankingModel, RankingModels, probability

MADE = Calibration(
    slope=0.7, intercept=0.4, threshold=0.3, threshold_as_shipped=0.15, model="plain",
    ranking="abc", reader="", questions=30, answerable=20, sha256="0" * 64, made_on="2026-11-23",
)  # fmt: skip
PLAIN = RankingModel(Linear(0, {"a": 1}), Linear(-1, {"b": 2, "c": -0.5}), 0.2)
READER = replace(PLAIN, threshold=0.5)
MODELS = RankingModels(PLAIN, READER, "abc")


def test_a_calibration_is_kept_as_text() -> None:
    assert read_calibration(MADE.to_text()) == MADE


@pytest.mark.parametrize(
    "change",
    [
        {"slope": 0},
        {"slope": "1"},
        {"threshold": 1.5},
        {"model": "words"},
        {"more": 1},
        {"slope": True},
    ],
)
def test_what_is_no_calibration_is_none(change: dict[str, object]) -> None:
    assert read_calibration(json.dumps(json.loads(MADE.to_text()) | change)) is None


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '"0.3"'])
def test_other_text_is_none(text: str) -> None:
    assert read_calibration(text) is None


def test_it_puts_its_model_on_the_scale_and_leaves_the_others() -> None:
    applied = MADE.applied(MODELS)
    assert applied.with_reader == READER
    assert applied.plain.threshold == MADE.threshold
    row = {"b": 1.5, "c": 2.0}
    shipped = probability(PLAIN.confidence(row))
    scale = Scale(MADE.slope, MADE.intercept)
    assert probability(applied.plain.confidence(row)) == pytest.approx(scale(shipped))
    assert applied.hash != MODELS.hash


def test_it_holds_for_the_weights_and_the_reader_it_was_fitted_with() -> None:
    assert MADE.fits(MODELS, "")
    assert not MADE.fits(MODELS, "another reader")
    assert not MADE.fits(replace(MODELS, hash="new weights"), "")


def test_log_odds_undo_probability_and_are_finite_at_the_ends() -> None:
    assert probability(log_odds(0.37)) == pytest.approx(0.37)
    assert log_odds(0) == pytest.approx(-10, abs=0.01)
    assert log_odds(1) == pytest.approx(10, abs=0.01)


def test_an_answer_of_low_confidence_is_a_perhaps_and_below_the_threshold_there_is_none() -> None:
    assert outcome(LIKELY, answered=True) == "answered"
    assert outcome(LIKELY - 0.01, answered=True) == "perhaps"
    assert outcome(0.9, answered=False) == "not_found"


def test_without_vectors_the_models_over_words_rank_where_there_are_any() -> None:
    words = replace(PLAIN, threshold=0.9)
    both = replace(MODELS, words=words)
    assert both.pair(vectors=True) == (PLAIN, READER)
    assert both.pair(vectors=False) == (words, None)
    assert MODELS.pair(vectors=False) == (PLAIN, READER)
