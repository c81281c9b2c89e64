"""Trajectories are those of the methods; changes are what their definition says."""

import numpy as np
import pytest
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.rows import plan
from cortex2image.regions.attribution import (
    change_over_samples,
    relative_change,
    trajectory,
)
from cortex2image.study.methods import METHODS


@pytest.fixture(scope="module")
def denoiser(tiny_diffusion):
    return Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0))


@pytest.fixture
def features(rng):
    return {
        "z": rng.standard_normal((3, 64), dtype=np.float32),
        "c": rng.standard_normal((3, 128), dtype=np.float32),
    }


@pytest.mark.parametrize(("method", "steps"), [("zc", 4), ("c", 5)])
def test_pictures_are_those_of_the_method(denoiser, features, method, steps):
    rows = plan(["a", "b", "c"], 2, 3, shared_noise=False)
    way = trajectory(METHODS[method], denoiser, features, rows, 4)
    repeated = {space: values.repeat(2, axis=0) for space, values in features.items()}
    expected = pictures(METHODS[method], denoiser, repeated, [row.seed for row in rows])
    np.testing.assert_allclose(way.pictures.astype(int), expected.astype(int), atol=1)
    assert way.predicted.shape == (steps, 6, 64)
    assert way.timesteps == denoiser.timesteps[-steps:]


def test_equal_features_have_equal_trajectories_to_the_last_bit(denoiser, features):
    rows = plan(["a", "b", "c"], 1, 3, shared_noise=False)
    first, again = (
        trajectory(
            METHODS["zc"], denoiser, {name: values.copy() for name, values in features.items()}, rows, 2
        )
        for _ in range(2)
    )
    change, cosine = relative_change(first.predicted, again.predicted)
    np.testing.assert_array_equal(change, 0)
    np.testing.assert_allclose(cosine, 1)


def test_what_changes_one_stimulus_changes_no_other(denoiser, features):
    rows = plan(["a", "b", "c"], 1, 3, shared_noise=False)
    other = {name: values.copy() for name, values in features.items()}
    other["c"][1] = 0
    ways = [trajectory(METHODS["zc"], denoiser, given, rows, 3) for given in (features, other)]
    change, _ = relative_change(ways[0].predicted, ways[1].predicted)
    assert (change[:, 1] > 1e-3).all()
    np.testing.assert_allclose(change[:, [0, 2]], 0, atol=1e-5)


def test_change_is_relative_to_the_distance_from_the_mean_over_stimuli():
    full = np.array([[3.0, 0], [-3, 0], [0, 4], [0, -4]])
    changed = np.array([[0.0, 0], [-3, 3], [0, 4], [0, 4]])
    change, cosine = relative_change(full, changed)
    np.testing.assert_allclose(change, [1, 1, 0, 2])
    np.testing.assert_allclose(cosine, [np.nan, 1 / np.sqrt(2), 1, -1])


def test_the_mean_over_stimuli_counts_for_nothing(rng):
    full, changed = rng.standard_normal((2, 7, 5, 12))
    expected = relative_change(full, changed)
    for one, other in zip(expected, relative_change(full + 100, changed + 100), strict=True):
        np.testing.assert_allclose(other, one)
    own, others_own = (values - full.mean(axis=1, keepdims=True) for values in (full, changed))
    cosines = [
        [np.dot(a, b) / np.sqrt(a @ a * (b @ b)) for a, b in zip(*rows, strict=True)]
        for rows in zip(own, others_own, strict=True)
    ]
    np.testing.assert_allclose(expected[1], cosines)


def test_a_stimulus_without_anything_of_its_own_has_no_change():
    full = np.ones((3, 4))
    change, cosine = relative_change(full, full + 1)
    assert np.isnan(change).all()
    assert np.isnan(cosine).all()


def test_samples_have_means_of_their_own(rng):
    full, changed = rng.standard_normal((2, 2, 6, 3))
    samples = [0, 1, 0, 1, 0, 1]
    change, cosine = change_over_samples(full, changed, samples)
    expected = relative_change(full[:, 1::2], changed[:, 1::2])
    np.testing.assert_array_equal(change[:, 1::2], expected[0])
    np.testing.assert_array_equal(cosine[:, 1::2], expected[1])
