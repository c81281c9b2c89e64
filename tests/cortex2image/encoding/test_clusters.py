"""Clusters against a search through neighbours, and the cases without any."""

import numpy as np

from cortex2image.encoding.clusters import Clusters, find_clusters

SHAPE = (7, 6, 5)


def by_search(voxels: np.ndarray) -> list[list[int]]:
    """Return the members of each cluster, found by following neighbours voxel by voxel."""
    left, found = set(range(len(voxels))), []
    while left:
        cluster, front = [], [left.pop()]
        while front:
            here = front.pop()
            cluster.append(here)
            near = {v for v in left if np.abs(voxels[v] - voxels[here]).max() <= 1}
            left -= near
            front += near
        found.append(cluster)
    return found


def test_clusters_are_those_of_a_search(rng):
    indices = np.argwhere(np.ones(SHAPE))
    for share in (0.05, 0.1, 0.2):
        significant, r = rng.random(len(indices)) < share, rng.random(len(indices))
        got = find_clusters(significant, r, indices, SHAPE)
        clusters = by_search(indices[significant])
        largest = max(map(len, clusters))
        assert (got.clusters, got.largest_cluster) == (len(clusters), largest)
        chosen = np.flatnonzero(significant)
        candidates = [voxel for cluster in clusters if len(cluster) == largest for voxel in chosen[cluster]]
        peak = max(candidates, key=lambda voxel: r[voxel])
        assert got.peak_r == r[peak]
        assert [got.peak_i, got.peak_j, got.peak_k] == indices[peak].tolist()


def test_voxels_that_touch_by_a_corner_are_one_cluster():
    voxels, r = np.array([[1, 1, 1], [2, 2, 2], [4, 2, 2]]), np.array([0.2, 0.3, 0.9])
    assert find_clusters(np.ones(3, bool), r, voxels, SHAPE) == Clusters(2, 2, 2, 2, 2, 0.3)


def test_no_significant_voxel_is_no_cluster():
    nothing = find_clusters(np.zeros(2, bool), np.ones(2), np.zeros((2, 3), int), SHAPE)
    assert nothing == Clusters(0, 0)


def test_a_surface_has_no_clusters():
    vertices = np.array([[0, 0, 0], [1, 0, 0]])
    assert find_clusters(np.ones(2, bool), np.ones(2), vertices, (9, 1, 1)) == Clusters()
