"""From coordinates of voxels in mm to the grid they were sampled on."""

import numpy as np

DECIMALS = 3  # coordinates are told apart down to a micrometre
TOLERANCE = 0.05  # of the spacing, by which a coordinate may miss its grid point
LARGEST = 1024  # voxels along an axis; more means that the coordinates lie on no upright grid


def voxel_grid(coordinates: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int], np.ndarray] | None:
    """Find the upright grid whose points are the voxels' coordinates.

    The spacing of an axis is the smallest distance of two coordinates along it, its origin the smallest
    coordinate.

    Parameters
    ----------
    coordinates : (voxels, 3) array, mm

    Returns
    -------
    indices : (voxels, 3) int array
    shape : (int, int, int)
        The smallest volume that holds them.
    affine : (4, 4) float64, from indices to mm
        Or None instead of all three: coordinates are not finite, lie on no such grid, or two coincide.
    """
    if not np.isfinite(coordinates).all():
        return None
    origin = coordinates.min(axis=0)
    spacing = np.array([_spacing(axis) for axis in coordinates.T])
    steps = (coordinates - origin) / spacing
    indices = np.rint(steps).astype(np.int64)
    x, y, z = (indices.max(axis=0) + 1).tolist()
    if np.abs(steps - indices).max() > TOLERANCE or max(x, y, z) > LARGEST:
        return None
    if len(np.unique(indices, axis=0)) < len(indices):
        return None
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = origin
    return indices, (x, y, z), affine


def _spacing(values: np.ndarray) -> float:
    distances = np.diff(np.unique(np.round(values, DECIMALS)))
    return float(distances.min()) if len(distances) else 1.0
