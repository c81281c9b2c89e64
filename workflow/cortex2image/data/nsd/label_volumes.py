"""Volumes of one value per voxel: atlases, masks, noise."""

import zlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError

from cortex2image.errors import DataError


def read_volume(path: Path, shape: tuple[int, ...] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read a 3-D NIfTI volume.

    Parameters
    ----------
    path : Path
    shape : (X, Y, Z), optional
        The grid it has to lie on. The grids of all eight subjects of NSD differ in shape.

    Returns
    -------
    values : (X, Y, Z) array as stored
    affine : (4, 4) float64, voxel indices to mm

    Raises
    ------
    DataError
        The file is missing, cut short or not 3-D, or lies on another grid, as does that of another subject.
    """
    try:
        image: Any = nib.load(path)
        values = np.asarray(image.dataobj)
    except (OSError, EOFError, ValueError, zlib.error, ImageFileError) as error:
        fix = "download the file again; it is missing, cut short or damaged"
        raise DataError(path, "a whole NIfTI volume", " ".join(str(error).split()), fix) from None
    fix = "take betas, atlas and masks of one subject and one space"
    if values.ndim != 3:
        raise DataError(path, "one value per voxel", f"shape {values.shape}", fix)
    if shape not in (None, values.shape):
        raise DataError(path, f"the grid of the subject, {shape}", f"grid {values.shape}", fix)
    return values, np.asarray(image.affine, np.float64)
