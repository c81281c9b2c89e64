"""Voxels that lie under the vertices of fsaverage and fsaverage5.

Meshes of fsaverage are subdivided icosahedra: the vertices of fsaverage5 are the first 10,242 of each
hemisphere of fsaverage, in the same order (Fischl et al. 1999, Human Brain Mapping 8:272).
"""

from typing import Any

import numpy as np
from nibabel.affines import apply_affine
from scipy.ndimage import map_coordinates

from cortex2image.encoding.voxel_grid import VoxelGrid
from cortex2image.errors import DataError

SIDES = ("left", "right")
VERTICES, VERTICES5 = 163_842, 10_242  # of a hemisphere of fsaverage and of fsaverage5
# From MNI305, the space of fsaverage, to MNI152: FreeSurfer's average/mni152.register.dat, as printed in
# FreeSurfer's wiki, CoordinateSystems, case 8.
MNI305_TO_MNI152 = np.array(
    [
        [0.9975, -0.0073, 0.0176, -0.0429],
        [0.0146, 1.0009, -0.0024, 1.5496],
        [-0.0130, -0.0093, 0.9971, 1.1840],
        [0.0, 0.0, 0.0, 1.0],
    ]
)


def fsaverage5(name: str, side: str) -> Any:
    """Return a surface of fsaverage5, such as ``pial`` or ``flat``, or values of its vertices, ``sulc``.

    nilearn brings the files along; nothing is fetched.
    """
    # Imported here, since it takes a second that studies without a surface would lose in every job.
    from nilearn.datasets import fetch_surf_fsaverage
    from nilearn.surface import load_surf_data, load_surf_mesh

    file = fetch_surf_fsaverage("fsaverage5")[f"{name}_{side}"]
    return load_surf_data(file) if name == "sulc" else load_surf_mesh(file)


def voxels_at_vertices(grid: VoxelGrid, to_mni: np.ndarray) -> np.ndarray:
    """Return the voxel at the middle of the cortical sheet at each vertex of fsaverage5.

    Parameters
    ----------
    grid : VoxelGrid
    to_mni : (4, 4) array
        From world coordinates of the voxels to MNI152, both in mm.

    Returns
    -------
    (2 * 10242,) int array
        Positions in the table of voxels, left hemisphere first; -1 where no voxel lies.

    Notes
    -----
    The point half-way between white and pial surface takes the voxel that it falls into: values are never
    mixed, so that labels and thresholds survive.
    """
    numbers = np.full(grid.shape, -1, dtype=np.int64)
    numbers[tuple(grid.indices.T)] = np.arange(len(grid))
    to_voxels = np.linalg.inv(to_mni @ grid.affine) @ MNI305_TO_MNI152
    points = np.concatenate([_middle_of_cortex(side) for side in SIDES])
    places: np.ndarray = map_coordinates(
        numbers, apply_affine(to_voxels, points).T, order=0, mode="grid-constant", cval=-1
    )
    return places


def _middle_of_cortex(side: str) -> np.ndarray:
    """Return the points half-way between white and pial surface of fsaverage5, (10242, 3) mm in MNI305."""
    pial, white = (fsaverage5(name, side).coordinates for name in ("pial", "white"))
    middle: np.ndarray = (pial + white) / 2
    return middle


def voxels_of_vertices(grid: VoxelGrid) -> np.ndarray:
    """Return the place in the table of each vertex of a data set that was measured on a surface.

    Returns
    -------
    (vertices of both hemispheres,) int array
        -1 for vertices outside the mask.

    Raises
    ------
    DataError
        The hemispheres do not have the same number of vertices, as those of fsaverage have.
    """
    count = grid.shape[0]
    left = grid.indices[:, 0] < count // 2
    named = np.where(grid.hemispheres == "unknown", np.where(left, *SIDES), grid.hemispheres)
    if count % 2 or grid.shape[1:] != (1, 1) or (left != (named == "left")).any():
        found = f"{count} vertices, {np.count_nonzero(named == 'left')} of the mask on the left"
        fix = "give data on fsaverage"
        raise DataError(grid.source, "two hemispheres with the same number of vertices", found, fix)
    places = np.full(count, -1, dtype=np.int64)
    places[grid.indices[:, 0]] = np.arange(len(grid))
    return places


def reduced(places: np.ndarray) -> np.ndarray | None:
    """Return the vertices of fsaverage5 among those of fsaverage, or as given; None for another mesh."""
    left, right = np.split(places, 2)
    if len(left) not in (VERTICES, VERTICES5):
        return None
    return np.concatenate([left[:VERTICES5], right[:VERTICES5]])


def at_vertices(values: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of the left and of the right hemisphere; NaN where no voxel lies."""
    surface = np.where(places >= 0, values[np.maximum(places, 0)], np.nan)
    left, right = np.split(surface, 2)
    return left, right
