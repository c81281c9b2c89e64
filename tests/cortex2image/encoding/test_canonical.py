"""Voxels turned and cropped, compared with nibabel's own reorientation."""

import nibabel as nib
import numpy as np
import pyarrow as pa
import pytest

from cortex2image.encoding.canonical import canonical_grid
from cortex2image.encoding.voxel_grid import VoxelGrid

SHAPE = (6, 7, 5)
AFFINES = {
    "as it is": np.diag([2.0, 2, 3, 1]),
    "mirrored": np.array([[-2.0, 0, 0, 9], [0, 2, 0, -5], [0, 0, 3, 0], [0, 0, 0, 1]]),
    "turned": np.array([[-2.0, 0.1, 0, 9], [0.1, 0, -3, 5], [0, 2.5, 0.1, -4], [0, 0, 0, 1]]),
}


def grid_of(indices: np.ndarray, affine: np.ndarray) -> VoxelGrid:
    names = np.full(len(indices), "early")
    return VoxelGrid("a test", pa.chunked_array([range(len(indices))]), indices, SHAPE, affine, names, names)


@pytest.mark.parametrize("name", AFFINES)
def test_values_lie_where_nibabel_puts_them(name):
    rng, affine = np.random.default_rng(0), AFFINES[name]
    indices = np.argwhere(rng.random(SHAPE) < 0.3)
    volume = np.zeros(SHAPE)
    volume[tuple(indices.T)] = values = 1 + np.arange(len(indices), dtype=float)
    turned = nib.as_closest_canonical(nib.Nifti1Image(volume, affine))
    expected, found = turned.get_fdata(), canonical_grid(grid_of(indices, affine), margin=0)
    cropped = np.zeros(found.shape)
    cropped[tuple(found.places.T)] = values
    inside = np.argwhere(expected)
    low, high = inside.min(axis=0), inside.max(axis=0) + 1
    np.testing.assert_array_equal(cropped, expected[tuple(map(slice, low, high))])
    np.testing.assert_allclose(found.affine, turned.affine @ nib.affines.from_matvec(np.eye(3), low))


@pytest.mark.parametrize("name", AFFINES)
def test_places_lead_back_to_indices_and_millimetres(name):
    affine = AFFINES[name]
    indices = np.array([[0, 0, 0], [5, 2, 1], [3, 6, 4]])
    found = canonical_grid(grid_of(indices, affine))
    np.testing.assert_array_equal(nib.affines.apply_affine(found.to_indices, found.places), indices)
    world = nib.affines.apply_affine(affine, indices)
    np.testing.assert_allclose(nib.affines.apply_affine(found.affine, found.places), world)
    assert (np.diff(found.places[np.argsort(world[:, 0])][:, 0]) >= 0).all()  # left is left


def test_positions_count_from_left_to_right_then_to_the_front():
    found = canonical_grid(
        grid_of(np.array([[1, 2, 3], [2, 2, 3], [1, 3, 3]]), AFFINES["as it is"]), margin=1
    )
    assert found.shape == (4, 4, 3)
    assert found.positions.tolist() == [1 + 4 * (1 + 4), 2 + 4 * (1 + 4), 1 + 4 * (2 + 4)]
