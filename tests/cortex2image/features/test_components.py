"""Principal components from inner products: those of an exact PCA of the training rows."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.support.activity import HeldActivity, names

from cortex2image.errors import ConfigError
from cortex2image.features.components import principal_components
from cortex2image.features.gram import inner_products, products_of

TRAIN = np.arange(60)[np.arange(60) % 4 > 0]


def rows(width=200, mean=0.0):
    rng = np.random.default_rng(3)
    spread = np.linspace(3, 0.1, 60)
    return (mean + rng.standard_normal((60, 60)) * spread @ rng.standard_normal((60, width))).astype(
        np.float32
    )


def of_sklearn(features, train, count):
    return PCA(count, svd_solver="full").fit(features[train].astype(float)).transform(features.astype(float))


def signed(scores, expected):
    """Give scores the signs of what is expected."""
    return scores * np.sign((scores * expected).sum(axis=0))


@pytest.mark.parametrize("width", [20, 200, 3000])
@pytest.mark.parametrize("mean", [0, 50])
@pytest.mark.parametrize("count", [1, 15])
def test_scores_are_those_of_an_exact_pca(width, mean, count):
    features = rows(width, mean)
    expected = of_sklearn(features, TRAIN, count)
    scores = principal_components(products_of(features, TRAIN), TRAIN, count)
    assert scores.shape == (60, count)
    assert np.abs(signed(scores, expected) - expected).max() < 1e-5 * np.abs(expected).max()


def test_all_components_there_are():
    features, count = rows(), len(TRAIN) - 1
    expected = of_sklearn(features, TRAIN, count)
    scores = principal_components(products_of(features, TRAIN), TRAIN, count)
    np.testing.assert_allclose(signed(scores, expected), expected, atol=1e-5 * np.abs(expected).max())


def test_inner_products_in_single_precision_will_do():
    features = rows(40_000, mean=10)
    products = inner_products(HeldActivity(names(60), features), names(60)).astype(np.float32)
    expected = of_sklearn(features, TRAIN, 10)
    scores = principal_components(products, TRAIN, 10)
    assert np.abs(signed(scores, expected) - expected).max() < 1e-5 * np.abs(expected).max()


def test_a_constant_shift_changes_nothing():
    features = rows().astype(float)
    plain, shifted = (each @ each.T for each in (features, features + 7))
    np.testing.assert_allclose(
        principal_components(plain, TRAIN, 8), principal_components(shifted, TRAIN, 8), atol=1e-6
    )


def test_other_rows_change_no_component():
    features = rows().astype(float)
    other = features.copy()
    test = np.setdiff1d(np.arange(60), TRAIN)
    other[test] = 100 * np.random.default_rng(4).standard_normal((len(test), 200))
    one, two = (principal_components(each @ each.T, TRAIN, 12) for each in (features, other))
    np.testing.assert_array_equal(one[TRAIN], two[TRAIN])
    assert not np.allclose(one[test], two[test])


def test_products_among_other_rows_are_never_read():
    products, test = products_of(rows(), TRAIN), np.setdiff1d(np.arange(60), TRAIN)
    spoilt = products.copy()
    spoilt[np.ix_(test, test)] = np.nan
    np.testing.assert_array_equal(
        principal_components(products, TRAIN, 5), principal_components(spoilt, TRAIN, 5)
    )


def test_signs_are_fixed():
    scores = principal_components(products_of(rows(), TRAIN), TRAIN, 20)[TRAIN]
    largest = np.abs(scores).argmax(axis=0)
    assert (scores[largest, np.arange(20)] > 0).all()


@pytest.mark.parametrize("count", [0, len(TRAIN), 6400])
def test_more_components_than_training_rows_less_one_are_refused(count):
    with pytest.raises(ConfigError, match=rf"encode/pca\n  expected: 1 to {len(TRAIN) - 1} (.|\n)*{count}"):
        principal_components(products_of(rows(), TRAIN), TRAIN, count)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_more_components_than_the_features_have_directions_are_refused(dtype):
    products = products_of(rows(width=8), TRAIN).astype(dtype)
    assert principal_components(products, TRAIN, 8).shape == (60, 8)
    with pytest.raises(ConfigError, match="1 to 8 components"):
        principal_components(products, TRAIN, 9)
