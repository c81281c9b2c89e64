"""The voxels of a bdpy file: their places, their regions, and which of its columns hold them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cortex2image.data.bdpy.container import Metadata
from cortex2image.data.bdpy.grid import voxel_grid
from cortex2image.data.prepared import BetaVoxels
from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.rois import UNLABELLED

REGION = "ROI_"
COORDINATES = ("voxel_x", "voxel_y", "voxel_z")


def voxel_columns(metadata: Metadata) -> np.ndarray:
    """Return the columns of voxels: those of ``VoxelData``, or without it those of any region.

    Raises
    ------
    DataError
        There are none.
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

    They stand in a row where the file does not say where they lie, see :func:`place_problems`.
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
    """Return what the file does not say about where its voxels lie."""
    name, coordinates = metadata.path.name, _coordinates(metadata)
    if coordinates is None:
        return [f"{name}: no {COORDINATES[0]}; maps are one row, hemispheres unknown"]
    if voxel_grid(coordinates) is None:
        return [f"{name}: coordinates of voxels lie on no upright grid; maps are one row"]
    return []


def study_voxels(metadata: Metadata, regions: Mapping[str, int], labelled_only: bool) -> BetaVoxels:
    """Return the voxels a study takes, in C order of their volume.

    Parameters
    ----------
    metadata : Metadata
    regions : mapping
        Its names are regions of the file, with or without ``ROI_``; its values do not count. A voxel of
        several regions carries the name that comes first here.
    labelled_only : bool
        Leave out voxels that lie in no named region.

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
        The file's voxels lie on another grid, or some are missing.
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
    return voxel_columns(metadata)[order[found]]


def _coordinates(metadata: Metadata) -> np.ndarray | None:
    """Return the (voxels, 3) coordinates in mm, or None where the file has none."""
    if not all(key in metadata.values for key in COORDINATES):
        return None
    columns = voxel_columns(metadata)
    return np.stack([metadata.values[key][columns] for key in COORDINATES], axis=1)


def _positions(voxels: BetaVoxels) -> np.ndarray:
    return np.ravel_multi_index(tuple(voxels.indices.T), voxels.shape)


def _region(metadata: Metadata, name: str) -> np.ndarray:
    key = f"{REGION}{name.removeprefix(REGION)}"
    if key not in metadata.values:
        present = sorted(k.removeprefix(REGION) for k in metadata.values if k.startswith(REGION))
        expected = f"regions of {metadata.path.name}: {', '.join(present) or 'none'}"
        raise ConfigError("dataset.rois.labels", expected, name, "choose from these")
    return metadata.columns(key)
