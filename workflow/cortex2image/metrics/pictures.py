"""Pictures from disk, at the size at which they are compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from cortex2image.errors import DataError


@dataclass(frozen=True)
class Grid:
    """Pictures of one method: `paths[i][j]` is sample `samples[j]` of stimulus `stimuli[i]`, both sorted."""

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
    stimuli, samples, paths : columns of :data:`cortex2image.contracts.RECONSTRUCTIONS`
    source : the table, for the error

    Raises
    ------
    DataError
        Fewer than two stimuli, or a stimulus without one of the samples the others have.
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


def read_pictures(paths: Iterable[str | Path]) -> np.ndarray:
    """Read pictures of one size.

    Parameters
    ----------
    paths : paths of picture files, at least one

    Returns
    -------
    (n, height, width, 3) uint8 array, RGB

    Raises
    ------
    DataError
        A file is missing, is no picture, or has another size than the first.
    """
    pictures: list[np.ndarray] = []
    for path in paths:
        picture = np.asarray(_open(path))
        if pictures and picture.shape != pictures[0].shape:
            expected, found = (f"{p.shape[1]} x {p.shape[0]} px" for p in (pictures[0], picture))
            fix = "delete the pictures of this method and run the workflow again"
            raise DataError(path, f"{expected} like the first picture", found, fix)
        pictures.append(picture)
    return np.stack(pictures)


def read_originals(paths: Iterable[str | Path], height: int, width: int) -> np.ndarray:
    """Read seen pictures at the size of the reconstructions.

    The largest central square is taken, as for the features the reconstructions are made from, and resized
    with Lanczos, whose support grows with the reduction, so that shrinking does not alias.

    Parameters
    ----------
    paths : paths of picture files of any sizes, at least one
    height, width : int
        Size of the reconstructions in pixels.

    Returns
    -------
    (n, height, width, 3) uint8 array, RGB

    Raises
    ------
    DataError
        A file is missing or is no picture.
    """
    pictures = [_central_square(_open(path)) for path in paths]
    return np.stack([np.asarray(p.resize((width, height), Image.Resampling.LANCZOS)) for p in pictures])


def _central_square(picture: Image.Image) -> Image.Image:
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def _open(path: str | Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        fix = "restore the file, or delete its table and run the workflow again"
        raise DataError(path, "a picture", str(error), fix) from None
