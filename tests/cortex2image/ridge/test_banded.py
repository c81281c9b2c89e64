"""Banded ridge regression against himalaya, scikit-learn and an exhaustive search."""

from collections.abc import Iterator
from itertools import product

import himalaya.kernel_ridge
import himalaya.ridge
import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge import RidgeCV, banded, engine
from cortex2image.ridge.banded import BandedFit, fit_bands
from cortex2image.ridge.engine import scores
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.mixtures import mixtures_of_two
from cortex2image.ridge.repeats import Averaged, Repeats

ALPHAS = np.logspace(-1, 4, 6)

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

Bands = list[np.ndarray]


@pytest.fixture(params=[(8, 12), (40, 70)], ids=["narrow", "wide"])
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[Bands, np.ndarray, Bands]:
    """60 rows of two bands; targets depend on the first, on both, on the second, and on neither."""
    bands = [rng.normal(1, 1, (60, width)) for width in request.param]
    parts = [band @ rng.standard_normal((band.shape[1], 4)) / np.sqrt(band.shape[1]) for band in bands]
    Y = parts[0] * [1, 1, 0.05, 0] + parts[1] * [0.05, 1, 1, 0]
    new = [rng.normal(1, 1, (5, width)) for width in request.param]
    return bands, 3 + Y + 0.5 * rng.standard_normal((60, 4)), new


def kernels(bands: Bands, new: Bands, row: np.ndarray | None = None) -> tuple[list[Kernel], list[Kernel]]:
    return [Kernel(b @ b.T, row) for b in bands], [Kernel(n @ b.T) for n, b in zip(new, bands, strict=True)]


def fit(
    bands: Bands,
    Y: np.ndarray,
    new: Bands,
    mixtures: np.ndarray | None = None,
    at_once: int = 3,
    **options: object,
) -> BandedFit:
    def blocks() -> Iterator[tuple[slice, np.ndarray]]:
        for first in range(0, Y.shape[1], at_once):
            part = slice(first, min(first + at_once, Y.shape[1]))
            yield part, Y[:, part]

    ridge = RidgeCV(**({"alphas": ALPHAS, "cv": 4} | options))
    training, others = kernels(bands, new)
    shares = mixtures_of_two() if mixtures is None else mixtures
    return fit_bands(ridge, training, blocks, Y.shape[1], others, shares)


def test_one_band_is_ridge_regression(data):
    bands, Y, new = data
    got = fit(bands, Y, new, np.array([[1.0, 0.0]]))
    expected = RidgeCV(ALPHAS, cv=4).fit(bands[0], Y)
    np.testing.assert_allclose(got.predicted, expected.predict(new[0]), rtol=1e-8)
    np.testing.assert_array_equal(got.alpha, expected.alpha_)
    np.testing.assert_allclose(got.score, expected.best_score_, atol=1e-10)


def test_predictions_are_those_of_ridge_with_a_penalty_per_band(data):
    bands, Y, new = data
    got = fit(bands, Y, new)
    np.testing.assert_allclose(got.share.sum(axis=0), 1)
    for t in range(Y.shape[1]):
        shares = np.sqrt(got.share[:, t])
        stacked, others = (np.hstack([s * x for s, x in zip(shares, xs, strict=True)]) for xs in (bands, new))
        expected = Ridge(got.alpha[t]).fit(stacked, Y[:, t]).predict(others)
        np.testing.assert_allclose(got.predicted[:, t], expected, rtol=1e-6)


def test_each_band_adds_what_its_weights_predict(data):
    bands, Y, new = data
    got = fit(bands, Y, new)
    np.testing.assert_allclose(got.means, Y.mean(axis=0))
    for t in range(Y.shape[1]):
        shares = np.sqrt(got.share[:, t])
        stacked = np.hstack([s * x for s, x in zip(shares, bands, strict=True)])
        weights = np.split(Ridge(got.alpha[t]).fit(stacked, Y[:, t]).coef_, [bands[0].shape[1]])
        for number, (band, other) in enumerate(zip(bands, new, strict=True)):
            expected = shares[number] * (other - band.mean(axis=0)) @ weights[number]
            np.testing.assert_allclose(got.by_band[number, :, t], expected, atol=1e-6)


def test_mixtures_are_those_of_himalaya_at_the_same_shares(data):
    """Weighted sums of centred kernels, by an independent solver."""
    bands, Y, new = data
    got = fit(bands, Y, new)
    centred = [band - band.mean(axis=0) for band in bands]
    crossed = [(n - b.mean(axis=0)) @ c.T for n, b, c in zip(new, bands, centred, strict=True)]
    stacked = np.stack([c @ c.T for c in centred])
    deltas = np.log(np.maximum(got.share, 1e-300) / got.alpha)
    theirs = himalaya.kernel_ridge.solve_weighted_kernel_ridge_conjugate_gradient(
        stacked, Y - Y.mean(axis=0), deltas, alpha=1.0, max_iter=2000, tol=1e-10
    )
    expected = np.einsum("bmn,bt,nt->bmt", np.stack(crossed), got.share / got.alpha, np.asarray(theirs))
    np.testing.assert_allclose(got.by_band, expected, atol=1e-5)


