"""The grid in the metadata of a table of voxels."""

import numpy as np
import pyarrow as pa
import pytest

from cortex2image.errors import DataError
from cortex2image.tables.grid import grid


def test_shape_and_affine_are_read():
    facts = {"shape": "[4, 5, 6]", "affine": str(np.diag([2, 2, 3, 1]).tolist())}
    shape, affine = grid(pa.table({"i": [0]}).replace_schema_metadata(facts), "voxels.parquet")
    assert shape == (4, 5, 6)
    np.testing.assert_array_equal(affine, np.diag([2, 2, 3, 1]))


@pytest.mark.parametrize("facts", [{"shape": "[4, 5, 6]"}, {"shape": "[4]", "affine": "[[1, 0], [0, 1]]"}])
def test_a_grid_that_is_missing_or_broken_is_refused(facts):
    with pytest.raises(DataError, match=r"voxels\.parquet"):
        grid(pa.table({"i": [0]}).replace_schema_metadata(facts), "voxels.parquet")
