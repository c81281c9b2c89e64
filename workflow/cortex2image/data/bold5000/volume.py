"""BOLD5000's volumes of betas: which voxels a study takes, and their values in one session.

Volumes and brain mask are taken to lie on one grid, whatever the affines in the volumes' headers: that of the
brain mask counts, and only shapes are compared. That the released headers differ from the mask's is hearsay,
not checked with the released files.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cortex2image.data.invalid import mark_invalid
from cortex2image.data.prepared import BetaVoxels
from cortex2image.data.volumes import load_mask, load_masked, load_volume
from cortex2image.errors import DataError
from cortex2image.fmri.grid import Grid, hemispheres
from cortex2image.fmri.rois import UNLABELLED, label_voxels


def volume_voxels(
    brain_mask: Path, atlas: Path | None, labels: Mapping[str, int], labelled_only: bool
) -> BetaVoxels:
    """Return the voxels of the brain mask, or those of them that a label names.

    Parameters
    ----------
    brain_mask : path of a 3-D volume
    atlas : path of a volume of region codes on the same grid, or None
    labels : name of each region to its code
    labelled_only : bool

    Raises
    ------
    DataError
        A file is unreadable, the two lie on different grids, or no voxel of the brain has a label's code.
    """
    mask, affine = load_mask(brain_mask)
    indices = np.argwhere(mask)
    roi = [UNLABELLED] * len(indices)
    if atlas is not None:
        codes, atlas_affine = load_volume(atlas)
        Grid(mask.shape, affine, str(brain_mask)).require_same(Grid(codes.shape, atlas_affine, str(atlas)))
        roi = label_voxels(codes[mask], labels, str(atlas))
        _check_found(atlas, labels, roi)
    if labelled_only:
        indices = indices[np.array(roi) != UNLABELLED]
        roi = [label for label in roi if label != UNLABELLED]
    x, y, z = mask.shape
    return BetaVoxels(indices, roi, hemispheres(indices, affine), (x, y, z), affine)


def read_volume(path: Path, trials: int, voxels: BetaVoxels) -> np.ndarray:
    """Read the voxels of one session.

    Returns
    -------
    (trials, voxels) float32 array, percent signal change; NaN throughout in invalid voxels

    Raises
    ------
    DataError
        The file is missing, cut short, on another grid, or holds another number of trials.
    """
    mask = np.zeros(voxels.shape, bool)
    mask[tuple(voxels.indices.T)] = True
    betas = load_masked(path, mask)
    if len(betas) != trials:
        fix = "the file changed since the trials were listed: run the workflow again"
        raise DataError(path, f"{trials} trials", f"{len(betas)} volumes", fix)
    return mark_invalid(betas)


def _check_found(atlas: Path, labels: Mapping[str, int], roi: list[str]) -> None:
    absent = [f"{name} ({code})" for name, code in labels.items() if name not in set(roi)]
    if absent:
        found = f"no voxel of {', '.join(absent)}"
        fix = "correct dataset/rois/labels, or give the atlas of this subject"
        raise DataError(atlas, "every label in at least one voxel of the brain", found, fix)
