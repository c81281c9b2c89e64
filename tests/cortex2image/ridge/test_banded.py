"""Banded ridge regression against himalaya, scikit-learn and an exhaustive search."""

from itertools import product

import himalaya.ridge
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

from cortex2image.errors import DataError
from cortex2image.ridge import RidgeCV, banded
from cortex2image.ridge.banded import BandedRidgeCV
from cortex2image.ridge.engine import scores

ALPHAS = np.logspace(-1, 4, 6)
WIDTHS = {"primal": (8, 12), "dual": (40, 70)}

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

Data = tuple[list[np.ndarray], np.ndarray]


@pytest.fixture(params=WIDTHS, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> Data:
    """60 rows of two bands; targets depend on the first, on both, on the second, and on neither."""
    bands = [rng.normal(1, 1, (60, width)) for width in WIDTHS[request.param]]
    parts = [band @ rng.standard_normal((band.shape[1], 4)) / np.sqrt(band.shape[1]) for band in bands]
    Y = parts[0] * [1, 1, 0.05, 0] + parts[1] * [0.05, 1, 1, 0]
    return bands, 3 + Y + 0.5 * rng.standard_normal((60, 4))


def test_one_band_is_ridge_regression(data):
    bands, Y = data
    folds = list(KFold(4).split(Y))
    banded, plain = (
        BandedRidgeCV(ALPHAS, cv=folds).fit(bands[:1], Y),
        RidgeCV(ALPHAS, cv=folds).fit(bands[0], Y),
    )
    np.testing.assert_allclose(banded.predict(bands[:1]), plain.predict(bands[0]), rtol=1e-8)
    np.testing.assert_array_equal(banded.alpha_, plain.alpha_)
    once = BandedRidgeCV(ALPHAS, cv=folds).fit_and_predict(bands[:1], Y, bands[:1])
    np.testing.assert_array_equal(once, banded.predict(bands[:1]))


@pytest.mark.parametrize("standardize", [False, True])
def test_predictions_are_those_of_ridge_with_a_penalty_per_band(data, rng, standardize):
    bands, Y = data
    model = BandedRidgeCV(ALPHAS, mixtures=6, cv=4, standardize=standardize).fit(bands, Y)
    new = [rng.normal(1, 1, (5, band.shape[1])) for band in bands]
    np.testing.assert_allclose(model.share_.sum(axis=0), 1)
    for t in range(Y.shape[1]):
        shares = np.sqrt(model.share_[:, t])
        scales = [band.std(axis=0) if standardize else 1 for band in bands]
        stacked, stacked_new = (
            np.hstack([s * x / d for s, x, d in zip(shares, xs, scales, strict=True)]) for xs in (bands, new)
        )
        expected = Ridge(model.alpha_[t]).fit(stacked, Y[:, t]).predict(stacked_new)
        np.testing.assert_allclose(model.predict(new)[:, t], expected, rtol=1e-6)


def test_bands_add_up_to_the_prediction(data):
    bands, Y = data
    model = BandedRidgeCV(ALPHAS, mixtures=6, cv=4).fit(bands, Y)
    by_band = model.predict_by_band(bands)
    np.testing.assert_allclose(by_band.sum(axis=0) + Y.mean(axis=0), model.predict(bands), atol=1e-8)
    np.testing.assert_allclose(by_band.mean(axis=1), 0, atol=1e-8)
    explained = by_band.var(axis=1)
    assert explained[0, 0] > 5 * explained[1, 0]
    assert explained[1, 2] > 5 * explained[0, 2]


def test_the_search_is_near_the_exhaustive_optimum_and_beats_one_penalty(data):
    bands, Y = data
    folds = list(KFold(4).split(Y))
    grid = np.logspace(-1, 6, 15)
    best = np.full(Y.shape[1], -np.inf)
    for penalties in product(grid, grid):
        stacked = np.hstack([band / np.sqrt(a) for band, a in zip(bands, penalties, strict=True)])
        best = np.maximum(best, RidgeCV([1.0], cv=folds).fit(stacked, Y).best_score_)
    model = BandedRidgeCV(ALPHAS, cv=folds).fit(bands, Y)
    single = RidgeCV(np.logspace(-1, 6, 15), cv=folds).fit(np.hstack(bands), Y)
    assert (model.best_score_ > best - 0.01).all()
    assert (model.best_score_[[0, 2]] > single.best_score_[[0, 2]] + 0.01).all()


def test_scores_are_at_least_those_of_himalaya(data):
    bands, Y = data
    folds = list(KFold(4).split(Y))
    theirs = himalaya.ridge.GroupRidgeCV(
        groups="input",
        cv=folds,
        fit_intercept=True,
        random_state=0,
        solver_params={"n_iter": 40, "alphas": ALPHAS, "progress_bar": False, "warn": False},
    ).fit(bands, Y)
    model = BandedRidgeCV(ALPHAS, cv=folds).fit(bands, Y)
    errors = -theirs.cv_scores_.max(axis=0)
    centred = np.concatenate([Y[test] - Y[train].mean(axis=0) for train, test in folds])
    assert (model.best_score_ >= 1 - errors / (centred**2).mean(axis=0) - 0.01).all()


def test_three_bands_and_closed_forms(data, rng):
    bands, Y = data
    bands = [*bands, rng.standard_normal((60, 5))]
    for selection in ("loo", "gcv"):
        model = BandedRidgeCV(ALPHAS, selection=selection, random_state=1).fit(bands, Y)
        assert (model.best_score_[:3] > 0.3).all()
        assert (model.share_[2, :3] < 0.5).all()


def test_most_targets_at_an_end_of_the_grid_are_warned_of(data):
    bands, Y = data
    with pytest.warns(UserWarning, match=r"ridge alpha 1e\+08, an end of the grid.* add smaller ones"):
        BandedRidgeCV([1e8, 1e9], mixtures=2, cv=3).fit(bands, Y[:, :3])


def test_bands_of_different_lengths_are_refused(data):
    bands, Y = data
    with pytest.raises(DataError, match="lengths 60, 59"):
        BandedRidgeCV(ALPHAS).fit([bands[0], bands[1][1:]], Y)


def test_weights_are_those_of_the_predictions(data):
    bands, Y = data
    model = BandedRidgeCV(ALPHAS, mixtures=6, cv=4, standardize=True).fit(bands, Y)
    assert model.coef_.shape == (sum(model.widths_), 4)
    by_weights = np.hstack(bands) @ model.coef_ + model.intercept_
    np.testing.assert_allclose(by_weights, model.predict(bands), rtol=1e-8)
    single = BandedRidgeCV(ALPHAS, mixtures=6, cv=4).fit(bands, Y[:, 0])
    np.testing.assert_allclose(np.hstack(bands) @ single.coef_ + single.intercept_, single.predict(bands))


def test_bands_of_other_widths_are_refused(data):
    bands, Y = data
    model = BandedRidgeCV(ALPHAS, mixtures=2, cv=4).fit(bands, Y)
    swapped = bands[::-1]
    for predict in (model.predict, model.predict_by_band):
        with pytest.raises(DataError, match="columns of bands"):
            predict(swapped)


def test_a_score_that_is_no_number_never_wins(data, monkeypatch):
    bands, Y = data

    def spoiled(*arguments: object) -> np.ndarray:
        found = scores(*arguments)
        found[0] = np.nan
        return found

    monkeypatch.setattr(banded, "scores", spoiled)
    model = BandedRidgeCV(ALPHAS, mixtures=4).fit(bands, Y)
    assert np.isfinite(model.best_score_).all()
    assert (model.alpha_ < ALPHAS.max()).all()


def test_blocks_of_targets_are_fits_of_their_own(rng):
    bands, Y = [rng.standard_normal((30, 4)), rng.standard_normal((30, 6))], rng.standard_normal((30, 4))
    model = BandedRidgeCV([1.0, 10.0], mixtures=3, cv=3)
    got = [fit.predicted for fit in model.predict_blocks(bands, [Y[:, :2], Y[:, 2:]], bands)]
    expected = [
        BandedRidgeCV([1.0, 10.0], mixtures=3, cv=3).fit(bands, y).predict(bands)
        for y in (Y[:, :2], Y[:, 2:])
    ]
    np.testing.assert_allclose(np.hstack(got), np.hstack(expected), atol=1e-12)


def test_targets_of_any_size_are_fitted_alike(rng):
    bands = [rng.standard_normal((30, 4)).astype("f4"), rng.standard_normal((30, 6)).astype("f4")]
    Y = (bands[0][:, :2] + rng.standard_normal((30, 2))).astype("f4")
    plain, large = (BandedRidgeCV([1.0, 10.0], mixtures=3, cv=3).fit(bands, y) for y in (Y, Y * 2.0**60))
    np.testing.assert_allclose(large.predict(bands) / 2.0**60, plain.predict(bands), rtol=1e-3, atol=1e-4)


def test_a_fit_that_fails_leaves_no_earlier_one(rng):
    bands, Y = [rng.standard_normal((30, 4)), rng.standard_normal((30, 6))], rng.standard_normal((30, 2))
    model = BandedRidgeCV([1.0, 10.0], mixtures=3, cv=3).fit(bands, Y)
    with pytest.raises(DataError):
        model.fit(bands, Y[:20])
    with pytest.raises(NotFittedError):
        model.predict(bands)
