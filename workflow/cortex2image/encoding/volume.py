"""Voxel values as a volume."""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import DataError


def to_volume(values: np.ndarray, voxels: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return a float32 volume with `values` at the given voxels and NaN elsewhere.

    Parameters
    ----------
    values : (v,) array
    voxels : (v, 3) array of int
        Indices i, j, k into the volume.
    shape : three ints

    Raises
    ------
    DataError
        A voxel lies outside the volume.
    """
    outside = np.flatnonzero(((voxels < 0) | (voxels >= np.asarray(shape))).any(axis=1))
    if len(outside):
        expected = f"indices inside a volume of {tuple(shape)}"
        found = f"{len(outside)} voxels outside, first {voxels[outside[0]].tolist()}"
        raise DataError("voxels", expected, found, "make voxels.parquet anew")
    volume = np.full(tuple(shape), np.nan, dtype=np.float32)
    volume[tuple(voxels.T)] = values
    return volume
