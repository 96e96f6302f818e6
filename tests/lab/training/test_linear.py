"""The two fits find what the data was made from."""

import numpy as np
import pytest

from assistant.lab.training.linear import auroc, fit_logistic, fit_ranking


def test_the_ranking_finds_the_feature_that_decides() -> None:
    random = np.random.default_rng(1)
    groups = []
    for _ in range(200):
        rows = random.normal(size=(6, 3)) * [1, 5, 1]
        right = np.zeros(6)
        right[np.argmax(rows[:, 0] - 0.5 * rows[:, 2])] = 1
        groups.append((rows, right))
    weights = fit_ranking(groups)
    assert weights[0] > 0 > weights[2]
    assert abs(weights[1]) < abs(weights[0]) / 20
    first = [right[np.argmax(rows @ weights)] for rows, right in groups]
    assert np.mean(first) > 0.95


def test_groups_without_a_right_row_do_not_count() -> None:
    rows = np.array([[1.0], [0.0]])
    with_noise = [(rows, np.array([1.0, 0.0]))] * 5 + [(rows, np.zeros(2))] * 50
    assert fit_ranking(with_noise)[0] > 1


def test_the_logistic_regression_recovers_its_weights() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(20_000, 2)) * [1, 10] + [0, 3]
    odds = 0.5 + rows @ [2.0, -0.1]
    labels = (random.random(20_000) < 1 / (1 + np.exp(-odds))).astype(float)
    bias, weights = fit_logistic(rows, labels, np.ones(len(rows)), penalty=0.0)
    assert bias == pytest.approx(0.5, abs=0.1)
    assert weights == pytest.approx([2.0, -0.1], abs=0.1)


def test_auroc_counts_ties_as_half() -> None:
    assert auroc(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == 0.875
