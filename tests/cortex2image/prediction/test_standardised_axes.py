"""Standardised predictors against StandardScaler: the same inner products, in fewer columns."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from cortex2image.prediction import standardised_axes as module
from cortex2image.prediction.standardised_axes import standardised_axes
from cortex2image.ridge.repeats import PerTrial


@pytest.mark.parametrize("at_once", [40, 2**24])
@pytest.mark.parametrize(("width", "columns"), [(8, 8), (60, 19)], ids=["tall", "wide"])
def test_inner_products_are_those_of_standardised_trials(rng, monkeypatch, width, columns, at_once):
    monkeypatch.setattr(module, "VALUES_AT_ONCE", at_once)
    rows, new = rng.normal(3, 2, (20, width)), rng.normal(3, 2, (5, width))
    row = np.repeat(np.arange(20), np.resize([1, 2, 3], 20))[rng.permutation(39)]
    scaler = StandardScaler().fit(rows[row])
    train, other = scaler.transform(rows[row]), scaler.transform(new)
    got, got_new = standardised_axes(PerTrial(rows, row), new)
    assert got.shape == (39, columns)
    np.testing.assert_allclose(got @ got.T, train @ train.T, atol=1e-10)
    np.testing.assert_allclose(got_new @ got.T, other @ train.T, atol=1e-10)


def test_trials_without_repeats_keep_their_columns(rng):
    rows = rng.normal(3, 2, (10, 30)).astype(np.float32)
    got, _ = standardised_axes(PerTrial(rows, np.arange(10)), rows)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, StandardScaler().fit_transform(rows.astype(float)), atol=1e-5)


def test_constant_columns_become_zero_and_are_not_divided(rng):
    rows = rng.standard_normal((6, 3))
    rows[:, 1] = 0.1
    got, new = standardised_axes(PerTrial(rows, np.array([0, 1, 2, 3, 4, 5, 5])), np.full((1, 3), 2.1))
    np.testing.assert_array_equal(got[:, 1], 0)
    assert new[0, 1] == 2.0
