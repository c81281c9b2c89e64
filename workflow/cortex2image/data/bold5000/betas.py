"""The betas of BOLD5000, in volumes or in tables of regions: which voxels a study takes, and their values.

All volumes and the brain mask are taken to lie on one grid: the affine of the brain mask counts, those in the
headers of the volumes are ignored, and only shapes are compared. The released headers are said to differ from
the mask; this was not checked with the released files.

There is one table per hemisphere and region, of all trials by the voxels of the region. Side by side, in the
order of `SubjectFiles.tables`, the tables form one table, whose columns are the voxels. Where in the brain a
column lies is not published.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from cortex2image.data.prepared import BetaVoxels, mark_invalid
from cortex2image.data.volumes import load_mask, load_masked, load_volume
from cortex2image.errors import DataError
from cortex2image.fmri.grid import Grid, common_grid, hemispheres
from cortex2image.fmri.rois import UNLABELLED, label_voxels
from cortex2image.given_arrays import open_array


def volume_voxels(
    brain_mask: Path, atlas: Path | None, labels: Mapping[str, int], labelled_only: bool
) -> BetaVoxels:
    """Return the voxels of the brain mask, or only those that lie in a named region.

    Parameters
    ----------
    brain_mask : path of a 3-D volume
    atlas : path of a volume of region codes on the same grid, or None
    labels : name of each region to its code
    labelled_only : bool
        Whether voxels outside of the named regions are left out.

    Raises
    ------
    DataError
        A file is unreadable, mask and atlas lie on different grids, or a label names no voxel of the brain.
    """
    mask, affine = load_mask(brain_mask)
    indices = np.argwhere(mask)
    roi = [UNLABELLED] * len(indices)
    if atlas is not None:
        codes, atlas_affine = load_volume(atlas)
        grids = (mask.shape, affine, str(brain_mask)), (codes.shape, atlas_affine, str(atlas))
        common_grid(Grid(*grid) for grid in grids)
        roi = label_voxels(codes[mask], labels, str(atlas))
        _check_found(atlas, labels, roi)
    if labelled_only:
        indices = indices[np.array(roi) != UNLABELLED]
        roi = [label for label in roi if label != UNLABELLED]
    x, y, z = mask.shape
    return BetaVoxels(indices, roi, hemispheres(indices, affine), (x, y, z), affine)


def read_volume(path: Path, trials: int, voxels: BetaVoxels) -> np.ndarray:
    """Read the betas of one session.

    Returns
    -------
    (trials, voxels) float32 array, percent signal change; NaN in all trials for invalid voxels

    Raises
    ------
    DataError
        The file is missing, cut short, on another grid, or holds another number of trials.
    """
    mask = np.zeros(voxels.shape, bool)
    mask[tuple(voxels.indices.T)] = True
    betas = load_masked(path, mask)
    if len(betas) != trials:
        fix = "the file changed since the trials were listed: run the workflow again"
        raise DataError(path, f"{trials} trials", f"{len(betas)} volumes", fix)
    return mark_invalid(betas)


def _check_found(atlas: Path, labels: Mapping[str, int], roi: list[str]) -> None:
    absent = [f"{name} ({code})" for name, code in labels.items() if name not in set(roi)]
    if absent:
        found = f"no voxel of {', '.join(absent)}"
        fix = "correct dataset/rois/labels, or give the atlas of this subject"
        raise DataError(atlas, "every label in at least one voxel of the brain", found, fix)


def table_voxels(tables: Mapping[tuple[str, str], Path], trials: int, regions: Collection[str]) -> BetaVoxels:
    """Return the voxels of the chosen regions: column c of the joint table is voxel (c, 0, 0) of a volume.

    Parameters
    ----------
    tables : (hemisphere, region) to file
    trials : int
        Number of rows of every table.
    regions : names of the regions to take

    Raises
    ------
    DataError
        A table is missing or cut short, is no table of numbers, or has another number of rows.
    """
    columns = [key for key, path in tables.items() for _ in range(open_table(path, trials).shape[1])]
    chosen = [number for number, (_, region) in enumerate(columns) if region in regions]
    indices = np.zeros((len(chosen), 3), int)
    indices[:, 0] = chosen
    hemisphere = [columns[number][0] for number in chosen]
    roi = [columns[number][1] for number in chosen]
    return BetaVoxels(indices, roi, hemisphere, (len(columns), 1, 1), np.eye(4))


def read_columns(files: Sequence[Path], trials: int, rows: tuple[int, int], voxels: BetaVoxels) -> np.ndarray:
    """Read the betas of the trials in the half-open range `rows` from tables of `trials` rows.

    Returns
    -------
    (rows, voxels) float32 array, percent signal change; NaN in all trials for invalid voxels

    Raises
    ------
    DataError
        A table is missing or cut short, is no table of numbers, or has another number of rows; or the tables
        together have another width than when `voxels` were chosen.
    """
    first, last = rows
    parts = [np.asarray(open_table(path, trials)[first:last], np.float32) for path in files]
    table = np.hstack(parts)
    if table.shape[1] != voxels.shape[0]:
        expected, found = f"tables of {voxels.shape[0]} columns together", f"{table.shape[1]} columns"
        raise DataError(files[0].parent, expected, found, "take all tables from one release")
    return mark_invalid(table[:, voxels.indices[:, 0]])


def open_table(path: Path, trials: int) -> np.ndarray:
    """Open a table of (trials, voxels) as a memory map; its values are not read yet.

    Raises
    ------
    DataError
        The file is missing or cut short, is no table of numbers, or has another number of rows.
    """
    fix = "copy or download the table again"
    try:
        table = open_array(path)
    except (OSError, ValueError) as error:
        raise DataError(path, "a whole .npy table", str(error), fix) from None
    if table.ndim != 2 or len(table) != trials or table.dtype.kind != "f":
        found = f"{table.dtype} of shape {table.shape}"
        raise DataError(path, f"{trials} rows of numbers, one per trial", found, fix)
    return table
