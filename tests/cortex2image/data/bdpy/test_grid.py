"""From coordinates back to the grid they were taken from."""

import numpy as np
import pytest

from cortex2image.data.bdpy.voxels import voxel_grid


def test_a_planted_grid():
    rng = np.random.default_rng(0)
    spacing, origin, shape = np.array([3.0, 3.0, 3.3]), np.array([-61.5, -90.0, 7.25]), (9, 8, 7)
    flat = rng.permutation(np.prod(shape))[:300]
    indices = np.stack(np.unravel_index(flat, shape), axis=1)
    noise = rng.uniform(-2e-4, 2e-4, indices.shape)  # of single precision
    found, found_shape, affine = voxel_grid(origin + spacing * indices + noise)
    np.testing.assert_array_equal(found, indices)
    assert found_shape == shape
    np.testing.assert_allclose(affine[:3, 3], origin, atol=1e-3)
    np.testing.assert_allclose(np.diag(affine)[:3], spacing, atol=1e-3)


def test_voxels_of_one_slice():
    indices, shape, affine = voxel_grid(np.array([[0.0, 2, 5], [2.0, 0, 5], [4.0, 2, 5]]))
    assert shape == (3, 2, 1)
    np.testing.assert_array_equal(indices @ affine[:3, :3] + affine[:3, 3], [[0, 2, 5], [2, 0, 5], [4, 2, 5]])


def rotated() -> np.ndarray:
    grid = np.stack(np.meshgrid(*[np.arange(5) * 3.0] * 3), axis=-1).reshape(-1, 3)
    turn = np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, 1]])
    return grid @ turn


@pytest.mark.parametrize(
    "coordinates",
    [
        rotated(),
        np.array([[0.0, 0, 0], [3, 0, 0], [3, 0, 0]]),
        np.array([[0.0, 0, 0], [3, 0, np.nan]]),
        np.array([[0.0, 0, 0], [0.01, 0, 0], [500, 0, 0]]),
    ],
    ids=["rotated", "coinciding", "not finite", "too wide"],
)
def test_no_upright_grid(coordinates):
    assert voxel_grid(coordinates) is None
