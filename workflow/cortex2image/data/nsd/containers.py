"""The betas of one session in a volume: the same columns in the same order from every container.

NSD keeps percent signal change x 300 as int16, as NIfTI (X, Y, Z, 750) and as HDF5, which MATLAB wrote so
that it reads (750, Z, Y, X) elsewhere. Voxels are listed in the order of the NIfTI array; masking the HDF5
array with the transposed mask would give the same voxels in another order.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.data.nsd.facts import TRIALS_PER_SESSION
from cortex2image.data.volumes import load_bold, read_bold_header
from cortex2image.errors import DataError

KEY = "betas"
PERCENT_PER_UNIT = np.float32(300)
NIFTI = ".nii.gz"
VOXELS_AT_ONCE = 1024
BLOCK_BYTES = 2**26
DAMAGED = "download the file again; it is missing, cut short or damaged"
OTHER_SUBJECT = "take betas, atlas and brain mask of one subject and one space"


def read_volume_betas(path: Path, indices: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Read the betas of some voxels in one session; of an HDF5 file little more than these is read.

    Parameters
    ----------
    path : Path
        ``.nii.gz``, ``.hdf5``, or ``.mat`` of an old release, which is HDF5.
    indices : (voxels, 3) int array
        x, y, z, in C order.
    shape : (X, Y, Z)

    Returns
    -------
    (750, voxels) float32 array
        Percent signal change. Voxels that are zero throughout are NaN: they were invalid in this session.

    Raises
    ------
    DataError
        The file is missing, cut short or damaged, on another grid, or holds other than 750 trials.
    """
    if path.name.endswith(NIFTI):
        betas = _read_nifti(path, indices, shape)
    else:
        betas = _read_hdf5(path, indices, shape)
    betas[:, ~betas.any(axis=0)] = np.nan
    return betas


def _read_nifti(path: Path, indices: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    _check_trials(path, read_bold_header(path).volumes)
    mask = np.zeros(shape, bool)
    mask[tuple(indices.T)] = True
    betas = load_bold(path, mask)
    betas /= PERCENT_PER_UNIT
    return betas


def _read_hdf5(path: Path, indices: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    import h5py

    try:
        with h5py.File(path) as file:
            dataset = _checked(path, file, shape)
            chunks = dataset.chunks or (1, *dataset.shape[1:])
            read = _voxel_by_voxel if chunks[1:] == (1, 1, 1) else _slab_by_slab
            betas = np.empty((TRIALS_PER_SESSION, len(indices)), np.float32)
            for trials, columns, values in read(dataset, indices, chunks):
                betas[trials, columns] = values
    except OSError as error:
        found = " ".join(str(error).split())
        raise DataError(path, "the betas of one session", found, DAMAGED) from None
    betas /= PERCENT_PER_UNIT
    return betas


def _voxel_by_voxel(
    dataset: Any, indices: np.ndarray, chunks: tuple[int, ...]
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Read one column after the other, as they lie in a file in which every voxel is a chunk of its own."""
    x, y, z = indices.T
    order = np.lexsort((x, y, z))
    for start in range(0, len(order), VOXELS_AT_ONCE):
        columns = order[start : start + VOXELS_AT_ONCE]
        block = np.empty((len(columns), TRIALS_PER_SESSION), dataset.dtype)
        for row, (i, j, k) in enumerate(indices[columns].tolist()):
            block[row] = dataset[:, k, j, i]
        yield slice(None), columns, block.T


def _slab_by_slab(
    dataset: Any, indices: np.ndarray, chunks: tuple[int, ...]
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Read boxes around the wanted voxels that end where chunks end, so that no chunk is read twice."""
    low, high = indices.min(axis=0), indices.max(axis=0) + 1
    thickness = chunks[1]
    plane = int(np.prod((high - low)[:2])) * thickness * dataset.dtype.itemsize * chunks[0]
    trials_at_once = chunks[0] * max(1, BLOCK_BYTES // plane)
    for bottom in range(low[2] // thickness * thickness, high[2], thickness):
        columns = np.flatnonzero((indices[:, 2] >= bottom) & (indices[:, 2] < bottom + thickness))
        if len(columns) == 0:
            continue
        x, y, z = (indices[columns] - (low[0], low[1], bottom)).T
        for start in range(0, TRIALS_PER_SESSION, trials_at_once):
            trials = slice(start, min(start + trials_at_once, TRIALS_PER_SESSION))
            box = dataset[trials, bottom : bottom + thickness, low[1] : high[1], low[0] : high[0]]
            yield trials, columns, box[:, z, y, x]


def _checked(path: Path, file: Any, shape: tuple[int, int, int]) -> Any:
    """Return the dataset of the betas, (750, Z, Y, X)."""
    if KEY not in file:
        raise DataError(path, f"a dataset {KEY}", f"{', '.join(file) or 'nothing'}", DAMAGED)
    dataset = file[KEY]
    if dataset.ndim != 4 or dataset.dtype != np.int16:
        found = f"shape {dataset.shape}, {dataset.dtype}"
        raise DataError(path, "int16 betas (trials, Z, Y, X)", found, DAMAGED)
    _check_trials(path, len(dataset))
    if dataset.shape[:0:-1] != shape:
        found = f"grid {dataset.shape[:0:-1]}"
        raise DataError(path, f"the grid of the chosen voxels, {shape}", found, OTHER_SUBJECT)
    return dataset


def _check_trials(path: Path, trials: int) -> None:
    if trials != TRIALS_PER_SESSION:
        expected = f"{TRIALS_PER_SESSION} trials, as in every session of NSD"
        raise DataError(path, expected, f"{trials}", DAMAGED)
