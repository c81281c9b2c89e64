"""Scores in bootstrap resamples against a loop over resamples."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from cortex2image.errors import DataError
from cortex2image.stats import resampled_scores as module
from cortex2image.stats.resampled_scores import ResampledScores, row_counts


def resampled(
    predicted: np.ndarray, measured: np.ndarray, folds: np.ndarray | None = None, draws: int = 30
) -> tuple[np.ndarray, np.ndarray]:
    scores = ResampledScores(predicted.shape[1], draws, folds is not None, 6)
    labels = np.zeros(len(predicted), int) if folds is None else folds
    for fold in np.unique(labels)[::-1]:
        rows = labels == fold
        scores.add(int(fold), slice(0, predicted.shape[1]), predicted[rows], measured[rows])
    return scores.scores()


def test_scores_are_those_of_a_loop_over_resamples(rng):
    predicted, noise = rng.standard_normal((2, 15, 4))
    measured = 2 + predicted + noise
    r, r2 = resampled(predicted, measured)
    counts = row_counts(15, 30, 6, 0)
    assert (counts.sum(axis=1) == 15).all()
    for draw, count in enumerate(counts):
        rows = np.repeat(np.arange(15), count)
        for voxel in range(4):
            p, m = predicted[rows, voxel], measured[rows, voxel]
            assert r[voxel, draw] == pytest.approx(np.corrcoef(p, m)[0, 1], abs=1e-6)
            assert r2[voxel, draw] == pytest.approx(r2_score(m, p), rel=1e-5)


def centred_scores(predicted, measured, rows):
    """r and R^2 of the rows of each fold, centred within folds."""
    p, m = (np.concatenate([x[own] - x[own].mean() for own in rows]) for x in (predicted, measured))
    return np.corrcoef(p, m)[0, 1], r2_score(m, p)


def test_rows_are_resampled_and_centred_within_folds_and_scores_are_taken_apart(rng):
    folds = np.repeat([0, 1, 2], [6, 8, 5])
    predicted, noise = rng.standard_normal((2, 19, 3))
    measured = predicted + noise + 5 * folds[:, None]
    r, r2 = resampled(predicted, measured, folds)
    rows = [np.flatnonzero(folds == fold) for fold in range(3)]
    counts = [row_counts(len(own), 30, 6, fold) for fold, own in enumerate(rows)]
    for draw in range(30):
        drawn = [np.repeat(own, count[draw]) for own, count in zip(rows, counts, strict=True)]
        for voxel in range(3):
            seen, again = (centred_scores(predicted[:, voxel], measured[:, voxel], d) for d in (rows, drawn))
            apart = [s + np.sqrt(2) * (a - s) for s, a in zip(seen, again, strict=True)]
            assert r[voxel, draw] == pytest.approx(np.clip(apart[0], -1, 1), abs=1e-5)
            assert r2[voxel, draw] == pytest.approx(apart[1], abs=1e-5)


@pytest.mark.parametrize("signal", [0, 0.5, 1])
def test_the_spread_is_that_of_whole_cross_validations(rng, signal):
    """Resamples of given predictions would be narrower by a third: the folds train each other's models."""
    folds, weights = np.arange(120) // 10, signal * rng.standard_normal(30) / 30**0.5
    rows = [np.flatnonzero(folds == fold) for fold in range(12)]
    studies, spread = [], []
    for _ in range(400):
        X = rng.standard_normal((120, 30))
        y, predicted = X @ weights + rng.standard_normal(120), np.empty(120)
        for own in rows:
            train = np.delete(np.arange(120), own)
            seen, centre = X[train] - X[train].mean(axis=0), y[train].mean()
            fitted = np.linalg.solve(seen.T @ seen + 30 * np.eye(30), seen.T @ (y[train] - centre))
            predicted[own] = (X[own] - X[train].mean(axis=0)) @ fitted + centre
        studies.append(centred_scores(predicted, y, rows)[0])
        if len(spread) < 60:
            spread.append(resampled(predicted[:, None], y[:, None], folds, draws=100)[0].std(ddof=1))
    assert np.mean(spread) == pytest.approx(np.std(studies, ddof=1), rel=0.12)
    assert (np.mean(studies) > 0.15) == (signal > 0)


@pytest.mark.parametrize("within_folds", [False, True])
def test_blocks_change_nothing(rng, monkeypatch, within_folds):
    folds = np.repeat([0, 1], 10) if within_folds else None
    predicted, measured = rng.standard_normal((2, 20, 9))
    whole = resampled(predicted, measured, folds)
    monkeypatch.setattr(module, "VALUES_AT_ONCE", 60)
    for before, after in zip(whole, resampled(predicted, measured, folds), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)


def test_a_resample_of_one_value_scores_0():
    """With two rows, half of the resamples draw the same row twice."""
    x = np.array([[0.1], [0.7]])
    r, r2 = resampled(x, x + 3)
    twice = row_counts(2, 30, 6, 0).max(axis=1) == 2
    assert 5 < twice.sum() < 25
    assert (r[0, twice] == 0).all()
    assert (r2[0, twice] == 0).all()
    np.testing.assert_allclose(r[0, ~twice], 1, atol=1e-6)


def test_constant_columns_score_0(rng):
    predicted, measured = rng.standard_normal((2, 12, 2))
    predicted[:, 0], measured[:, 1] = 0.1, 0.1
    r, r2 = resampled(predicted, measured)
    assert (r == 0).all()
    assert (r2[1] == 0).all()


def test_the_spread_of_resamples_is_that_of_repeated_studies(rng):
    """The standard error of r at r = 0.6 over 400 stimuli, against new stimuli for every column."""
    measured, noise = rng.standard_normal((2, 400, 500))
    predicted = 0.75 * measured + noise
    r, _ = resampled(predicted, measured, draws=100)
    studies = np.array([np.corrcoef(p, m)[0, 1] for p, m in zip(predicted.T, measured.T, strict=True)])
    assert r.std(axis=1, ddof=1).mean() == pytest.approx(studies.std(ddof=1), rel=0.1)


def test_rows_that_differ_between_blocks_are_refused(rng):
    scores = ResampledScores(4, 10, False, 0)
    scores.add(0, slice(0, 2), *rng.standard_normal((2, 5, 2)))
    with pytest.raises(DataError, match="5 and 6 rows in fold 0"):
        scores.add(0, slice(2, 4), *rng.standard_normal((2, 6, 2)))
