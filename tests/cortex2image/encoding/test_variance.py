"""Product measure and unique variance on planted variance."""

from statistics import NormalDist, stdev

import numpy as np
from scipy.stats import false_discovery_control

from cortex2image.encoding.variance import ProductMeasure, unique_variance

SHARE = np.array([0.5, 0.1, 1.0])


def r2(predicted: np.ndarray, measured: np.ndarray) -> np.ndarray:
    apart = measured - measured.mean(axis=0)
    return 1 - ((measured - predicted) ** 2).sum(axis=0) / (apart**2).sum(axis=0)


def parts_of(*folds: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    (bands, _, voxels) = folds[0][0].shape
    measure = ProductMeasure.of(bands, voxels)
    for by_band, measured in folds:
        for first in range(voxels):
            part = slice(first, first + 1)
            measure.add(part, by_band[:, :, part], measured[:, part])
    return measure.parts


def test_the_product_measure_sums_to_r2(rng):
    parts = rng.standard_normal((3, 50, 4))
    parts -= parts.mean(axis=1, keepdims=True)
    measured = parts.sum(axis=0) + rng.standard_normal((50, 4))
    measured -= measured.mean(axis=0)
    np.testing.assert_allclose(parts_of((parts, measured)).sum(axis=0), r2(parts.sum(axis=0), measured))


def test_folds_add_up_and_offsets_of_folds_do_not_count(rng):
    parts, noise = rng.standard_normal((2, 60, 3)), rng.standard_normal((60, 3))
    measured, fold = parts.sum(axis=0) + noise, np.arange(60) // 20
    offset = 50 * rng.standard_normal((3, 3))[fold]
    got = parts_of(*((parts[:, fold == f], (measured + offset)[fold == f]) for f in range(3)))
    for f in range(3):
        parts[:, fold == f] -= parts[:, fold == f].mean(axis=1, keepdims=True)
        measured[fold == f] -= measured[fold == f].mean(axis=0)
    np.testing.assert_allclose(got, parts_of((parts, measured)), atol=1e-10)


def test_the_product_measure_finds_planted_shares(rng):
    parts = rng.standard_normal((2, 20_000, 1)) * np.array([2.0, 1.0])[:, None, None]
    measured = 5 + parts.sum(axis=0) + np.sqrt(5) * rng.standard_normal((20_000, 1))
    np.testing.assert_allclose(parts_of((parts, measured))[:, 0], [0.4, 0.1], atol=0.02)


def test_constant_targets_have_no_variance_to_split():
    np.testing.assert_array_equal(parts_of((np.ones((2, 5, 1)), np.full((5, 1), 3.0))), [[0.0], [0.0]])


def test_unique_variance_is_a_difference_that_may_be_negative(rng):
    joint, other = np.array([0.5, 0.2, 0.1]), np.array([0.3, 0.2, 0.15])
    draws = 0.05 * rng.standard_normal((2, 3, 400))
    got = unique_variance(joint, other, joint[:, None] + draws[0], other[:, None] + draws[1], SHARE)
    np.testing.assert_allclose(got.unique_r2, [0.2, 0, -0.05])
    apart = (joint - other)[:, None] + draws[0] - draws[1]
    np.testing.assert_allclose(got.unique_r2_low, np.quantile(apart, 0.025, axis=1))
    np.testing.assert_allclose(got.unique_r2_high, np.quantile(apart, 0.975, axis=1))
    expected = [1 - NormalDist(0, stdev(voxel)).cdf(x) for x, voxel in zip(joint - other, apart, strict=True)]
    np.testing.assert_allclose(got.p, expected)
    np.testing.assert_allclose(got.q, false_discovery_control(expected, method="by"))


def test_resamples_that_models_share_make_the_interval_narrow(rng):
    common, own = rng.standard_normal((1, 500)), 1e-3 * rng.standard_normal((1, 500))
    got = unique_variance(np.array([0.5]), np.array([0.4]), 0.5 + common + own, 0.4 + common, SHARE[:1])
    np.testing.assert_allclose([got.unique_r2_low, got.unique_r2_high], 0.1, atol=4e-3)
    assert got.p < 1e-6


def test_models_that_do_not_differ_in_any_resample_have_no_unique_variance():
    same = np.linspace(0.1, 0.3, 40)[None]
    assert unique_variance(np.array([0.2]), np.array([0.2]), same, same, SHARE[:1]).p == 1


def test_a_band_without_a_share_gains_nothing_from_rounding(rng):
    """Rounding that always errs to one side would be a sure gain."""
    other = np.linspace(0.1, 0.3, 40)[None]
    joint = other + 1e-7 + 1e-9 * rng.standard_normal((1, 40))
    assert unique_variance(joint[:, 0], other[:, 0], joint, other, SHARE[:1]).p < 1e-6
    assert unique_variance(joint[:, 0], other[:, 0], joint, other, np.zeros(1)).p == 1
