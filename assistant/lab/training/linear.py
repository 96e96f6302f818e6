"""Fits the two linear models by numpy: a ranking within groups, and a logistic regression."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_STEPS = 400
_STEP_SIZE = 0.05


def fit_ranking(groups: Sequence[tuple[Matrix, Matrix]], penalty: float = 0.01) -> Matrix:
    """Weights under which right rows of a group score above its others; shape (features,).

    A conditional logit with several right answers (McFadden 1974): the mean over groups of
    -ln(sum of softmax over the right rows), plus an L2 penalty on standardised features,
    minimised by Adam (Kingma & Ba 2015). Each group is (rows x features, 0/1 per row); groups
    without a right row say nothing and are left out.
    """
    rows = np.concatenate([x for x, _ in groups])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    usable = [((x - mean) / scale, y) for x, y in groups if y.any()]
    weights = np.zeros(rows.shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        gradient = penalty * weights
        for x, y in usable:
            p = _softmax(x @ weights)
            right = p * y
            gradient = gradient + x.T @ (p - right / right.sum()) / len(usable)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        corrected = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        weights = weights - _STEP_SIZE * (first / (1 - 0.9**step)) / corrected
    return np.asarray(weights / scale)


def fit_logistic(
    rows: Matrix, labels: Matrix, counts: Matrix, penalty: float = 0.01
) -> tuple[float, Matrix]:
    """Bias and weights of a logistic regression, by Newton's method (McCullagh & Nelder 1989).

    `rows` are (questions x signals), `labels` 0 or 1, `counts` how much each question counts.
    """
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    x = np.column_stack([np.ones(len(rows)), (rows - mean) / scale])
    ridge = np.full(x.shape[1], penalty * counts.sum())
    ridge[0] = 0.0
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        curvature = (x * (counts * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        gradient = x.T @ (counts * (p - labels)) + ridge * weights
        weights = weights - np.linalg.solve(curvature, gradient)
    plain = weights[1:] / scale
    return float(weights[0] - (plain * mean).sum()), np.asarray(plain)


def auroc(positive: Matrix, negative: Matrix) -> float:
    """The probability that a positive scores above a negative (Mann & Whitney 1947)."""
    above = (positive[:, None] > negative[None]).mean()
    return float(above + (positive[:, None] == negative[None]).mean() / 2)


def _softmax(scores: Matrix) -> Matrix:
    p = np.exp(scores - scores.max())
    return np.asarray(p / p.sum())
