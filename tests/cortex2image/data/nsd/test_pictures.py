"""The file of all pictures."""

import h5py
import numpy as np
import pytest

from cortex2image.data.nsd.stimuli import read_pictures
from cortex2image.errors import DataError


def test_pictures(tree):
    wanted = [number - 1 for number in list(tree.pictures)[:7]]
    found = dict(read_pictures(tree.layout.stimuli(), wanted[::-1]))
    assert list(found) == sorted(wanted)
    for nsd_id, picture in found.items():
        assert picture.dtype == np.uint8
        np.testing.assert_array_equal(picture, tree.pictures[nsd_id + 1])


def test_cut_short(tree, copied):
    path = copied(tree.layout.stimuli())
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(DataError, match=r"nsd_stimuli\.hdf5(.|\n)*truncated(.|\n)*download"):
        next(read_pictures(path, [0]))


@pytest.mark.parametrize(
    ("key", "shape", "dtype", "match"),
    [
        ("imgBrick", (72_999, 4, 4, 3), "u1", "73000 square pictures(.|\n)*72999"),
        ("imgBrick", (73_000, 4, 4), "u1", "73000 square pictures"),
        ("imgBrick", (73_000, 4, 5, 3), "u1", "73000 square pictures"),
        ("imgBrick", (73_000, 4, 4, 4), "u1", "73000 square pictures"),
        ("imgBrick", (73_000, 4, 4, 3), "f4", "float32"),
        ("images", (73_000, 4, 4, 3), "u1", "a dataset imgBrick(.|\n)*images"),
    ],
)
def test_other_files(tmp_path, key, shape, dtype, match):
    with h5py.File(tmp_path / "nsd_stimuli.hdf5", "w") as file:
        file.create_dataset(key, shape, dtype, chunks=(1, *shape[1:]))
    with pytest.raises(DataError, match=match):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))


def test_a_group_of_the_right_name(tmp_path):
    with h5py.File(tmp_path / "nsd_stimuli.hdf5", "w") as file:
        file.create_group("imgBrick")
    with pytest.raises(DataError, match="a group imgBrick"):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))


def test_missing(tmp_path):
    with pytest.raises(DataError, match="download"):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))
