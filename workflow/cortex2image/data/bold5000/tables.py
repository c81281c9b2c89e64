"""BOLD5000's tables of regions: one file per hemisphere and region, all trials by the region's voxels.

Set side by side in the order of `SubjectFiles.tables` they are one table, whose columns are the voxels. Where
in the brain a column lies is not published.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from cortex2image.data.invalid import mark_invalid
from cortex2image.data.prepared import BetaVoxels
from cortex2image.errors import DataError


def table_voxels(tables: Mapping[tuple[str, str], Path], trials: int, regions: Collection[str]) -> BetaVoxels:
    """Return the columns of the chosen regions, at (column, 0, 0) of a volume as long as the table is wide.

    Parameters
    ----------
    tables : (hemisphere, region) to file
    trials : int
        Rows of every table.
    regions : regions to take

    Raises
    ------
    DataError
        See :func:`open_table`.
    """
    columns = [key for key, path in tables.items() for _ in range(open_table(path, trials).shape[1])]
    chosen = [number for number, (_, region) in enumerate(columns) if region in regions]
    indices = np.zeros((len(chosen), 3), int)
    indices[:, 0] = chosen
    hemisphere = [columns[number][0] for number in chosen]
    roi = [columns[number][1] for number in chosen]
    return BetaVoxels(indices, roi, hemisphere, (len(columns), 1, 1), np.eye(4))


def read_columns(files: Sequence[Path], trials: int, rows: tuple[int, int], voxels: BetaVoxels) -> np.ndarray:
    """Read the voxels of the trials in the half-open range `rows` of tables with `trials` rows.

    Returns
    -------
    (rows, voxels) float32 array, percent signal change; NaN throughout in invalid voxels

    Raises
    ------
    DataError
        See :func:`open_table`; or the tables are together of another width than when `voxels` were chosen.
    """
    first, last = rows
    parts = [np.asarray(open_table(path, trials)[first:last], np.float32) for path in files]
    table = np.hstack(parts)
    if table.shape[1] != voxels.shape[0]:
        expected, found = f"tables of {voxels.shape[0]} columns together", f"{table.shape[1]} columns"
        raise DataError(files[0].parent, expected, found, "take all tables from one release")
    return mark_invalid(table[:, voxels.indices[:, 0]])


def open_table(path: Path, trials: int) -> np.ndarray:
    """Open a table, (trials, voxels), without reading its values.

    Raises
    ------
    DataError
        The file is missing, cut short, is no table of numbers, or has another number of rows.
    """
    fix = "copy or download the table again"
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(path, "a whole .npy table", str(error), fix) from None
    if table.ndim != 2 or len(table) != trials or table.dtype.kind != "f":
        found = f"{table.dtype} of shape {table.shape}"
        raise DataError(path, f"{trials} rows of numbers, one per trial", found, fix)
    return table
