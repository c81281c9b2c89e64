"""Inner products in comparable units, against arithmetic on the features."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from tests.support.held_out import FINISHED, held_out

from cortex2image.errors import DataError
from cortex2image.ridge.products import of_given, of_standardised


@pytest.fixture
def rows(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features of 20 training rows and 5 new ones with a large mean, and trials of each training row."""
    features = rng.normal(30, 2, (25, 40)) * rng.uniform(0.1, 10, 40)
    features[:, 3] = 7
    return features[:20], features[20:], np.resize([1.0, 2, 3], 20)


def test_products_are_those_of_columns_standardised_over_trials(rows):
    train, new, weights = rows
    scaler = StandardScaler().fit(train, sample_weight=weights)
    a, b = scaler.transform(train), scaler.transform(new)
    got = of_standardised(train, held_out(new), weights)
    np.testing.assert_allclose(got.train, a @ a.T, atol=1e-9)
    np.testing.assert_allclose(got.new.open(FINISHED).products, b @ a.T, atol=1e-9)


def test_given_products_get_the_spread_of_standardised_columns(rows):
    """One number brings the weighted mean squared distance from the mean to the width."""
    train, new, weights = rows
    features = np.vstack([new, train])
    got = of_given(features @ features.T, np.arange(5, 25), np.arange(5), weights, 40)
    centred = train - np.average(train, axis=0, weights=weights)
    factor = 40 / np.average((centred**2).sum(axis=1), weights=weights)
    np.testing.assert_allclose(got.train, factor * train @ train.T, rtol=1e-10)
    np.testing.assert_allclose(got.new.open(FINISHED).products, factor * new @ train.T, rtol=1e-10)
    other = of_standardised(train, held_out(new), weights).train
    assert np.average(np.diagonal(other), weights=weights) == pytest.approx(39)  # one column is constant


def test_new_rows_change_no_product_of_training_rows(rows):
    train, new, weights = rows
    features = np.vstack([train, new])
    before = of_given(features @ features.T, np.arange(20), np.arange(20, 25), weights, 40)
    features[20:] *= 100
    after = of_given(features @ features.T, np.arange(20), np.arange(20, 25), weights, 40)
    np.testing.assert_array_equal(before.train, after.train)
    one, other = (of_standardised(train, held_out(rows), weights).train for rows in (new, 100 * new))
    np.testing.assert_array_equal(one, other)


def test_features_without_variance_keep_their_products(rows):
    _, _, weights = rows
    got = of_given(np.full((20, 20), 3.0, np.float32), np.arange(20), np.arange(2), weights, 40)
    np.testing.assert_array_equal(got.train, 3.0)


def test_products_that_are_no_numbers_are_refused(rows):
    products = np.eye(20)
    products[2, 2] = np.nan
    with pytest.raises(DataError, match="inner products of features"):
        of_given(products, np.arange(20), np.arange(2), rows[2], 40)
