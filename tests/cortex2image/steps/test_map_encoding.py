"""Maps read back voxel by voxel."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from tests.support.tiny_subject import AFFINE, SHAPE, write_voxels

from cortex2image.errors import DataError
from cortex2image.steps.map_encoding import main
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING


def write_encoding(path: Path, voxels: int) -> np.ndarray:
    r = np.linspace(-0.5, 0.9, voxels)
    same = {column.name: np.full(voxels, 0.5) for column in ENCODING.columns}
    ENCODING.write({**same, "voxel_id": range(voxels), "r": r}, path)
    return r


@pytest.fixture
def options(tmp_path) -> list[str]:
    write_voxels(str(tmp_path / "voxels.parquet"))
    paths = {"voxels": "voxels.parquet", "encoding": "encoding.parquet", "map": "map.nii.gz"}
    return [part for name, path in paths.items() for part in (f"--{name}", str(tmp_path / path))]


def test_every_voxel_lies_where_its_indices_say_in_the_subjects_space(tmp_path, options):
    r = write_encoding(tmp_path / "encoding.parquet", 15)
    main(options)
    image = nib.load(tmp_path / "map.nii.gz")
    volume = image.get_fdata(dtype=np.float32)
    np.testing.assert_allclose(image.affine, AFFINE, atol=1e-5)
    assert image.shape == SHAPE
    voxels = VOXELS.read(tmp_path / "voxels.parquet")
    ijk = tuple(voxels.column(axis).to_numpy() for axis in "ijk")
    np.testing.assert_allclose(volume[ijk], r, rtol=1e-6)
    assert np.isfinite(volume).sum() == 15


@pytest.mark.parametrize(("vertices", "kind"), [(32767, nib.Nifti1Image), (327684, nib.Nifti2Image)])
def test_a_surface_is_a_volume_of_one_row(tmp_path, options, vertices, kind):
    r = write_encoding(tmp_path / "encoding.parquet", 15)
    table = VOXELS.read(tmp_path / "voxels.parquet")
    chosen = np.linspace(0, vertices - 1, 15).astype(int)
    columns = {name: table[name] for name in table.column_names} | {"i": chosen}
    columns |= {axis: np.zeros(15, int) for axis in "jk"}
    facts = {"shape": json.dumps([vertices, 1, 1]), "affine": json.dumps(np.eye(4).tolist())}
    VOXELS.write(columns, tmp_path / "voxels.parquet", **facts)
    main(options)
    image = nib.load(tmp_path / "map.nii.gz")
    assert type(image) is kind
    assert image.shape == (vertices, 1, 1)
    values = image.get_fdata(dtype=np.float32)[:, 0, 0]
    np.testing.assert_allclose(values[chosen], r, rtol=1e-6)
    assert np.isfinite(values).sum() == 15


def test_tables_of_other_voxels_are_refused(tmp_path, options):
    write_encoding(tmp_path / "encoding.parquet", 14)
    with pytest.raises(DataError, match="15 voxels as in"):
        main(options)
    assert not (tmp_path / "map.nii.gz").exists()


@pytest.mark.parametrize("metadata", [{}, {"shape": json.dumps(SHAPE), "affine": "[1, 2]"}])
def test_a_grid_that_is_missing_or_broken_is_refused(tmp_path, options, metadata):
    write_encoding(tmp_path / "encoding.parquet", 15)
    table = VOXELS.read(tmp_path / "voxels.parquet")
    VOXELS.write(table.replace_schema_metadata(None), tmp_path / "voxels.parquet", **metadata)
    with pytest.raises(DataError, match="shape and affine"):
        main(options)
    assert not (tmp_path / "map.nii.gz").exists()
