"""The released regression against the released recipe: StandardScaler and himalaya's defaults."""

import himalaya.ridge
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from cortex2image.errors import DataError
from cortex2image.prediction.as_released import LATENT_ALPHAS, OTHER_ALPHAS, AsReleasedRidgeCV
from cortex2image.ridge.estimator import RidgeCV
from cortex2image.ridge.repeats import PerTrial

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.mark.parametrize(("latent", "alphas"), [(True, LATENT_ALPHAS), (False, OTHER_ALPHAS)])
@pytest.mark.parametrize("width", [12, 90])
def test_predictions_are_those_of_the_released_recipe(rng, latent, alphas, width):
    X, new = rng.normal(2, 3, (60, width)), rng.normal(2, 3, (7, width))
    Y = 5 + X @ rng.standard_normal((width, 6)) + 3 * rng.standard_normal((60, 6))
    ours = AsReleasedRidgeCV(latent).fit(X, Y, groups=np.arange(60) // 2)
    scaler = StandardScaler().fit(X)
    theirs = himalaya.ridge.RidgeCV(alphas, solver_params={"warn": False}).fit(scaler.transform(X), Y)
    np.testing.assert_allclose(ours.alpha_, theirs.best_alphas_)
    np.testing.assert_allclose(ours.predict(new), theirs.predict(scaler.transform(new)), rtol=1e-4, atol=1e-4)


def test_targets_in_blocks_get_the_predictions_of_one_fit_and_nothing_is_kept(rng):
    X, Y, new = (rng.normal(2, 3, shape) for shape in ((40, 9), (40, 6), (7, 9)))
    kept, once = AsReleasedRidgeCV().fit(X, Y), AsReleasedRidgeCV()
    blocks = list(once.predict_blocks(X, [Y[:, :4], Y[:, 4:]], new))
    np.testing.assert_allclose(np.hstack([b.predicted for b in blocks]), kept.predict(new), rtol=1e-8)
    np.testing.assert_array_equal(np.concatenate([b.alpha for b in blocks]), kept.alpha_)
    with pytest.raises(NotFittedError):
        once.predict(new)


@pytest.mark.parametrize("latent", [True, False])
@pytest.mark.parametrize("width", [12, 90])
def test_trials_that_share_pictures_are_fitted_as_rows_of_their_own(rng, latent, width):
    """Uneven repeats, some of them parted by the folds; more and fewer columns than pictures."""
    pictures, new = rng.normal(2, 3, (25, width)), rng.normal(2, 3, (7, width))
    pictures[:, 3] = 0.1
    row = np.repeat(np.arange(25), [1, 2, 3, 4, 5] * 5)[rng.permutation(75)]
    Y = 5 + pictures[row] @ rng.standard_normal((width, 6)) + 3 * rng.standard_normal((75, 6))
    (got,) = AsReleasedRidgeCV(latent).predict_blocks(PerTrial(pictures, row), [Y], new)
    scaler = StandardScaler().fit(pictures[row])
    scaler.scale_[3], scaler.mean_[3] = 1, 0.1
    alphas = LATENT_ALPHAS if latent else OTHER_ALPHAS
    theirs = himalaya.ridge.RidgeCV(alphas, cv=5, solver_params={"warn": False})
    theirs.fit(scaler.transform(pictures[row]), Y)
    np.testing.assert_allclose(got.alpha, theirs.best_alphas_)
    expected = theirs.predict(scaler.transform(new))
    np.testing.assert_allclose(got.predicted, expected, rtol=1e-4, atol=1e-3)


def test_predictions_lack_the_mean_of_the_targets(rng):
    X = rng.standard_normal((80, 3))
    Y = 100 + X
    assert np.abs(AsReleasedRidgeCV().fit(X, Y).predict(X).mean(axis=0)).max() < 1


def test_repeats_of_a_picture_leak_between_its_folds(rng):
    """Noise that repeats from one trial to the next looks predictable; with groups it does not."""
    X = np.repeat(rng.standard_normal((33, 60)), 3, axis=0)
    Y = np.repeat(rng.standard_normal((33, 4)), 3, axis=0)
    order = rng.permutation(99)
    X, Y, groups = X[order], Y[order], order // 3
    assert AsReleasedRidgeCV().fit(X, Y, groups=groups).best_score_.mean() > 0.5
    assert RidgeCV(LATENT_ALPHAS).fit(X, Y, groups=groups).best_score_.mean() < 0.05


def test_too_few_or_unusable_rows_are_refused(rng):
    X = rng.standard_normal((6, 3))
    with pytest.raises(DataError, match="at least 5 rows"):
        AsReleasedRidgeCV().fit(X[:4], X[:4])
    X[2, 1] = np.nan
    with pytest.raises(DataError, match="in 1 of 6 rows: 2"):
        AsReleasedRidgeCV().fit(X, X[:, :1])
