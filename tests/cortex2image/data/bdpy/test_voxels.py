"""Which columns are voxels, where they lie, and how to find them again in another file."""

import numpy as np
import pytest

from cortex2image.data.bdpy.files import Metadata
from cortex2image.data.bdpy.voxels import columns_of, place_problems, study_voxels, voxel_columns
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
