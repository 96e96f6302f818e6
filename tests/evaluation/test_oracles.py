"""Our measures against the libraries of the field, which are in the development group alone."""

import math
import random

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import auc, roc_auc_score

from assistant.evaluation import statistics
from assistant.evaluation.text_matching import rouge_l
from assistant.lab.training import linear

SETS = [(seed, size, steps) for seed in range(5) for size in (3, 40, 500) for steps in (3, 1000)]


def drawn(seed: int, size: int, steps: int) -> tuple[statistics.Array, statistics.Array]:
    """Scores, with ties where there are few steps, and outcomes, of which both are there."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, steps, size) / steps
    outcomes = (rng.random(size) < scores / 2 + 0.2).astype(np.float64)
    outcomes[:2] = 0, 1
    return scores, outcomes


@pytest.mark.parametrize(("seed", "size", "steps"), SETS)
def test_auroc_is_scikit_learn_s(seed: int, size: int, steps: int) -> None:
    scores, outcomes = drawn(seed, size, steps)
    expected = pytest.approx(roc_auc_score(outcomes, scores))
    assert statistics.auroc(scores, outcomes).value(size) == expected
    assert linear.auroc(scores[outcomes == 1], scores[outcomes == 0]) == expected


@pytest.mark.parametrize(("seed", "size", "steps"), SETS)
def test_auroc_of_a_resample_is_scikit_learn_s_with_weights(
    seed: int, size: int, steps: int
) -> None:
    scores, outcomes = drawn(seed, size, steps)
    compared = 0
    for weights in statistics.resample(size, seed, 5)[0]:
        if weights @ outcomes and weights @ (1 - outcomes):
            expected = roc_auc_score(outcomes, scores, sample_weight=weights)
            found = statistics.auroc(scores, outcomes).compute(weights[None])[0]
            assert found == pytest.approx(expected)
            compared += 1
    assert compared


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_quantiles_are_numpy_s_with_and_without_weights(share: float) -> None:
    values, _ = drawn(1, 101, 1000)
    assert statistics.quantile(values, share).value(101) == pytest.approx(
        np.quantile(values, share)
    )
    weights = statistics.resample(101, 1, 1)[0]
    repeated = np.repeat(values, weights[0].astype(int))
    found = statistics.quantile(values, share).compute(weights)[0]
    assert found == pytest.approx(np.quantile(repeated, share))


@pytest.mark.parametrize("seed", range(5))
def test_the_calibration_error_is_that_of_scikit_learn_s_curve(seed: int) -> None:
    probabilities, outcomes = drawn(seed, 500, 997)
    observed, mean = calibration_curve(outcomes, probabilities, n_bins=10)
    sizes = np.histogram(probabilities, bins=10, range=(0, 1))[0]
    expected = np.abs(observed - mean) @ sizes[sizes > 0] / 500
    found = statistics.calibration_error(probabilities, outcomes).value(500)
    assert found == pytest.approx(expected)


def test_the_area_of_risk_is_that_under_the_curve() -> None:
    """Without ties: the curve's steps, each as wide as one question."""
    rng = np.random.default_rng(3)
    scores, errors = rng.permutation(200) / 200, (rng.random(200) < 0.3).astype(np.float64)
    risks = np.cumsum(errors[np.argsort(-scores)]) / np.arange(1, 201)
    edges = np.repeat(np.arange(201) / 200, 2)[1:-1]
    expected = auc(edges, np.repeat(risks, 2))
    assert statistics.risk_area(scores, errors).value(200) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("gained", "lost"), [(0, 1), (1, 1), (5, 0), (3, 12), (40, 25), (400, 460)]
)
def test_mcnemar_s_test_is_scipy_s_binomial_test(gained: int, lost: int) -> None:
    expected = binomtest(gained, gained + lost, 0.5).pvalue
    assert math.isclose(statistics.mcnemar(gained, lost), expected, rel_tol=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_rouge_l_is_rouge_score_s(seed: int) -> None:
    rng = random.Random(seed)
    words = "ban visited libya in october of the year 2014 again".split()
    said = " ".join(rng.choices(words, k=rng.randrange(1, 15)))
    golds = [" ".join(rng.choices(words, k=rng.randrange(1, 15))) for _ in range(3)]
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    expected = max(scorer.score(gold, said)["rougeL"].fmeasure for gold in golds)
    assert rouge_l(said, golds) == pytest.approx(expected)
