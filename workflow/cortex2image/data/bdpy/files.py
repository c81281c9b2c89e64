"""The files of the Kamitani laboratory: which files belong to a subject, and how bdpy writes a file.

A file of bdpy is an HDF5 file. ``/dataset`` is a table of samples by columns. ``/metadata/key`` names facts
about columns, and ``/metadata/value`` (keys x columns) holds a number or NaN per column: 1 in the row
``VoxelData``, ``ROI_V1`` or ``Run`` says that the column is a voxel, a voxel of V1 or the number of the run;
the row ``voxel_x`` holds coordinates. ``/vmap/Run/1.0`` is the name that the number 1 in the column ``Run``
stands for. Files from before 2018 say ``dataSet`` and ``metaData``. After bdpy of the Kamitani laboratory
(KamitaniLab/bdpy).
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.data.hdf5 import held_dataset, member_of, opened
from cortex2image.data.subjects import plain_label, subject_key
from cortex2image.errors import DataError

_FILE = re.compile(r"(?:Subject|sub-)(\d+)(?:_(.+))?\.h5")
PARTS = {"train": "Training", "test": "Test"}
SELECTED = 1.0
FIX = "copy or download the file again; it is missing, cut short, or not as bdpy writes it"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"  # what bytes that are no UTF-8 become


@dataclass(frozen=True)
class SubjectFiles:
    """The files of one subject: ``train`` and ``test``, or one file whose column DataType tells them apart.

    Attributes
    ----------
    files : dict
        Split to file; the split is None for a file that holds both.
    others : tuple of Path
        Files of other experiments with the same subject, which are not read.
    """

    files: dict[str | None, Path]
    others: tuple[Path, ...] = ()


def find_files(root: Path, subject: str, betas: str | None) -> SubjectFiles:
    """Find the files of a subject, its number padded with zeros or not.

    One file ``Subject1.h5`` or ``sub-01.h5`` (Generic Object Decoding); or two whose names hold ``Training``
    and ``Test``, such as ``sub-01_perceptionNaturalImageTraining_original_VC.h5`` (Deep Image
    Reconstruction).

    Parameters
    ----------
    root : path of the folder that holds the files
    subject : str
        Label such as ``sub-01``.
    betas : str or None
        Text that the name of a file must contain, to choose a version, e.g. ``original_VC``.

    Raises
    ------
    DataError
        No file fits, the training or the test file is missing, or there are several versions.
    """
    found = [path for path in _of_subject(root, subject) if (betas or "") in path.name]
    whole = [path for path in found if "_" not in path.stem]
    parts = {split: [p for p in found if word in p.name and p not in whole] for split, word in PARTS.items()}
    fitting = [*whole, *parts["train"], *parts["test"]]
    if len(whole) == 1 and len(fitting) == 1:
        return SubjectFiles({None: whole[0]}, tuple(p for p in found if p not in fitting))
    if not whole and [len(files) for files in parts.values()] == [1, 1]:
        others = tuple(path for path in found if path not in fitting)
        return SubjectFiles({split: files[0] for split, files in parts.items()}, others)
    names = ", ".join(path.name for path in fitting) or "none"
    fix = "keep one version there, or set dataset/betas to a piece of the name that only one version has"
    if not whole and max(map(len, parts.values())) <= 1:
        fix = "put what is missing there, or correct subjects, dataset/root or dataset/betas"
    expected = f"one .h5 file of {subject}, or one for Training and one for Test"
    raise DataError(root, expected, names, fix)


def subject_labels(root: Path) -> list[str]:
    """Return the subjects that have any file, ``sub-01`` and so on, sorted."""
    matches = (_FILE.fullmatch(path.name) for path in root.glob("*.h5"))
    return [f"sub-{number:02d}" for number in sorted({int(match[1]) for match in matches if match})]


def _of_subject(root: Path, subject: str) -> list[Path]:
    matches = {path: _FILE.fullmatch(path.name) for path in sorted(root.glob("*.h5"))}
    return [
        path for path, match in matches.items() if match and plain_label(match[1]) == subject_key(subject)
    ]


@dataclass(frozen=True)
class Metadata:
    """What the columns of the table in one file are.

    Attributes
    ----------
    path : Path
    samples : int
        Number of rows of the table.
    values : dict
        Key to (columns,) float64 array.
    names : dict
        For columns whose numbers stand for names: key of the column to the name of each number.
    """

    path: Path
    samples: int
    values: dict[str, np.ndarray]
    names: dict[str, dict[float, str]]

    def columns(self, key: str) -> np.ndarray:
        """Return the columns that `key` selects, ascending; an empty array if the file lacks the key."""
        return np.flatnonzero(self.values.get(key, np.zeros(0)) == SELECTED)


def read_metadata(path: Path) -> Metadata:
    """Read the metadata of a file, and the shape of its table.

    Raises
    ------
    DataError
        The file is missing or cut short, is no bdpy file, or its metadata do not fit its table.
    """
    with _opened(path) as file:
        samples, columns = _table(path, file).shape
        facts = _group(path, file, "metadata" if "metadata" in file else "metaData")
        stored = np.ravel(held_dataset(path, facts, "key", FIX)[:])
        keys = [_text(key, f"{path}, key of the metadata") for key in stored]
        values = np.asarray(held_dataset(path, facts, "value", FIX), np.float64)
        names = _all_names(path, _group(path, file, "vmap")) if "vmap" in file else {}
    if values.shape != (len(keys), columns):
        found = f"metadata of shape {values.shape} for {len(keys)} keys and {columns} columns"
        expected = "metadata with a value for every key and column"
        raise DataError(path, expected, found, "copy or download the file again")
    return Metadata(path, samples, dict(zip(keys, values, strict=True)), names)


def read_samples(path: Path, rows: Sequence[int] | np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Read some rows and columns of the table, one stretch of neighbouring rows at a time.

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
        table = _table(path, file)
        if rows.max() >= len(table):
            fix = "the file changed since the trials were listed: run the workflow again"
            raise DataError(path, f"at least {rows.max() + 1} rows", f"{len(table)} rows", fix)
        parts = [table[part[0] : part[-1] + 1][:, columns] for part in stretches]
    return np.concatenate([part.astype(np.float32) for part in parts])


def read_label(metadata: Metadata, key: str) -> np.ndarray | None:
    """Read the one column that `key` selects, (samples,) float64; None if `key` selects none.

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
        return np.asarray(_table(metadata.path, file)[:, int(columns[0])], np.float64)


