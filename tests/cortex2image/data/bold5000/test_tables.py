"""Tables of regions that are not as released."""

import numpy as np
import pytest

from cortex2image.data.bold5000.betas import open_table, read_columns, table_voxels
from cortex2image.errors import DataError


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
