"""A slice of an MR image that every installation has."""

import numpy as np
from numpy.typing import NDArray


def template_slice(height_mm: float = 0.0, resolution_mm: int = 3, side: int = 64) -> NDArray[np.uint8]:
    """Return an axial slice of the MNI152 template as a grey picture, (side, side) uint8.

    The T1-weighted template that nilearn ships, front up and left on the left, the brain in the middle. At
    3 mm, the grid of many functional images, the whole brain fits into 64 x 64.

    Parameters
    ----------
    height_mm : float
        z in MNI space.
    resolution_mm : int
        Side of a voxel.
    side : int
        Side of the picture in voxels; what lies beyond is cut off, what is missing is black.
    """
    from nilearn.datasets import load_mni152_template

    image = load_mni152_template(resolution=resolution_mm)
    index = round((height_mm - image.affine[2, 3]) / image.affine[2, 2])
    grey = np.asarray(image.dataobj)[:, :, index]
    brain = np.argwhere(grey > 0)
    centre = (brain.min(axis=0) + brain.max(axis=0) + 1) // 2
    window = np.pad(grey, side)[
        tuple(slice(c + side - side // 2, c + side + (side + 1) // 2) for c in centre)
    ]
    return np.round(255 * window / window.max()).clip(0, 255).astype(np.uint8).T[::-1]
