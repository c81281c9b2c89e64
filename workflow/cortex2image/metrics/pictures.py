"""Pictures from disk, at the size at which they are compared."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from cortex2image.errors import DataError


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
