"""The voxels of voxels.parquet with their grid: where each value of a table lies."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.errors import DataError
from cortex2image.tables.grid import grid
from cortex2image.tables.recordings import VOXELS

FIX = "delete the table and run the workflow again"


@dataclass(frozen=True)
class VoxelGrid:
    """The v voxels of a subject.

    Attributes
    ----------
    source : str
        Path of the table.
    ids : Arrow column
        `voxel_id` in the order of the table.
    indices : (v, 3) int array
        Indices i, j, k into the volume; vertices of a surface are (vertex, 0, 0), left hemisphere first.
    shape : (X, Y, Z)
    affine : (4, 4) float64
        From indices to world coordinates in mm; without meaning for a surface.
    rois, hemispheres : (v,) arrays of str
    """

    source: str
    ids: pa.ChunkedArray
    indices: np.ndarray
    shape: tuple[int, ...]
    affine: np.ndarray
    rois: np.ndarray
    hemispheres: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def world(self) -> np.ndarray:
        """Return the world coordinates of the voxels, (v, 3) mm."""
        coordinates: np.ndarray = self.indices @ self.affine[:3, :3].T + self.affine[:3, 3]
        return coordinates

    @property
    def has_places(self) -> bool:
        """Return whether the voxels fill a volume: vertices, and columns of a table, are a row."""
        return sum(length > 1 for length in self.shape) > 1

    def require_same(self, table: pa.Table, where: str) -> None:
        """Raise :class:`DataError` unless a table lists the same voxels in the same order."""
        if not self.ids.equals(table.column("voxel_id")):
            expected, found = f"{len(self)} voxels as in voxels.parquet", f"{table.num_rows}, or others"
            raise DataError(where, expected, found, FIX)


def read_voxel_grid(path: str) -> VoxelGrid:
    """Read voxels.parquet.

    Raises
    ------
    DataError
        The table has no voxels, or its metadata lack the grid.
    """
    table = VOXELS.read(path)
    if not table.num_rows:
        fix = "give a mask, or an atlas with labels, that holds voxels with data in every session"
        raise DataError(path, "at least one voxel", "none", fix)
    shape, affine = grid(table, path)
    indices = np.column_stack([table.column(axis).to_numpy() for axis in "ijk"])
    rois, sides = (np.asarray(table.column(name).to_pylist()) for name in ("roi", "hemisphere"))
    return VoxelGrid(path, table.column("voxel_id"), indices, shape, affine, rois, sides)
