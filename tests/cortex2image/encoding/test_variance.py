"""Variance partitioning on planted variance."""

import numpy as np
import pytest

from cortex2image.encoding.variance import product_measure, unique_and_shared
from cortex2image.errors import DataError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.banded import BandedRidgeCV

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

A, B, C = (frozenset(name) for name in "abc")


def r2(predicted: np.ndarray, measured: np.ndarray) -> np.ndarray:
    return 1 - ((measured - predicted) ** 2).sum(axis=0) / ((measured - measured.mean(axis=0)) ** 2).sum(
        axis=0
    )


def test_the_product_measure_sums_to_r2(rng):
    parts = rng.standard_normal((3, 50, 4))
    parts -= parts.mean(axis=1, keepdims=True)
    measured = parts.sum(axis=0) + rng.standard_normal((50, 4))
    measured -= measured.mean(axis=0)
    got = product_measure(parts, measured)
    np.testing.assert_allclose(got.sum(axis=0), r2(parts.sum(axis=0), measured))


def test_the_product_measure_finds_planted_shares(rng):
    parts = rng.standard_normal((2, 20_000, 1)) * np.array([2.0, 1.0])[:, None, None]
    measured = 5 + parts.sum(axis=0) + np.sqrt(5) * rng.standard_normal((20_000, 1))
    np.testing.assert_allclose(product_measure(parts, measured)[:, 0], [0.4, 0.1], atol=0.02)


def test_constant_targets_have_no_variance_to_split():
    np.testing.assert_array_equal(product_measure(np.ones((2, 5, 1)), np.full((5, 1), 3.0)), [[0.0], [0.0]])


def test_two_bands_split_into_unique_and_shared():
    models = {A: np.array([0.5]), B: np.array([0.4]), A | B: np.array([0.6])}
    got = unique_and_shared(models)
    assert got.keys() == {A, B, A | B}
    assert [round(float(got[key][0]), 12) for key in (A, B, A | B)] == [0.2, 0.1, 0.3]


def test_three_bands_give_back_planted_parts():
    planted = {A: 0.1, B: 0.05, C: 0.02, A | B: 0.08, A | C: 0.04, B | C: 0.03, A | B | C: 0.06}
    models = {s: np.array([sum(v for part, v in planted.items() if part & s)]) for s in planted}
    got = unique_and_shared(models)
    for part, value in planted.items():
        np.testing.assert_allclose(got[part], value, atol=1e-12)


def test_a_missing_model_is_named():
    with pytest.raises(DataError, match=r"2 missing, first b"):
        unique_and_shared(
            {A: np.zeros(1), A | B | C: np.zeros(1), A | C: np.zeros(1), C: np.zeros(1), B | C: np.zeros(1)}
        )


def test_fits_find_planted_unique_and_shared_variance(rng):
    """Half of the signal is in the first band alone, half in both; nothing is in the second alone."""
    own, common, other = rng.standard_normal((3, 4000, 2))
    bands = {"a": np.hstack([own, common]), "b": np.hstack([other, common])}
    Y = own + common + 0.5 * rng.standard_normal((4000, 2))
    train, test = slice(0, 1000), slice(1000, 4000)
    model = BandedRidgeCV([1.0, 10.0], mixtures=6).fit([band[train] for band in bands.values()], Y[train])
    new = [band[test] for band in bands.values()]
    joint = r2(model.predict(new), Y[test])
    alone = {
        frozenset(name): r2(RidgeCV([1.0, 10.0]).fit(band[train], Y[train]).predict(band[test]), Y[test])
        for name, band in bands.items()
    }
    parts = unique_and_shared({**alone, A | B: joint})
    for part, planted in ((A, 1 / 2.25), (B, 0), (A | B, 1 / 2.25)):
        np.testing.assert_allclose(parts[part], planted, atol=0.05)
    measure = product_measure(model.predict_by_band(new), Y[test])
    np.testing.assert_allclose(measure.sum(axis=0), joint, atol=0.01)
    assert (measure[0] >= parts[A] - 0.05).all()
