"""Reconstructions and originals read from disk, at the size at which they are compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.errors import DataError
from cortex2image.networks.pixels import square
from cortex2image.pictures import read_picture

_RUN_AGAIN = "delete the pictures of this method and run the workflow again"
_RESTORE = "restore the file, or delete its table and run the workflow again"


@dataclass(frozen=True)
class Grid:
    """The reconstructions of one method: `paths[i][j]` is sample `samples[j]` of stimulus `stimuli[i]`.

    Stimuli and samples are sorted.
    """

    stimuli: list[str]
    samples: list[int]
    paths: list[list[str]]

    def sample(self, number: int) -> np.ndarray:
        """Read one sample of every stimulus, (stimuli, height, width, 3) uint8; see :func:`read_pictures`."""
        column = self.samples.index(number)
        return read_pictures(row[column] for row in self.paths)


def picture_grid(
    stimuli: Sequence[str], samples: Sequence[int], paths: Sequence[str], source: object
) -> Grid:
    """Arrange the rows of a reconstruction table by stimulus and sample.

    Parameters
    ----------
    stimuli, samples, paths : columns of :data:`cortex2image.tables.results.RECONSTRUCTIONS`
    source : the table, for error messages

    Raises
    ------
    DataError
        There are fewer than two stimuli, or a stimulus lacks a sample that others have.
    """
    path_of = dict(zip(zip(stimuli, samples, strict=True), paths, strict=True))
    rows, columns = sorted(set(stimuli)), sorted(set(samples))
    missing = [(s, n) for s in rows for n in columns if (s, n) not in path_of]
    fix = "delete the table and run the workflow again"
    if missing:
        stimulus, sample = missing[0]
        found = f"{len(missing)} missing, first sample {sample} of {stimulus}"
        raise DataError(source, "the same samples of every stimulus", found, fix)
    if len(rows) < 2:
        raise DataError(source, "at least two stimuli to tell apart", f"{len(rows)}", fix)
    return Grid(rows, columns, [[path_of[s, n] for n in columns] for s in rows])


def read_pictures(paths: Iterable[str | Path], side: int | None = None, fix: str = _RUN_AGAIN) -> np.ndarray:
    """Read square pictures of one size.

    Parameters
    ----------
    paths : paths of picture files, at least one
    side : int, optional
        Their side in pixels; that of the first picture if it is not given.
    fix : str
        What to do about a picture of another size.

    Returns
    -------
    (n, height, width, 3) uint8 array, RGB

    Raises
    ------
    DataError
        A file is no picture that can be read for certain, see :func:`cortex2image.pictures.read_picture`, is
        not square, or has another size.
    """
    pictures: list[np.ndarray] = []
    for path in paths:
        picture = read_picture(path, _RESTORE)
        side = side or len(picture)
        if picture.shape[:2] != (side, side):
            found = f"{picture.shape[1]} x {picture.shape[0]} px"
            raise DataError(path, f"{side} x {side} px, square and like the first picture", found, fix)
        pictures.append(picture)
    return np.stack(pictures)


def read_originals(paths: Iterable[str | Path], size: int) -> np.ndarray:
    """Read the pictures that were seen, at the size of the reconstructions.

    Pictures are cut and resized as for the features from which the reconstructions were decoded.

    Parameters
    ----------
    paths : paths of picture files of any sizes, at least one
    size : int
        Side of the reconstructions in pixels.

    Returns
    -------
    (n, size, size, 3) uint8 array, RGB; see :func:`cortex2image.networks.pixels.square`

    Raises
    ------
    DataError
        A file is no picture that can be read for certain, see :func:`cortex2image.pictures.read_picture`.
    """
    return np.stack([square(read_picture(path, _RESTORE), size) for path in paths])
