"""The grid of a subject, from headers: whose file is wrong, and which files no run may lack."""

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.grids import grid_of_runs
from cortex2image.errors import DataError

SHAPE = (3, 4, 5)


@pytest.fixture
def files(tmp_path):
    def save(name, *shape):
        path = tmp_path / name
        nib.save(nib.Nifti1Image(np.zeros(shape, np.uint8), np.eye(4)), path)
        return path

    runs = [(save(f"bold{n}.nii.gz", *SHAPE, 7), save(f"mask{n}.nii.gz", *SHAPE)) for n in range(2)]
    return runs, save("atlas.nii.gz", *SHAPE), save


def test_all_files_share_a_grid(files):
    runs, atlas, _ = files
    assert grid_of_runs(runs, atlas).shape == SHAPE
    assert grid_of_runs(runs, None).shape == SHAPE


@pytest.mark.parametrize("name", ["bold0", "mask0", "bold1", "mask1", "atlas"])
def test_the_one_wrong_file_is_named(files, name):
    runs, atlas, save = files
    time = (7,) if name.startswith("bold") else ()
    save(f"{name}.nii.gz", 3, 5, 4, *time)
    with pytest.raises(DataError) as caught:
        grid_of_runs(runs, atlas)
    assert str(caught.value.where).endswith(f"{name}.nii.gz")


def test_a_run_without_a_mask_and_a_recording_of_one_volume(files):
    runs, atlas, save = files
    with pytest.raises(DataError, match=r"bold1\.nii\.gz(.|\n)*a brain mask"):
        grid_of_runs([runs[0], (runs[1][0], None)], atlas)
    with pytest.raises(DataError, match=r"flat\.nii\.gz(.|\n)*4-D"):
        grid_of_runs([(save("flat.nii.gz", *SHAPE), runs[0][1])], atlas)
