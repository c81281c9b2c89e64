"""Volumes of NSD: atlases, masks, noise ceilings, and the betas of one session.

NSD stores betas as int16, 300 times the percent signal change, in NIfTI files (X, Y, Z, 750) and in HDF5
files that MATLAB wrote and other programs read as (750, Z, Y, X). From both, voxels are returned in the order
of the NIfTI array. Masking the HDF5 array with the transposed mask would return them in another order.
"""

from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.data.hdf5 import dataset_of, opened
from cortex2image.data.nsd.facts import TRIALS_PER_SESSION
from cortex2image.data.prepared import mark_invalid
from cortex2image.data.volumes import load_bold, load_volume, read_bold_header
from cortex2image.errors import DataError

KEY = "betas"
UNITS_PER_PERCENT = np.float32(300)
NIFTI = ".nii.gz"
VOXELS_AT_ONCE = 256
BLOCK_BYTES = 2**26
DAMAGED = "download the file again; it is missing, cut short or damaged"
OTHER_SUBJECT = "take betas, atlas and brain mask of one subject and one space"


def read_volume(path: Path, shape: tuple[int, ...] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read a 3-D NIfTI volume.

    Parameters
    ----------
    path : Path
    shape : (X, Y, Z), optional
        The grid that the volume has to lie on. The grids of the eight subjects all differ in shape.

    Returns
    -------
    values : (X, Y, Z) array, scaled as the header says
    affine : (4, 4) float64, voxel indices to mm

    Raises
    ------
    DataError
        The file is missing, cut short or not 3-D, or lies on another grid, such as that of another subject.
    """
    values, affine = load_volume(path)
    if shape not in (None, values.shape):
        fix = "take betas, atlas and masks of one subject and one space"
        raise DataError(path, f"the grid of the subject, {shape}", f"grid {values.shape}", fix)
    return values, affine


def read_volume_betas(path: Path, indices: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Read the betas of some voxels in one session; from an HDF5 file little else is read.

    Parameters
    ----------
    path : Path
        ``.nii.gz``, ``.hdf5``, or ``.mat`` of an old release, which is HDF5 too.
    indices : (voxels, 3) int array
        x, y, z, in C order.
    shape : (X, Y, Z)

    Returns
    -------
    (750, voxels) float32 array
        Percent signal change; NaN in all trials for voxels that are 0 in all trials, which means invalid.

    Raises
    ------
    DataError
        The file is missing, cut short or damaged, lies on another grid, or does not hold 750 trials.
    """
    if path.name.endswith(NIFTI):
        betas = _read_nifti(path, indices, shape)
    else:
        betas = _read_hdf5(path, indices, shape)
    return mark_invalid(betas)


def _read_nifti(path: Path, indices: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    _check_trials(path, read_bold_header(path).volumes)
    mask = np.zeros(shape, bool)
    mask[tuple(indices.T)] = True
    betas = load_bold(path, mask)
    betas /= UNITS_PER_PERCENT
    return betas


def _read_hdf5(path: Path, indices: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    with opened(path, "the betas of one session", DAMAGED) as file:
        dataset = _checked(path, file, shape)
        stored = np.empty((len(indices), TRIALS_PER_SESSION), dataset.dtype)
        if _is_as_released(dataset):
            _read_chunks(dataset, indices, stored)
        else:
            _read_boxes(dataset, indices, stored)
    return _percent(stored)


def _is_as_released(dataset: Any) -> bool:
    """Return whether every voxel is a chunk of its own, stored without compression."""
    filters = dataset.id.get_create_plist().get_nfilters()
    return bool(dataset.chunks == (TRIALS_PER_SESSION, 1, 1, 1) and filters == 0)


def _read_chunks(dataset: Any, indices: np.ndarray, stored: np.ndarray) -> None:
    """Fill `stored`, (voxels, 750), chunk by chunk in the order of the file, which is the fastest way."""
    raw, read = stored.view(np.uint8), dataset.id.read_direct_chunk
    order = np.lexsort(indices.T)
    for column, (x, y, z) in zip(order.tolist(), indices[order].tolist(), strict=True):
        try:
            read((0, z, y, x), out=raw[column])
        except (OSError, RuntimeError):  # a chunk that was never written means zeros
            stored[column] = dataset[:, z, y, x]


def _read_boxes(dataset: Any, indices: np.ndarray, stored: np.ndarray) -> None:
    """Fill `stored`, (voxels, 750), from boxes that end where chunks end, so that no chunk is read twice."""
    chunks = dataset.chunks or (1, *dataset.shape[1:])
    (left, front, _), (right, back, top) = indices.min(axis=0), indices.max(axis=0) + 1
    thickness, size = chunks[1], dataset.dtype.itemsize
    layer = chunks[0] * thickness * (back - front) * (right - left) * size
    step = chunks[0] * max(1, BLOCK_BYTES // layer)
    for bottom in range(0, top, thickness):
        rows = np.flatnonzero((indices[:, 2] >= bottom) & (indices[:, 2] < bottom + thickness))
        x, y, z = (indices[rows] - (left, front, bottom)).T
        for start in range(0, TRIALS_PER_SESSION if len(rows) else 0, step):
            trials = slice(start, start + step)
            box = dataset[trials, bottom : bottom + thickness, front:back, left:right]
            stored[rows, trials] = box[:, z, y, x].T


def _percent(stored: np.ndarray) -> np.ndarray:
    """Return (750, voxels) percent from (voxels, 750) units, in blocks that fit the cache."""
    betas = np.empty(stored.shape[::-1], np.float32)
    for start in range(0, len(stored), VOXELS_AT_ONCE):
        block = slice(start, start + VOXELS_AT_ONCE)
        np.divide(stored[block].T, UNITS_PER_PERCENT, out=betas[:, block], dtype=np.float32)
    return betas


def betas_shape(path: Path) -> tuple[int, ...]:
    """Return the grid (X, Y, Z) of the betas in an HDF5 file; no beta is read.

    Raises
    ------
    DataError
        The file is missing or damaged, or does not hold int16 betas of 750 trials.
    """
    with opened(path, "the betas of one session", DAMAGED) as file:
        return tuple(_stored(path, file).shape[:0:-1])


def _stored(path: Path, file: Any) -> Any:
    """Return the HDF5 dataset of the betas, (750, Z, Y, X), on any grid."""
    dataset = dataset_of(path, file, KEY, DAMAGED)
    if dataset.ndim != 4 or dataset.dtype.newbyteorder("=") != np.int16:
        found = f"shape {dataset.shape}, {dataset.dtype}"
        raise DataError(path, "int16 betas (trials, Z, Y, X)", found, DAMAGED)
    _check_trials(path, len(dataset))
    return dataset


def _checked(path: Path, file: Any, shape: tuple[int, int, int]) -> Any:
    """Return the HDF5 dataset of the betas, (750, Z, Y, X), on the grid of the chosen voxels."""
    dataset = _stored(path, file)
    if dataset.shape[:0:-1] != shape:
        found = f"grid {dataset.shape[:0:-1]}"
        raise DataError(path, f"the grid of the chosen voxels, {shape}", found, OTHER_SUBJECT)
    return dataset


def _check_trials(path: Path, trials: int) -> None:
    if trials != TRIALS_PER_SESSION:
        expected = f"{TRIALS_PER_SESSION} trials, as in every session of NSD"
        raise DataError(path, expected, f"{trials}", DAMAGED)
