"""Images that were cut short, and the one of several grids that is wrong."""

import gzip

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.whole_files import gzip_is_whole, odd_grids, whole_shape
from cortex2image.errors import DataError

SHAPE = (5, 4, 3, 20)


def saved(path, values=None):
    values = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32) if values is None else values
    nib.save(nib.Nifti1Image(values, np.eye(4)), path)
    return path


@pytest.mark.parametrize("name", ["bold.nii.gz", "bold.nii"])
def test_a_whole_image_has_its_shape_and_a_cut_one_is_refused(tmp_path, name):
    path = saved(tmp_path / name)
    assert whole_shape(path) == SHAPE
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"cut short") as error:
        whole_shape(path)
    assert error.value.where == str(path)


def test_a_whole_archive_of_a_cut_image_is_refused(tmp_path):
    path = saved(tmp_path / "bold.nii.gz")
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-4]))
    with pytest.raises(DataError, match="fewer"):
        whole_shape(path)


def test_an_image_packed_in_pieces_is_whole(tmp_path):
    path = saved(tmp_path / "bold.nii.gz")
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[:1000]) + gzip.compress(content[1000:]) + gzip.compress(b""))
    assert whole_shape(path) == SHAPE


def test_only_the_end_of_a_whole_archive_is_read(tmp_path):
    path = tmp_path / "file.gz"
    packed = gzip.compress(b"x" * 5000)
    path.write_bytes(b"?" * (len(packed) - 4) + packed[-4:])
    assert gzip_is_whole(path, 5000)
    assert not gzip_is_whole(path, 5001)


def test_the_grid_of_few_is_named_with_that_of_most(tmp_path):
    shapes = dict.fromkeys([tmp_path / "a", tmp_path / "b", tmp_path / "c"], (2, 3, 4))
    assert odd_grids(shapes) == []
    (error,) = odd_grids(shapes | {tmp_path / "b": (2, 3, 5)})
    assert (error.where, error.found) == (str(tmp_path / "b"), "grid (2, 3, 5)")
    assert "the other 2 files" in error.expected


def test_where_no_grid_is_that_of_most_all_are_named(tmp_path):
    (error,) = odd_grids({tmp_path / "mask": (2, 3, 4), tmp_path / "betas": (2, 3, 5)})
    assert "(2, 3, 4) in mask; (2, 3, 5) in betas" in error.found
    assert odd_grids({}) == []
