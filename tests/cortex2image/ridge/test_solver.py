"""Targets of blocks: checked, brought into range, fitted to rows that are decomposed once."""

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.ridge import RidgeCV, solver
from cortex2image.ridge.inputs import as_blocks
from cortex2image.ridge.posing import Split, pose
from cortex2image.ridge.repeats import PerTrial
from cortex2image.ridge.solver import Given

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

POSED = pose(as_blocks(np.arange(24.0).reshape(8, 3)), None, Split("kfold", 2, 0), None)


def test_blocks_of_targets_are_fitted_as_all_of_them_are(rng, monkeypatch):
    X, Y, new = rng.standard_normal((30, 7)), rng.standard_normal((30, 11)), rng.standard_normal((4, 7))
    expected = RidgeCV(np.logspace(-1, 3, 5), cv=3, standardize=True).fit(X, Y)
    made: list[int] = []
    original = solver.make_training
    monkeypatch.setattr(solver, "make_training", lambda *a: (made.append(1), original(*a))[1])
    model, memory = RidgeCV(np.logspace(-1, 3, 5), cv=3, standardize=True), np.empty((30, 4))

    def blocks():
        for start in (0, 4, 8):
            block = memory[:, : Y[:, start : start + 4].shape[1]]
            block[:] = Y[:, start : start + 4]
            yield block

    fits = [(f.predicted.copy(), f.alpha, f.score) for f in model.predict_blocks(X, blocks(), new)]
    assert made == [1]
    predicted, alpha, score = (np.concatenate(parts, axis=-1) for parts in zip(*fits, strict=True))
    np.testing.assert_allclose(predicted, expected.predict(new), atol=1e-12)
    np.testing.assert_array_equal(alpha, expected.alpha_)
    np.testing.assert_allclose(score, expected.best_score_, atol=1e-12)


@pytest.mark.parametrize("scale", [2.0**60, 2.0**-80])
@pytest.mark.parametrize("selection", ["kfold", "loo", "gcv"])
def test_targets_of_any_size_are_fitted_alike(rng, selection, scale):
    X = rng.standard_normal((30, 7)).astype(np.float32)
    Y = (X[:, :2] + rng.standard_normal((30, 2))).astype(np.float32)
    scaled = Y * np.float32(scale)
    expected, got = (RidgeCV([1.0, 10.0], selection=selection).fit(X, y) for y in (Y, scaled))
    np.testing.assert_allclose(got.best_score_, expected.best_score_, rtol=1e-6)
    np.testing.assert_allclose(got.predict(X) / scale, expected.predict(X), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(got.coef_ / scale, expected.coef_, rtol=1e-4, atol=1e-6)
    at_once = RidgeCV([1.0, 10.0], selection=selection).fit_and_predict(X, scaled, X)
    np.testing.assert_allclose(at_once / scale, expected.predict(X), rtol=1e-4, atol=1e-6)


def test_targets_are_checked():
    with pytest.raises(DataError, match="as many rows of Y as of X, 8"):
        Given.of(np.zeros((7, 2)), POSED)
    with pytest.raises(DataError, match="as many rows of Y as of X, 8"):
        Given.of(PerTrial(np.zeros((3, 2)), np.zeros(7, int)), POSED)
    broken = np.zeros((8, 2))
    broken[5, 1] = np.inf
    for targets in (broken, PerTrial(broken, np.arange(8))):
        with pytest.raises(DataError, match="1 of 8 rows: 5"):
            Given.of(targets, POSED)
    assert Given.of(np.zeros(8), POSED).flat
    assert not Given.of(np.zeros((8, 1)), POSED).flat


def test_blocks_share_targets_in_the_same_way(rng):
    X, row = rng.standard_normal((12, 3)), np.repeat(np.arange(6), 2)
    targets = rng.standard_normal((6, 2))
    for other in (PerTrial(targets, np.tile(np.arange(6), 2)), targets[row]):
        fits = RidgeCV(cv=2).predict_blocks(X, [PerTrial(targets, row), other], X)
        next(fits)
        with pytest.raises(DataError, match="the rows of trials of the first block"):
            next(fits)


def test_weights_and_shared_targets_are_those_of_expanded_targets(rng):
    X, row, weights = rng.standard_normal((12, 3)), np.repeat(np.arange(6), 2), np.resize([1.0, 2, 3], 12)
    targets = rng.standard_normal((6, 2))
    expected = RidgeCV(cv=3).fit(X, targets[row], weights=weights)
    got = RidgeCV(cv=3).fit(X, PerTrial(targets, row), weights=weights)
    np.testing.assert_allclose(got.predict(X), expected.predict(X))
    np.testing.assert_allclose(got.best_score_, expected.best_score_)


def test_rows_of_targets_that_no_trial_has_change_nothing(rng):
    X, row = rng.standard_normal((12, 3)).astype("f4"), np.repeat(np.arange(1, 7), 2)
    targets = rng.standard_normal((7, 2)).astype("f4")
    expected = RidgeCV(cv=3).fit(X, targets[row])
    targets[0] = 1e8
    got = RidgeCV(cv=3).fit(X, PerTrial(targets, row))
    np.testing.assert_allclose(got.best_score_, expected.best_score_, atol=1e-5)
    np.testing.assert_allclose(got.predict(X), expected.predict(X), atol=1e-5)


def test_rows_of_targets_are_checked_beside_shared_predictors(rng):
    row = np.repeat(np.arange(6), 2)
    targets = PerTrial(rng.standard_normal((6, 2)), np.where(row == 3, -1, row))
    with pytest.raises(DataError, match="numbers from 0 to 5"):
        RidgeCV(cv=2).fit(PerTrial(rng.standard_normal((6, 3)), row), targets, groups=row)


def test_whole_numbers_are_targets_like_others(rng):
    X, row, counts = rng.standard_normal((12, 3)), np.repeat(np.arange(6), 2), np.arange(12).reshape(6, 2)
    got = RidgeCV(cv=3).fit(X, PerTrial(counts, row))
    np.testing.assert_allclose(got.predict(X), RidgeCV(cv=3).fit(X, counts[row].astype(float)).predict(X))
