"""Pictures of voxels: axial slices of a subject's own grid, or flat maps of fsaverage5."""

from dataclasses import dataclass

import nibabel as nib
import numpy as np
from nibabel.orientations import apply_orientation, io_orientation
from numpy.typing import NDArray
from scipy.spatial import KDTree

from cortex2image.encoding.fsaverage import SIDES, fsaverage5
from cortex2image.encoding.volume import to_volume
from cortex2image.encoding.voxel_grid import VoxelGrid

SLICES, FLAT, NOTHING = "slices", "flat maps of fsaverage5", "nothing"
"""What maps are drawn on; :data:`NOTHING` for voxels whose places the data set does not give."""
FLAT_MM, GAP = 1.2, 10
"""Flat maps: mm per pixel, and pixels between hemispheres."""
GYRUS, SULCUS = 0.97, 0.86
"""Grey of cortex without voxels, from white (1) to black (0)."""


@dataclass(frozen=True)
class Canvas:
    """A picture with a voxel, or none, in each pixel.

    Attributes
    ----------
    kind : str
        :data:`SLICES` or :data:`FLAT`.
    voxels : (H, W) int array
        Place of the voxel in the table, -1 where there is none; the first row is the lowest.
    cortex : (H, W) array
        Grey level of cortex, from black (0) to white (1), lighter on gyri; NaN elsewhere and on slices.
    aspect : float
        Height of a pixel divided by its width.
    parts : int
        Number of whole brains side by side: of slices, or 1.
    """

    kind: str
    voxels: NDArray[np.int64]
    cortex: NDArray[np.floating]
    aspect: float = 1.0
    parts: int = 1

    @property
    def ratio(self) -> float:
        """Return height divided by width."""
        height, width = self.voxels.shape
        return float(self.aspect * height / width)

    def paint(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the picture of (v,) values, NaN where no voxel lies."""
        return np.where(self.voxels >= 0, values[np.maximum(self.voxels, 0)], np.nan)


def slice_canvas(grid: VoxelGrid, count: int) -> Canvas:
    """Return up to `count` axial slices side by side, lowest first; left in the picture is left in the brain.

    The axes are flipped and swapped to right, front and top, as near as voxels allow; nothing is resampled.
    """
    numbers = to_volume(np.arange(len(grid)), grid.indices, grid.shape)
    numbers = apply_orientation(numbers, io_orientation(grid.affine))
    found = np.isfinite(numbers)
    box = bounding_box(found)
    numbers, found = numbers[box], found[box]
    positions = slice_positions(found, count)
    picture = np.concatenate([numbers[:, :, k].T for k in positions], axis=1)
    voxels = np.nan_to_num(picture, nan=-1).astype(np.int64)
    sizes = nib.affines.voxel_sizes(grid.affine)
    axes = np.argsort(io_orientation(grid.affine)[:, 0])
    aspect = float(sizes[axes[1]] / sizes[axes[0]])
    return Canvas(SLICES, voxels, np.full(voxels.shape, np.nan), aspect, len(positions))


def bounding_box(mask: NDArray[np.bool_], margin: int = 1) -> tuple[slice, ...]:
    """Return the slices that cut a (X, Y, Z) array down to the voxels of `mask` and `margin` around them."""
    found = np.argwhere(mask)
    low, high = found.min(axis=0) - margin, found.max(axis=0) + 1 + margin
    return tuple(slice(max(int(a), 0), int(b)) for a, b in zip(low, high, strict=True))


def slice_positions(mask: NDArray[np.bool_], count: int) -> list[int]:
    """Return up to `count` axial slices (third indices), evenly spread over the slices with voxels of `mask`.

    The outermost slices hold few voxels, so the positions are the middles of `count` equal parts.
    """
    filled = np.flatnonzero(mask.any(axis=(0, 1)))
    return [int(part[len(part) // 2]) for part in np.array_split(filled, min(count, len(filled)))]


def flat_canvas(places: NDArray[np.int64]) -> Canvas:
    """Return both hemispheres of fsaverage5 cut open and laid flat, left beside right.

    Parameters
    ----------
    places : (2 * 10242,) int array
        Voxel at each vertex, -1 for none.
    """
    flat = [_flat_vertices(side) for side in SIDES]
    gap = np.full((max(len(part) for part in flat), GAP), -1)
    start = [0, len(places) // 2]
    parts = [np.where(part >= 0, part + first, -1) for part, first in zip(flat, start, strict=True)]
    height = len(gap)
    padded = [np.pad(part, ((0, height - len(part)), (0, 0)), constant_values=-1) for part in parts]
    vertices = np.concatenate([padded[0], gap, padded[1]], axis=1)
    there = vertices >= 0
    depth = np.concatenate([fsaverage5("sulc", side) for side in SIDES])
    grey = np.where(depth[np.maximum(vertices, 0)] > 0, SULCUS, GYRUS)
    return Canvas(FLAT, np.where(there, places[np.maximum(vertices, 0)], -1), np.where(there, grey, np.nan))


def _flat_vertices(side: str) -> NDArray[np.int64]:
    """Return the vertex nearest to each pixel of a hemisphere's flat map, (H, W); -1 outside of it."""
    mesh = fsaverage5("flat", side)
    points, faces = np.asarray(mesh.coordinates), np.asarray(mesh.faces)
    used = np.unique(faces)
    flat = points[used, :2]
    low, high = flat.min(axis=0), flat.max(axis=0)
    x, y = (np.arange(a, b + FLAT_MM, FLAT_MM) for a, b in zip(low, high, strict=True))
    pixels = np.stack(np.meshgrid(x, y), axis=-1)
    distance, nearest = KDTree(flat).query(pixels)
    edges = np.linalg.norm(points[faces[:, 0], :2] - points[faces[:, 1], :2], axis=1)
    return np.where(distance < np.percentile(edges, 99), used[nearest], -1)
