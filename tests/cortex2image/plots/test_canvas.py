"""Which voxel lies in which pixel."""

import numpy as np
import pytest
from tests.support.encoding_tables import write_grid

from cortex2image.encoding.fsaverage import VERTICES5, fsaverage5
from cortex2image.encoding.voxel_grid import read_voxel_grid
from cortex2image.plots.canvas import bounding_box, flat_canvas, slice_canvas, slice_positions

RAS = np.diag([3.0, 2.0, 2.0, 1.0])


def grid_of(tmp_path, mask, affine):
    write_grid(tmp_path / "v.parquet", np.argwhere(mask), mask.shape, affine)
    return read_voxel_grid(tmp_path / "v.parquet")


def test_slices_are_spread_over_the_mask_alone():
    mask = np.zeros((4, 5, 20), bool)
    mask[1, 2, 4:16] = True
    assert slice_positions(mask, 4) == [5, 8, 11, 14]
    assert slice_positions(mask, 50) == list(range(4, 16))


def test_bounding_box_keeps_every_voxel_and_one_around():
    mask = np.zeros((8, 9, 10), bool)
    mask[0:2, 4, 5:8] = True
    assert mask[bounding_box(mask)].sum() == mask.sum()
    assert bounding_box(mask) == (slice(0, 3), slice(3, 6), slice(4, 9))


@pytest.mark.parametrize(
    "affine",
    [RAS, RAS @ [[-1, 0, 0, 5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], RAS @ np.eye(4)[[2, 0, 1, 3]]],
    ids=["as it is", "flipped", "turned"],
)
def test_left_is_left_and_back_is_below_however_the_axes_lie(tmp_path, affine):
    mask = np.random.default_rng(0).random((6, 7, 5)) < 0.9
    grid = grid_of(tmp_path, mask, np.asarray(affine))
    canvas = slice_canvas(grid, 1)
    x, y, z = (canvas.paint(grid.world[:, axis]) for axis in range(3))
    assert canvas.parts == 1
    assert np.ptp(z[np.isfinite(z)]) == 0
    across, along = np.diff(x, axis=1), np.diff(y, axis=0)
    assert (across[np.isfinite(across)] > 0).all()
    assert (along[np.isfinite(along)] > 0).all()
    sides = [abs(np.nanmedian(step)) for step in (along, across)]
    assert canvas.aspect == pytest.approx(sides[0] / sides[1])


def test_slices_stand_side_by_side_lowest_first(tmp_path):
    grid = grid_of(tmp_path, np.ones((4, 5, 12), bool), RAS)
    canvas = slice_canvas(grid, 3)
    assert (canvas.parts, canvas.voxels.shape) == (3, (5, 12))
    heights = canvas.paint(grid.world[:, 2])
    assert [set(part.ravel().tolist()) for part in np.split(heights, 3, axis=1)] == [{4}, {12}, {20}]
    assert canvas.ratio == pytest.approx(5 * 2 / (12 * 3))


def test_every_pixel_of_a_flat_map_shows_a_vertex_nearby():
    canvas = flat_canvas(np.arange(2 * VERTICES5))
    there = canvas.voxels >= 0
    columns = np.flatnonzero(there.any(axis=0))
    (gap,) = np.flatnonzero(np.diff(columns) > 5)
    halves = canvas.voxels[:, : columns[gap] + 1], canvas.voxels[:, columns[gap + 1] :]
    for number, (side, half) in enumerate(zip(("left", "right"), halves, strict=True)):
        mesh = fsaverage5("flat", side)
        vertices = half[half >= 0] - number * VERTICES5
        assert set(vertices.tolist()) <= set(range(VERTICES5))
        assert len(np.unique(vertices)) > 0.95 * len(np.unique(mesh.faces))
        rows = np.nonzero(half >= 0)[0]
        assert np.corrcoef(rows, mesh.coordinates[vertices, 1])[0, 1] > 0.999
    np.testing.assert_array_equal(np.isfinite(canvas.cortex), there)


def test_vertices_without_a_voxel_are_cortex_without_value():
    canvas = flat_canvas(np.where(np.arange(2 * VERTICES5) % 2, 3, -1))
    picture = canvas.paint(np.arange(5.0))
    assert set(picture[np.isfinite(picture)].tolist()) == {3.0}
    assert (np.isfinite(canvas.cortex) & np.isnan(picture)).any()