def _opened(path: Path) -> AbstractContextManager[Any]:
    return opened(path, "a whole HDF5 file as bdpy writes it", FIX)


def _table(path: Path, file: Any) -> Any:
    return held_dataset(path, file, "dataset" if "dataset" in file else "dataSet", FIX)


def _group(path: Path, file: Any, key: str) -> Any:
    group = member_of(path, file, key, FIX)
    if not hasattr(group, "keys"):
        raise DataError(path, f"a group {key}", "no such group", FIX)
    return group


def _all_names(path: Path, vmap: Any) -> dict[str, dict[float, str]]:
    return {key: _names_of(path, _group(path, vmap, key), f"{path}, /vmap/{key}") for key in vmap}


def _names_of(path: Path, group: Any, where: str) -> dict[float, str]:
    return {float(n): _text(held_dataset(path, group, n, FIX)[()], f"{where}/{n}") for n in group}


def _text(value: Any, where: str) -> str:
    """Return a text, be it stored as such, as bytes, or as an array of one of these.

    Raises
    ------
    DataError
        It is something else, such as several names or character codes, or it is empty.
    """
    single = value.item() if isinstance(value, np.ndarray | np.generic) and value.size == 1 else value
    text = single.decode(errors="replace") if isinstance(single, bytes) else single
    if not isinstance(text, str) or not text.strip() or REPLACEMENT in text:
        shape = f" of shape {value.shape}" if isinstance(value, np.ndarray) else ""
        found = f"{type(value).__name__}{shape}: {value!r}"[:200]
        raise DataError(where, "one name as text", found, "write the name as one text, as bdpy does")
    return text
