"""Scaling against scikit-learn's StandardScaler."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from cortex2image.ridge.scaling import Scaling


def test_standardizing_is_that_of_scikit_learn(rng):
    train, new = rng.normal(3, 2, (30, 5)), rng.normal(3, 2, (7, 5))
    expected = StandardScaler().fit(train).transform(new)
    np.testing.assert_allclose(Scaling.fit(train, True, True).apply(new), expected, rtol=1e-12)


def test_constant_columns_become_exactly_zero():
    rows = np.full((7, 2), [0.1, 1e6], dtype=np.float32)
    np.testing.assert_array_equal(Scaling.fit(rows, True, True).apply(rows), np.zeros((7, 2)))


def test_without_centre_only_the_scale_is_fitted(rng):
    rows = rng.normal(3, 2, (30, 2))
    np.testing.assert_allclose(Scaling.fit(rows, False, True).apply(rows), rows / rows.std(axis=0))
    np.testing.assert_array_equal(Scaling.fit(rows, False).apply(rows), rows)


def test_large_means_do_not_drown_small_spreads(rng):
    rows = (1e4 + rng.standard_normal((2000, 1))).astype(np.float32)
    assert abs(Scaling.fit(rows, True, True).apply(rows).std() - 1) < 1e-3
