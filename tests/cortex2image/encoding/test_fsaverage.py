"""Voxels under vertices, beside scipy, nilearn and the numbers that FreeSurfer's documentation prints."""

import nibabel as nib
import numpy as np
import pytest
from nibabel.affines import apply_affine, from_matvec
from nilearn.datasets import fetch_surf_fsaverage
from nilearn.surface import vol_to_surf
from scipy.spatial import KDTree
from tests.support.encoding_tables import write_grid

from cortex2image.encoding.fsaverage import (
    MNI305_TO_MNI152,
    SIDES,
    VERTICES,
    VERTICES5,
    at_vertices,
    fsaverage5,
    reduced,
    voxels_at_vertices,
    voxels_of_vertices,
)
from cortex2image.encoding.volume import to_volume
from cortex2image.encoding.voxel_grid import read_voxel_grid
from cortex2image.errors import DataError

SHAPE = (40, 48, 38)
AFFINE = from_matvec(np.array([[-4.2, 0.3, 0], [0.2, 4.1, 0.6], [0, -0.5, 4]]), [85, -110, -60])
TO_MNI = from_matvec(np.diag([1.05, 0.98, 1.1]), [2, 5, -3])


def middle(side):
    pial, white = (fsaverage5(name, side).coordinates for name in ("pial", "white"))
    return (pial + white) / 2


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    indices = np.argwhere(np.random.default_rng(0).random(SHAPE) < 0.8)
    path = tmp_path_factory.mktemp("grid") / "v.parquet"
    write_grid(path, indices, SHAPE, AFFINE)
    return read_voxel_grid(path)


def test_the_template_of_fsaverage_lies_where_freesurfer_says():
    assert pytest.approx([10.695, -18.409, 36.137, 1], abs=3e-3) == MNI305_TO_MNI152 @ [10, -20, 35, 1]


def test_each_vertex_takes_the_voxel_that_the_middle_of_the_sheet_falls_into(grid):
    places = voxels_at_vertices(grid, TO_MNI)
    numbers = {tuple(voxel): number for number, voxel in enumerate(grid.indices.tolist())}
    points = apply_affine(MNI305_TO_MNI152, np.concatenate([middle(side) for side in SIDES]))
    own = np.linalg.solve(TO_MNI @ AFFINE, np.column_stack([points, np.ones(len(points))]).T)[:3].T
    expected = np.array([numbers.get(tuple(voxel), -1) for voxel in np.rint(own).astype(int).tolist()])
    # Points on the border of two voxels may round either way.
    clear = (np.abs(own - np.floor(own) - 0.5) > 1e-3).all(axis=1)
    np.testing.assert_array_equal(places[clear], expected[clear])
    assert clear.mean() > 0.9
    assert 0.5 < (places >= 0).mean() < 0.9
    outside = ((own < -0.5) | (own > np.array(SHAPE) - 0.5)).any(axis=1)
    assert outside.any()


def test_values_are_those_that_nilearn_projects(grid):
    """nilearn stops at vertices outside the volume; a margin of NaN keeps them inside."""
    r, margin = np.random.default_rng(1).uniform(-0.2, 0.8, len(grid)), 12
    found = at_vertices(r, voxels_at_vertices(grid, TO_MNI))
    volume = np.pad(to_volume(r, grid.indices, SHAPE), margin, constant_values=np.nan)
    padded = AFFINE @ from_matvec(np.eye(3), [-margin] * 3)
    image = nib.Nifti1Image(volume, np.linalg.inv(MNI305_TO_MNI152) @ TO_MNI @ padded)
    for side, values in zip(SIDES, found, strict=True):
        files = fetch_surf_fsaverage("fsaverage5")
        options = {"kind": "depth", "depth": [0.5], "interpolation": "nearest_most_frequent"}
        expected = vol_to_surf(image, files[f"pial_{side}"], inner_mesh=files[f"white_{side}"], **options)
        np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_left_stays_left(grid):
    on_right = (apply_affine(TO_MNI, grid.world)[:, 0] > 0).astype(float)
    left, right = at_vertices(on_right, voxels_at_vertices(grid, TO_MNI))
    assert np.nanmean(left) < 0.05
    assert np.nanmean(right) > 0.95


def surface(tmp_path, vertices, chosen, sides):
    path = tmp_path / "v.parquet"
    indices = np.column_stack([chosen, np.zeros((len(chosen), 2), int)])
    write_grid(path, indices, (vertices, 1, 1), np.eye(4), hemisphere=sides)
    return read_voxel_grid(path)


def test_vertices_outside_the_mask_have_no_value(tmp_path):
    chosen = np.array([0, 3, 9, 11])
    sides = ["left", "left", "right", "right"]
    left, right = at_vertices(
        np.array([1.0, 2, 3, 4]), voxels_of_vertices(surface(tmp_path, 12, chosen, sides))
    )
    np.testing.assert_array_equal(left, [1, np.nan, np.nan, 2, np.nan, np.nan])
    np.testing.assert_array_equal(right, [np.nan, np.nan, np.nan, 3, np.nan, 4])


@pytest.mark.parametrize(("vertices", "sides"), [(12, ["left", "right"]), (13, ["left", "left"])])
def test_hemispheres_of_different_size_are_refused(tmp_path, vertices, sides):
    with pytest.raises(DataError, match="two hemispheres with the same number of vertices"):
        voxels_of_vertices(surface(tmp_path, vertices, np.array([0, 3]), sides))


def test_the_first_vertices_of_each_hemisphere_are_the_coarser_mesh():
    """fsaverage4 lies in the mesh at hand as fsaverage5 lies in fsaverage: its vertices come first."""
    points = fsaverage5("sphere", "left").coordinates
    spacing = [np.median(KDTree(p).query(p, k=2)[0][:, 1]) for p in (points, points[:2562], points[::4])]
    assert spacing[1] / spacing[0] == pytest.approx(2, rel=0.05)
    assert spacing[2] / spacing[0] < 1.9
    places = np.arange(2 * VERTICES)
    left, right = np.split(reduced(places), 2)
    np.testing.assert_array_equal(left, np.arange(VERTICES5))
    np.testing.assert_array_equal(right, VERTICES + np.arange(VERTICES5))
    assert reduced(np.arange(24)) is None
