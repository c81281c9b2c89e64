"""Clusters of significant voxels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import generate_binary_structure, label


@dataclass(frozen=True)
class Clusters:
    """Clusters of one region, named and defined as in encoding_scores.parquet; None if undefined."""

    clusters: int | None = None
    largest_cluster: int | None = None
    peak_i: int | None = None
    peak_j: int | None = None
    peak_k: int | None = None
    peak_r: float | None = None


def find_clusters(
    significant: np.ndarray, r: np.ndarray, voxels: np.ndarray, shape: Sequence[int]
) -> Clusters:
    """Group significant voxels that touch by a face, an edge or a corner (26 neighbours).

    Parameters
    ----------
    significant : (v,) bool array
    r : (v,) array
    voxels : (v, 3) array of int
        Indices i, j, k into the volume.
    shape : three ints
        Shape of the volume. In a volume of one row, which holds the vertices of a surface, neighbours mean
        nothing.

    Returns
    -------
    Clusters
        All None for a surface. The peak is the voxel with the highest r in the largest cluster, of several
        the one with the highest r; None without any significant voxel.
    """
    if sum(size > 1 for size in shape) < 2:
        return Clusters()
    chosen, r = voxels[significant], r[significant]
    if not len(chosen):
        return Clusters(0, 0)
    # A box around the voxels is enough.
    place = tuple((chosen - chosen.min(axis=0)).T)
    volume = np.zeros([int(axis.max()) + 1 for axis in place], bool)
    volume[place] = True
    numbers, count = label(volume, generate_binary_structure(3, 3))
    member = numbers[place]
    sizes = np.bincount(member)
    peak = max(range(len(r)), key=lambda voxel: (sizes[member[voxel]], r[voxel]))
    i, j, k = map(int, chosen[peak])
    return Clusters(count, int(sizes.max()), i, j, k, float(r[peak]))