def test_the_choice_is_near_the_exhaustive_optimum_and_beats_one_penalty(data):
    bands, Y, new = data
    folds = list(KFold(4).split(Y))
    grid = np.logspace(-1, 6, 15)
    best = np.full(Y.shape[1], -np.inf)
    for penalties in product(grid, grid):
        stacked = np.hstack([band / np.sqrt(a) for band, a in zip(bands, penalties, strict=True)])
        best = np.maximum(best, RidgeCV([1.0], cv=folds).fit(stacked, Y).best_score_)
    got = fit(bands, Y, new, cv=folds, alphas=grid)
    single = RidgeCV(grid, cv=folds).fit(np.hstack(bands), Y)
    assert (got.score > best - 0.01).all()
    assert (got.score[[0, 2]] > single.best_score_[[0, 2]] + 0.01).all()


def test_scores_are_at_least_those_of_himalaya(data):
    bands, Y, new = data
    folds = list(KFold(4).split(Y))
    theirs = himalaya.ridge.GroupRidgeCV(
        groups="input",
        cv=folds,
        fit_intercept=True,
        random_state=0,
        solver_params={"n_iter": 40, "alphas": ALPHAS, "progress_bar": False, "warn": False},
    ).fit(bands, Y)
    errors = -theirs.cv_scores_.max(axis=0)
    centred = np.concatenate([Y[test] - Y[train].mean(axis=0) for train, test in folds])
    expected = 1 - errors / (centred**2).mean(axis=0)
    assert (fit(bands, Y, new, cv=folds).score >= expected - 0.01).all()


@pytest.mark.parametrize("selection", ["loo", "gcv"])
def test_closed_forms_find_the_band_too(data, selection):
    bands, Y, new = data
    got = fit(bands, Y, new, selection=selection)
    assert (got.score[:3] > 0.3).all()
    assert got.share[0, 0] > got.share[0, 2]


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_blocks_of_targets_change_nothing_and_share_decompositions(data, monkeypatch, at_once):
    bands, Y, new = data
    whole, decomposed = fit(bands, Y, new, at_once=4), []
    decompose = engine.decompose
    monkeypatch.setattr(engine, "decompose", lambda *given: decomposed.append(None) or decompose(*given))
    got = fit(bands, Y, new, at_once=at_once)
    for name in ("by_band", "means", "alpha", "share", "score"):
        np.testing.assert_allclose(getattr(got, name), getattr(whole, name), atol=1e-9, err_msg=name)
    assert len(decomposed) == len(mixtures_of_two())


@pytest.mark.parametrize("selection", ["kfold", "loo"])
def test_averages_over_repeats_fit_as_trials_do(data, rng, selection):
    bands, _, new = data
    row = rng.permutation(np.repeat(np.arange(60), np.resize([1, 2, 3], 60)))
    Y = bands[0][row, :3] + rng.standard_normal((len(row), 3))
    trials = [band[row] for band in bands]
    ridge = RidgeCV(ALPHAS, cv=4, selection=selection)
    averaged: Averaged = Repeats.of(row).average(Y)
    training, others = kernels(bands, new, row)
    mixtures = mixtures_of_two()
    blocks = lambda: [(slice(0, 3), averaged)]  # noqa: E731
    got = fit_bands(ridge, training, blocks, 3, others, mixtures, groups=row)
    every, crossed = kernels(trials, new)
    expected = fit_bands(ridge, every, lambda: [(slice(0, 3), Y)], 3, crossed, mixtures, groups=row)
    for name in ("by_band", "means", "alpha", "share", "score"):
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), atol=1e-6, err_msg=name)


def test_most_targets_at_an_end_of_the_grid_are_warned_of(data):
    bands, Y, new = data
    training, others = kernels(bands, new)
    blocks = lambda: [(slice(0, 3), Y[:, :3])]  # noqa: E731
    with pytest.warns(UserWarning, match=r"ridge alpha 1e\+08, an end of the grid.* add smaller ones"):
        fit_bands(RidgeCV([1e8, 1e9], cv=3), training, blocks, 3, others, mixtures_of_two()[:2])


def test_bands_of_different_rows_are_refused(data):
    bands, Y, new = data
    with pytest.raises(DataError, match="kernels of one shape"):
        fit([bands[0], bands[1][1:]], Y, new)
    with pytest.raises(DataError, match="at least one band"):
        fit([], Y, [])


def test_kernels_have_no_columns_to_standardise(data):
    with pytest.raises(ConfigError, match="ridge standardize"):
        fit(*data, standardize=True)


def test_a_score_that_is_no_number_never_wins(data, monkeypatch):
    def spoiled(*arguments: object) -> np.ndarray:
        found = scores(*arguments)
        found[0] = np.nan
        return found

    monkeypatch.setattr(banded, "scores", spoiled)
    got = fit(*data)
    assert np.isfinite(got.score).all()
    assert (got.alpha < ALPHAS.max()).all()


def test_targets_of_any_size_are_fitted_alike(rng):
    bands = [rng.standard_normal((30, width)).astype("f4") for width in (4, 6)]
    Y = (bands[0][:, :2] + rng.standard_normal((30, 2))).astype("f4")
    plain, large = (fit(bands, y, bands) for y in (Y, Y * 2.0**60))
    np.testing.assert_allclose(large.by_band / 2.0**60, plain.by_band, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(large.means / 2.0**60, plain.means, rtol=1e-3, atol=1e-4)
