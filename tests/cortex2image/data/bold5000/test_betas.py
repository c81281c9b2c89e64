"""Betas of BOLD5000 in volumes and in tables of regions."""

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.bold5000.betas import (
    open_table,
    read_columns,
    read_volume,
    table_voxels,
    volume_voxels,
)
from cortex2image.errors import ConfigError, DataError

SHAPE = (3, 2, 4)


@pytest.fixture
def brain(tmp_path):
    mask = np.random.default_rng(0).random(SHAPE) < 0.5
    nib.save(nib.Nifti1Image(mask.astype(np.uint8), np.eye(4)), tmp_path / "mask.nii.gz")
    return mask, tmp_path / "mask.nii.gz"


def test_without_an_atlas_the_whole_brain_is_unlabelled(brain):
    mask, path = brain
    voxels = volume_voxels(path, None, {}, labelled_only=False)
    np.testing.assert_array_equal(voxels.indices, np.argwhere(mask))
    assert set(voxels.roi) == {"unlabelled"}


def test_values_come_in_the_order_of_the_voxels(brain, tmp_path):
    _, path = brain
    voxels = volume_voxels(path, None, {}, labelled_only=False)
    values = np.random.default_rng(1).normal(size=(*SHAPE, 5)).astype(np.float32)
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "betas.nii.gz")
    expected = np.stack([values[i, j, k] for i, j, k in voxels.indices], axis=1)
    np.testing.assert_array_equal(read_volume(tmp_path / "betas.nii.gz", 5, voxels), expected)


def test_regions_outside_the_brain_do_not_count(brain, tmp_path):
    mask, path = brain
    atlas = tmp_path / "atlas.nii.gz"
    nib.save(nib.Nifti1Image(np.where(mask, 1, 2).astype(np.int16), np.eye(4)), atlas)
    assert set(volume_voxels(path, atlas, {"in": 1}, labelled_only=True).roi) == {"in"}
    with pytest.raises(DataError, match=r"no voxel of out \(2\)"):
        volume_voxels(path, atlas, {"in": 1, "out": 2}, labelled_only=True)


def test_two_regions_of_one_code(brain, tmp_path):
    mask, path = brain
    atlas = tmp_path / "atlas.nii.gz"
    nib.save(nib.Nifti1Image(mask.astype(np.int16), np.eye(4)), atlas)
    with pytest.raises(ConfigError, match="every code once"):
        volume_voxels(path, atlas, {"a": 1, "b": 1}, labelled_only=False)


@pytest.fixture
def tables(tmp_path):
    """Tables of 5 trials: two voxels of the left LOC, three of the right."""
    files = {}
    for side, width in (("left", 2), ("right", 3)):
        files[side, "LOC"] = tmp_path / f"{side}.npy"
        np.save(files[side, "LOC"], np.arange(5.0 * width).reshape(5, width))
    return files


def test_rows_and_columns(tables):
    voxels = table_voxels(tables, 5, ["LOC"])
    read = read_columns(list(tables.values()), 5, (1, 3), voxels)
    np.testing.assert_array_equal(read, [[2, 3, 3, 4, 5], [4, 5, 6, 7, 8]])


def test_a_table_of_another_width(tables):
    voxels = table_voxels(tables, 5, ["LOC"])
    np.save(tables["right", "LOC"], np.ones((5, 4)))
    with pytest.raises(DataError, match=r"5 columns together(.|\n)*6 columns"):
        read_columns(list(tables.values()), 5, (0, 5), voxels)


def test_a_table_cut_short(tables):
    path = tables["left", "LOC"]
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DataError, match=r"left\.npy(.|\n)*whole \.npy table"):
        open_table(path, 5)


@pytest.mark.parametrize(
    "values", [np.ones((4, 2)), np.ones(5), np.full((5, 2), "a"), np.full((5, 2), None, object)]
)
def test_no_table_of_these_trials(tmp_path, values):
    path = tmp_path / "table.npy"
    np.save(path, values)
    with pytest.raises(DataError, match=r"table\.npy"):
        open_table(path, 5)


def test_a_missing_table(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.npy"):
        open_table(tmp_path / "nowhere.npy", 5)
