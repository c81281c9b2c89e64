"""Surface files of NSD on fsaverage: labels, noise ceilings and betas, one MGH file per hemisphere.

The left hemisphere comes before the right. Betas on the surface are stored in percent signal change, and as
NaN where a vertex is invalid in a session.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError

from cortex2image.data.nsd.facts import TRIALS_PER_SESSION
from cortex2image.data.prepared import mark_invalid
from cortex2image.data.volumes import require_checksum
from cortex2image.errors import DataError

FIX = "download the file again; it is missing, cut short or another file"


def read_surface(path: Path) -> np.ndarray:
    """Read one value per vertex of one hemisphere, e.g. a label, as (vertices,) in the stored type.

    Raises
    ------
    DataError
        The file is missing or cut short, or holds more than one value per vertex.
    """
    values = _open(path)
    if values.shape[1:] != (1, 1):
        raise DataError(path, "one value per vertex", f"shape {values.shape}", FIX)
    return np.array(values[:, 0, 0])


def stored_shape(path: Path) -> tuple[int, ...]:
    """Return the shape that the header of an MGH file states; no value of an uncompressed file is read.

    Raises
    ------
    DataError
        The file is missing, or is no MGH file.
    """
    return tuple(_open(path).shape)


def count_vertices(path: Path) -> int:
    """Return the number of vertices of one hemisphere.

    Raises
    ------
    DataError
        The file is missing, or is no MGH file.
    """
    return int(_open(path).shape[0])


def read_surface_betas(paths: Sequence[Path], vertices: np.ndarray, count: int) -> np.ndarray:
    """Read the betas of some vertices in one session, trial by trial.

    Parameters
    ----------
    paths : files of the left and the right hemisphere
    vertices : (vertices,) int array
        Ascending; the count goes on from the left hemisphere into the right.
    count : int
        Number of vertices of both hemispheres together.

    Returns
    -------
    (750, vertices) float32 array
        Percent signal change; NaN in all trials for a vertex that is 0 in all trials or not finite in any.

    Raises
    ------
    DataError
        A file is missing or cut short, the hemispheres do not have `count` vertices, or a file does not hold
        750 trials.
    """
    stored = [_betas(path) for path in paths]
    sizes = [len(values) for values in stored]
    if sum(sizes) != count:
        fix = "take betas and labels of one surface"
        raise DataError(paths[0], f"{count} vertices with {paths[-1].name}", f"{sum(sizes)}", fix)
    betas, start = np.empty((TRIALS_PER_SESSION, len(vertices)), np.float32), 0
    for values, size in zip(stored, sizes, strict=True):
        columns = np.flatnonzero((vertices >= start) & (vertices < start + size))
        for trial in range(TRIALS_PER_SESSION):
            betas[trial, columns] = values[:, 0, 0, trial][vertices[columns] - start]
        start += size
    return mark_invalid(betas)


def _betas(path: Path) -> np.ndarray:
    values = _open(path)
    if values.ndim != 4 or values.shape[3] != TRIALS_PER_SESSION:
        expected = f"{TRIALS_PER_SESSION} trials, as in every session of NSD"
        raise DataError(path, expected, f"shape {values.shape}", FIX)
    return values


def _open(path: Path) -> np.ndarray:
    """Return the values of an MGH file; of an uncompressed file, they are read when they are used."""
    try:
        image: Any = nib.load(path, keep_file_open=True)
        values: np.ndarray = np.asanyarray(image.dataobj)
        require_checksum(path, image)
        return values
    except (OSError, EOFError, ValueError, ImageFileError) as error:
        found = " ".join(str(error).split())
        raise DataError(path, "an MGH file of one hemisphere", found, FIX) from None
