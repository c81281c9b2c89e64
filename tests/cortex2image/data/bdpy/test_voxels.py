"""Voxels of a bdpy file: grid, regions and columns."""

import numpy as np
import pytest

from cortex2image.data.bdpy.files import Metadata
from cortex2image.data.bdpy.voxels import columns_of, place_problems, study_voxels, voxel_columns, voxel_grid
from cortex2image.errors import DataError

NAN = np.nan
# Columns 0 and 4 are labels of the samples.
LINE = {
    "VoxelData": np.array([NAN, 1, 1, 1, NAN]),
    "voxel_x": np.array([NAN, 4, -2, 1, NAN]),
    "voxel_y": np.array([NAN, 0, 0, 0, NAN]),
    "voxel_z": np.array([NAN, 5, 5, 5, NAN]),
    "ROI_V1": np.array([NAN, 1, NAN, 1, NAN]),
}


def metadata(tmp_path, **values) -> Metadata:
    return Metadata(tmp_path / "a.h5", 7, LINE | values, {})


def test_voxels_come_in_the_order_of_the_volume(tmp_path):
    voxels = study_voxels(metadata(tmp_path), {"V1": 1}, labelled_only=False)
    np.testing.assert_array_equal(voxels.indices, [[0, 0, 0], [1, 0, 0], [2, 0, 0]])
    assert voxels.roi == ["unlabelled", "V1", "V1"]
    assert voxels.hemisphere == ["left", "right", "right"]
    np.testing.assert_array_equal(columns_of(metadata(tmp_path), voxels), [2, 3, 1])
    assert place_problems(metadata(tmp_path)) == []


def test_some_voxels_are_found_again(tmp_path):
    voxels = study_voxels(metadata(tmp_path), {"V1": 1}, labelled_only=True)
    other = metadata(tmp_path, voxel_x=np.array([NAN, 1, -2, 4, NAN]))
    np.testing.assert_array_equal(columns_of(other, voxels), [1, 3])


def test_voxels_that_are_missing(tmp_path):
    voxels = study_voxels(metadata(tmp_path), {}, labelled_only=False)
    without_middle = metadata(tmp_path, VoxelData=np.array([NAN, 1, 1, NAN, NAN]))
    with pytest.raises(DataError, match="voxels of the training file"):
        columns_of(without_middle, voxels)


def test_regions_stand_in_for_voxel_data(tmp_path):
    without = {key: value for key, value in LINE.items() if key != "VoxelData"}
    found = voxel_columns(Metadata(tmp_path / "a.h5", 7, without, {}))
    np.testing.assert_array_equal(found, [1, 3])
    with pytest.raises(DataError, match=r"VoxelData or ROI_"):
        voxel_columns(Metadata(tmp_path / "a.h5", 7, {}, {}))


def test_without_coordinates_places_are_unknown(tmp_path):
    nowhere = {key: value for key, value in LINE.items() if not key.startswith("voxel_")}
    blind = Metadata(tmp_path / "a.h5", 7, nowhere, {})
    voxels = study_voxels(blind, {}, labelled_only=False)
    assert set(voxels.hemisphere) == {"unknown"}
    np.testing.assert_array_equal(voxels.indices[:, 0], range(len(voxels.hemisphere)))
    assert "hemispheres unknown" in place_problems(blind)[0]


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
