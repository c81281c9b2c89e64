"""Voxels on a grid whose axes point to the right, front and top, cut down to the voxels that there are."""

from dataclasses import dataclass

import numpy as np
from nibabel.affines import apply_affine
from nibabel.orientations import inv_ornt_aff, io_orientation

from cortex2image.encoding.voxel_grid import VoxelGrid


@dataclass(frozen=True)
class CanonicalGrid:
    """Places of v voxels on a turned and cropped grid; nothing is resampled.

    Attributes
    ----------
    shape : (X, Y, Z)
        Voxels to the right, to the front and upwards.
    places : (v, 3) int array
        Indices into this grid.
    to_indices : (4, 4) int array
        From these indices to the indices of the subject's own volume.
    affine : (4, 4) float64
        From these indices to world coordinates, mm.
    """

    shape: tuple[int, int, int]
    places: np.ndarray
    to_indices: np.ndarray
    affine: np.ndarray

    @property
    def positions(self) -> np.ndarray:
        """Return the place of each voxel as one number, (v,): x + X (y + Y z)."""
        x, y, z = self.places.T
        flat: np.ndarray = x + self.shape[0] * (y + self.shape[1] * z)
        return flat


def canonical_grid(grid: VoxelGrid, margin: int = 1) -> CanonicalGrid:
    """Turn the axes of a subject's grid to right, front and top, as near as voxels allow, and crop it.

    Parameters
    ----------
    grid : VoxelGrid
    margin : int
        Voxels to leave around those of the mask on every side.
    """
    turned = inv_ornt_aff(io_orientation(grid.affine), grid.shape)
    places = np.rint(apply_affine(np.linalg.inv(turned), grid.indices)).astype(int)
    low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
    cut = np.eye(4)
    cut[:3, 3] = low
    x, y, z = (int(n) for n in high - low + 1)
    to_indices = np.rint(turned @ cut).astype(int)
    return CanonicalGrid((x, y, z), places - low, to_indices, grid.affine @ to_indices)
