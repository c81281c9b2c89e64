"""The grid on which the voxels of a table lie."""

import json

import numpy as np
import pyarrow as pa

from cortex2image.errors import DataError


def grid(voxels: pa.Table, where: str) -> tuple[tuple[int, ...], np.ndarray]:
    """Return the shape and the (4, 4) affine, voxel to world in mm, that the table's metadata hold."""
    try:
        shape, affine = (json.loads(voxels.schema.metadata[key]) for key in (b"shape", b"affine"))
        return tuple(map(int, shape)), np.asarray(affine, dtype=np.float64).reshape(4, 4)
    except (KeyError, ValueError) as error:
        fix = "delete the table and run the workflow again"
        raise DataError(where, "shape and affine in the table's metadata", repr(error), fix) from None
