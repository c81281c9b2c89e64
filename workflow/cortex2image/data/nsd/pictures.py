"""The pictures of NSD, which lie in one HDF5 file of 37 GiB: only the wanted ones are ever read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cortex2image.data.hdf5 import dataset_of, opened
from cortex2image.data.nsd.facts import PICTURES
from cortex2image.errors import DataError

KEY = "imgBrick"
FIX = "download nsd_stimuli.hdf5 again; it is missing, cut short or another file"


def read_pictures(path: str | Path, nsd_ids: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    """Yield nsdId and picture, uint8 (side, side, 3) RGB, ascending, one picture in memory at a time.

    In the release the side is 425 pixels; any is taken.

    Parameters
    ----------
    path : path of ``nsd_stimuli.hdf5``
    nsd_ids : sequence of int
        From 0.

    Raises
    ------
    DataError
        The file is missing, cut short or damaged, or does not hold 73,000 square pictures.
    """
    with opened(path, "the pictures of NSD", FIX) as file:
        pictures = _checked(path, file)
        for nsd_id in sorted(set(nsd_ids)):
            yield nsd_id, pictures[nsd_id]


def _checked(path: str | Path, file: Any) -> Any:
    """Return the dataset of the pictures, h5py's (73000, side, side, 3)."""
    pictures = dataset_of(path, file, KEY, FIX)
    side = pictures.shape[1] if pictures.ndim == 4 else 0
    if pictures.shape != (PICTURES, side, side, 3) or pictures.dtype != np.uint8:
        expected = f"{PICTURES} square pictures (side, side, 3) of uint8"
        raise DataError(path, expected, f"shape {pictures.shape}, {pictures.dtype}", FIX)
    return pictures
