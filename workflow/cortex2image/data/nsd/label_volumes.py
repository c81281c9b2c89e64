"""Volumes of one value per voxel: atlases, masks, noise."""

from pathlib import Path

import numpy as np

from cortex2image.data.volumes import load_volume
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
    values : (X, Y, Z) array, scaled as the header says
    affine : (4, 4) float64, voxel indices to mm

    Raises
    ------
    DataError
        The file is missing, cut short or not 3-D, or lies on another grid, as does that of another subject.
    """
    values, affine = load_volume(path)
    if shape not in (None, values.shape):
        fix = "take betas, atlas and masks of one subject and one space"
        raise DataError(path, f"the grid of the subject, {shape}", f"grid {values.shape}", fix)
    return values, affine
