import json

import numpy as np
import pytest
from tests.support.encoding_tables import write_grid
from tests.support.tiny_subject import AFFINE, SHAPE, write_voxels

from cortex2image.encoding.voxel_grid import read_voxel_grid
from cortex2image.errors import DataError
from cortex2image.tables.recordings import VOXELS

INDICES = np.array([[0, 0, 0], [2, 3, 1], [4, 0, 2]])


def test_world_coordinates_are_those_of_the_affine(tmp_path):
    write_grid(tmp_path / "v.parquet", INDICES, SHAPE, AFFINE)
    grid = read_voxel_grid(tmp_path / "v.parquet")
    assert (len(grid), grid.shape, grid.has_places) == (3, SHAPE, True)
    for voxel, world in zip(INDICES, grid.world, strict=True):
        np.testing.assert_allclose(world, (AFFINE @ [*voxel, 1])[:3])


def test_a_row_has_no_places(tmp_path):
    write_grid(tmp_path / "v.parquet", INDICES * [1, 0, 0], (5, 1, 1), np.eye(4))
    assert not read_voxel_grid(tmp_path / "v.parquet").has_places


def test_a_mask_without_voxels_is_refused(tmp_path):
    write_grid(tmp_path / "v.parquet", INDICES[:0], SHAPE, AFFINE)
    with pytest.raises(DataError, match="at least one voxel"):
        read_voxel_grid(tmp_path / "v.parquet")


@pytest.mark.parametrize("metadata", [{}, {"shape": json.dumps(SHAPE), "affine": "[1, 2]"}])
def test_a_grid_that_is_missing_or_broken_is_refused(tmp_path, metadata):
    path = tmp_path / "v.parquet"
    write_voxels(str(path))
    VOXELS.write(VOXELS.read(path).replace_schema_metadata(None), path, **metadata)
    with pytest.raises(DataError, match="shape and affine"):
        read_voxel_grid(path)


def test_tables_of_other_voxels_are_refused(tmp_path):
    write_grid(tmp_path / "a.parquet", INDICES, SHAPE, AFFINE)
    write_grid(tmp_path / "b.parquet", INDICES[:2], SHAPE, AFFINE)
    grid = read_voxel_grid(tmp_path / "a.parquet")
    grid.require_same(VOXELS.read(tmp_path / "a.parquet"), "a")
    with pytest.raises(DataError, match=r"b\n.*3 voxels as in voxels.parquet\n.*2, or others"):
        grid.require_same(VOXELS.read(tmp_path / "b.parquet"), "b")
