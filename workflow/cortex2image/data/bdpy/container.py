"""The HDF5 container of bdpy: one table of samples by columns, and metadata that say what a column is.

``/dataset`` holds the table, ``/metadata/key`` the names and ``/metadata/value`` (keys x columns) a number or
NaN per column: 1 selects the column for ``VoxelData``, ``ROI_V1`` or ``Run``; ``voxel_x`` holds a coordinate.
``/vmap/Run/1.0`` is the name behind the number 1 in the column ``Run``. Files of before 2018 say ``dataSet``
and ``metaData``. After bdpy of the Kamitani laboratory (KamitaniLab/bdpy).
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.data.hdf5 import opened
from cortex2image.errors import DataError

SELECTED = 1.0


@dataclass(frozen=True)
class Metadata:
    """What the columns of one file are.

    Attributes
    ----------
    path : Path
    samples : int
        Rows of the table.
    values : dict
        Key to (columns,) float64 array.
    names : dict
        Key of a column whose numbers stand for names, to the name of each number.
    """

    path: Path
    samples: int
    values: dict[str, np.ndarray]
    names: dict[str, dict[float, str]]

    def columns(self, key: str) -> np.ndarray:
        """Return the columns that `key` selects, ascending; none where the file has no such key."""
        return np.flatnonzero(self.values.get(key, np.zeros(0)) == SELECTED)


def read_metadata(path: Path) -> Metadata:
    """Read the metadata of a file; of the table only its shape.

    Raises
    ------
    DataError
        The file is missing, cut short, no bdpy file, or its metadata do not fit its table.
    """
    with _opened(path) as file:
        samples, columns = _table(file).shape
        keys = [_text(key) for key in np.ravel(_metadata(file)["key"][:])]
        values = np.asarray(_metadata(file)["value"], np.float64)
        names = {key: _names_of(group) for key, group in file.get("vmap", {}).items()}
    if values.shape != (len(keys), columns):
        found = f"metadata of shape {values.shape} for {len(keys)} keys and {columns} columns"
        expected = "metadata with a value for every key and column"
        raise DataError(path, expected, found, "copy or download the file again")
    return Metadata(path, samples, dict(zip(keys, values, strict=True)), names)


def read_samples(path: Path, rows: Sequence[int] | np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Read some rows of the table, a stretch of neighbours at a time, and keep some columns.

    Parameters
    ----------
    path : path of a file
    rows : (rows,) ints, at least one, in any order
    columns : (columns,) int array

    Returns
    -------
    (rows, columns) float32 array, in the order asked for

    Raises
    ------
    DataError
        The file is missing or cut short, or has fewer rows.
    """
    rows = np.asarray(rows)
    stretches = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    with _opened(path) as file:
        table = _table(file)
        if rows.max() >= len(table):
            fix = "the file changed since the trials were listed: run the workflow again"
            raise DataError(path, f"at least {rows.max() + 1} rows", f"{len(table)} rows", fix)
        parts = [table[part[0] : part[-1] + 1][:, columns] for part in stretches]
    return np.concatenate([part.astype(np.float32) for part in parts])


def read_label(metadata: Metadata, key: str) -> np.ndarray | None:
    """Read the column that `key` selects, (samples,) float64; None where there is none.

    Raises
    ------
    DataError
        The key selects several columns, or the file is cut short.
    """
    columns = metadata.columns(key)
    if not len(columns):
        return None
    if len(columns) > 1:
        found, fix = f"{len(columns)} columns", "give a file with one column of this name"
        raise DataError(metadata.path, f"one column {key}", found, fix)
    with _opened(metadata.path) as file:
        return np.asarray(_table(file)[:, int(columns[0])], np.float64)


def _opened(path: Path) -> AbstractContextManager[Any]:
    fix = "copy or download the file again; it is missing, cut short or of another format"
    return opened(path, "a whole HDF5 file as bdpy writes it", fix)


def _table(file: Any) -> Any:
    return file["dataset"] if "dataset" in file else file["dataSet"]


def _metadata(file: Any) -> Any:
    return file["metadata"] if "metadata" in file else file["metaData"]


def _names_of(group: Any) -> dict[float, str]:
    return {float(number): _text(name[()]) for number, name in group.items()}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
