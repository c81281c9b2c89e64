"""The voxels of a bdpy file: their positions on a grid, their regions, and the columns that hold them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cortex2image.data.bdpy.files import Metadata
from cortex2image.data.prepared import BetaVoxels
from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.rois import UNLABELLED

REGION = "ROI_"
COORDINATES = ("voxel_x", "voxel_y", "voxel_z")
DECIMALS = 3  # of a coordinate in mm; smaller differences do not count
TOLERANCE = 0.05  # largest distance of a coordinate from its grid point, in units of the spacing
LARGEST = 1024  # voxels along an axis; more means that the coordinates lie on no upright grid


def voxel_columns(metadata: Metadata) -> np.ndarray:
    """Return the columns of ``VoxelData``, or else of all regions: each holds one voxel.

    Raises
    ------
    DataError
        No column holds a voxel.
    """
    columns = metadata.columns("VoxelData")
    regions = [metadata.columns(key) for key in metadata.values if key.startswith(REGION)]
    if not len(columns) and regions:
        columns = np.unique(np.concatenate(regions))
    if not len(columns):
        fix = "give a file with voxels"
        raise DataError(metadata.path, "columns VoxelData or ROI_...", "neither", fix)
    return columns


def file_voxels(metadata: Metadata) -> BetaVoxels:
    """Return the voxels of a file in the order of :func:`voxel_columns`, without their regions.

    If the file does not say where its voxels lie (see :func:`place_problems`), the volume is a row of voxels.
    """
    count = len(voxel_columns(metadata))
    coordinates = _coordinates(metadata)
    hemisphere = ["unknown"] * count
    if coordinates is not None:
        hemisphere = np.where(coordinates[:, 0] < 0, "left", "right").tolist()
    grid = None if coordinates is None else voxel_grid(coordinates)
    if grid is None:
        row = np.zeros((count, 3), np.int64)
        row[:, 0] = np.arange(count)
        return BetaVoxels(row, [], hemisphere, (count, 1, 1), np.eye(4))
    indices, shape, affine = grid
    return BetaVoxels(indices, [], hemisphere, shape, affine)


def place_problems(metadata: Metadata) -> list[str]:
    """Return a line if the file does not say where its voxels lie; an empty list if it does."""
    name, coordinates = metadata.path.name, _coordinates(metadata)
    if coordinates is None:
        return [f"{name}: no {COORDINATES[0]}; maps are one row, hemispheres unknown"]
    if voxel_grid(coordinates) is None:
        return [f"{name}: coordinates of voxels lie on no upright grid; maps are one row"]
    return []


def study_voxels(metadata: Metadata, regions: Mapping[str, int], labelled_only: bool) -> BetaVoxels:
    """Return the voxels that a study takes, in C order of their volume.

    Parameters
    ----------
    metadata : Metadata
    regions : mapping
        Names of regions of the file, with or without ``ROI_``; the codes do not count. A voxel that lies in
        several regions gets the name that comes first here.
    labelled_only : bool
        Whether voxels outside of the named regions are left out.

    Raises
    ------
    ConfigError
        The file has no such region.
    """
    voxels, columns = file_voxels(metadata), voxel_columns(metadata)
    roi = np.full(len(columns), UNLABELLED, object)
    for name in reversed(list(regions)):
        roi[np.isin(columns, _region(metadata, name))] = name
    order = np.argsort(_positions(voxels))
    if labelled_only:
        order = order[roi[order] != UNLABELLED]
    hemisphere = [voxels.hemisphere[number] for number in order]
    return replace(voxels, indices=voxels.indices[order], roi=roi[order].tolist(), hemisphere=hemisphere)


def columns_of(metadata: Metadata, voxels: BetaVoxels) -> np.ndarray:
    """Return the columns of a file that hold `voxels`, in their order.

    Raises
    ------
    DataError
        The voxels of the file lie on another grid, or some are missing.
    """
    own = file_voxels(metadata)
    fix = "take the training and the test file from one version of the data"
    if own.shape != voxels.shape or not np.allclose(own.affine, voxels.affine):
        expected = f"the voxels of the training file, {voxels.shape}"
        raise DataError(metadata.path, expected, f"a grid of {own.shape}, or shifted", fix)
    order = np.argsort(_positions(own))
    ordered, wanted = _positions(own)[order], _positions(voxels)
    found = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    missing = int(np.sum(ordered[found] != wanted))
    if missing:
        raise DataError(metadata.path, "the voxels of the training file", f"{missing} are missing", fix)
    columns: np.ndarray = voxel_columns(metadata)[order[found]]
    return columns


def _coordinates(metadata: Metadata) -> np.ndarray | None:
    """Return the (voxels, 3) coordinates in mm, or None if the file has none."""
    if not all(key in metadata.values for key in COORDINATES):
        return None
    columns = voxel_columns(metadata)
    return np.stack([metadata.values[key][columns] for key in COORDINATES], axis=1)


def _positions(voxels: BetaVoxels) -> np.ndarray:
    positions: np.ndarray = np.ravel_multi_index(tuple(voxels.indices.T), voxels.shape)
    return positions


def _region(metadata: Metadata, name: str) -> np.ndarray:
    key = f"{REGION}{name.removeprefix(REGION)}"
    if key not in metadata.values:
        present = sorted(k.removeprefix(REGION) for k in metadata.values if k.startswith(REGION))
        expected = f"regions of {metadata.path.name}: {', '.join(present) or 'none'}"
        raise ConfigError("dataset/rois/labels", expected, name, "choose from these")
    return metadata.columns(key)


def voxel_grid(coordinates: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int], np.ndarray] | None:
    """Find the upright grid on which the coordinates of the voxels lie.

    Along each axis, the spacing is the smallest distance between two coordinates, and the origin is the
    smallest coordinate.

    Parameters
    ----------
    coordinates : (voxels, 3) array, mm

    Returns
    -------
    indices : (voxels, 3) int array
    shape : (int, int, int)
        The smallest volume that holds all voxels.
    affine : (4, 4) float64, from indices to mm

    None is returned instead if coordinates are not finite, lie on no such grid, or coincide.
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
