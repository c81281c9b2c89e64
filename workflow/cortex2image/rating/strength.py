"""One score per method from choices between pairs: the model of Bradley and Terry (1952, Biometrika 39:324).

The odds that people choose method a over method b are exp(strength a - strength b). A choice of neither
counts half for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from cortex2image.rating.shares import POOLED, amounts, cluster_sums
from cortex2image.stats.crossed_intervals import FEWEST, Parts, student_interval

PRIOR_SD = 3.0
"""Spread of a normal prior on strengths, in log odds: who always won stays finite, others move little."""


@dataclass(frozen=True)
class Strengths:
    """Strengths of m methods, whose mean is 0, and their variances over stimuli and over raters."""

    methods: tuple[str, ...]
    values: np.ndarray
    parts: tuple[Parts, ...]


def strength_rows(choices: pd.DataFrame) -> list[dict[str, object]]:
    """Return a row of the table `preference_scores` for every subject and method.

    Parameters
    ----------
    choices : table of :func:`~cortex2image.rating.choices.read_choices`
        Of the design `methods` alone.
    """
    every = pd.concat([choices, choices.assign(subject=POOLED)], ignore_index=True)
    return [row for subject, some in every.groupby("subject") for row in _rows(str(subject), some)]


def _rows(subject: str, choices: pd.DataFrame) -> list[dict[str, object]]:
    found, rows = fit_strengths(choices), []
    for method, value, parts in zip(found.methods, found.values, found.parts, strict=True):
        own = choices[(choices["method"] == method) | (choices["rival"] == method)]
        enough = own["stimulus"].nunique() >= FEWEST
        low, high = student_interval(float(value), parts) if enough else (None, None)
        row = {"subject": subject, "method": method, **amounts(own), "strength": float(value)}
        ends = [None if end is None else float(expit(end)) for end in (low, high)]
        rows.append({**row, "score": float(expit(value)), "score_low": ends[0], "score_high": ends[1]})
    return rows


def fit_strengths(choices: pd.DataFrame) -> Strengths:
    """Return the strengths of the methods that people chose between.

    The variance is that of the sandwich estimator, H^-1 B H^-1, with H the curvature of the penalised log
    likelihood and B the sum over stimuli (or over raters) of outer products of their scores; that over
    stimuli is not below that of independent choices, H^-1.
    """
    methods = tuple(sorted({*choices["method"], *choices["rival"]}))
    X, y = _design(choices, methods), choices["value"].to_numpy()
    values = _penalised(X, y)
    expected = expit(X @ values)
    curvature = (X * (expected * (1 - expected))[:, None]).T @ X
    inverse = np.linalg.inv(curvature + np.eye(len(methods)) / PRIOR_SD**2)
    scores = X * (y - expected)[:, None]
    of = [_sandwich(inverse, scores, choices[name].to_numpy()) for name in ("stimulus", "rater")]
    floor = np.diag(inverse - inverse.mean(axis=0))
    variances = [(np.maximum(of[0][0], floor), of[0][1]), of[1]]
    parts = tuple([(float(v[i]), float(df)) for v, df in variances if df] for i in range(len(methods)))
    return Strengths(methods, values, parts)


def _design(choices: pd.DataFrame, methods: Sequence[str]) -> np.ndarray:
    """Return (n, m): 1 for the method of a choice, -1 for its rival."""
    place, rows = {name: i for i, name in enumerate(methods)}, np.arange(len(choices))
    X = np.zeros((len(choices), len(methods)))
    X[rows, choices["method"].map(place)] = 1
    X[rows, choices["rival"].map(place)] = -1
    return X


def _penalised(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the strengths of largest posterior density, (m,); y is the share of a choice, 0, 0.5 or 1."""
    model = LogisticRegression(C=PRIOR_SD**2, fit_intercept=False, tol=1e-9, max_iter=1000)
    won = np.repeat([1, 0], len(y))
    model.fit(np.vstack([X, X]), won, sample_weight=np.concatenate([y, 1 - y]))
    values: np.ndarray = model.coef_[0]
    return values


def _sandwich(inverse: np.ndarray, scores: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the variance of each strength over clusters, and its degrees of freedom; 0 of one cluster."""
    sums = cluster_sums(scores, clusters)
    groups = len(sums)
    if groups == 1:
        return np.zeros(len(inverse)), 0
    moved = sums @ inverse
    return groups / (groups - 1) * (moved**2).sum(axis=0), groups - 1
