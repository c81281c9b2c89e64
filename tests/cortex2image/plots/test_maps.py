import numpy as np
import pytest

from cortex2image.plots.maps import MapRow, bounding_box, draw_maps, largest, mosaic, slice_positions


def test_slices_are_spread_over_the_mask_alone() -> None:
    mask = np.zeros((4, 5, 20), bool)
    mask[1, 2, 4:16] = True
    assert slice_positions(mask, 4) == [5, 8, 11, 14]
    assert slice_positions(mask, 50) == list(range(4, 16))
    assert slice_positions(np.zeros((2, 2, 2), bool), 3) == []


def test_bounding_box_keeps_every_voxel_and_one_around() -> None:
    mask = np.zeros((8, 9, 10), bool)
    mask[0:2, 4, 5:8] = True
    assert mask[bounding_box(mask)].sum() == mask.sum()
    assert bounding_box(mask) == (slice(0, 3), slice(3, 6), slice(4, 9))
    assert np.zeros((2, 3, 4))[bounding_box(np.zeros((2, 3, 4), bool))].shape == (2, 3, 4)


def test_left_of_a_slice_is_left_of_the_brain_and_back_is_below() -> None:
    volume = np.arange(2 * 3 * 4, dtype=float).reshape(2, 3, 4)
    picture = mosaic(volume, [1, 3])
    assert picture.shape == (3, 4)
    assert picture[0, 0] == volume[0, 0, 1]
    assert picture[2, 1] == volume[1, 2, 1]
    assert picture[2, 3] == volume[1, 2, 3]


def test_the_scale_ends_at_a_rounded_percentile_and_never_at_zero() -> None:
    values = np.full((10, 10, 10), 0.32)
    values[0, 0, 0] = 5.0
    assert largest([MapRow("z", values)]) == pytest.approx(0.4)
    assert largest([MapRow("z", np.zeros((2, 2, 2)))]) == 0.1
    assert largest([]) == 0.1


def test_rows_show_their_values_on_their_scales() -> None:
    rng = np.random.default_rng(1)
    z, c = rng.uniform(0, 0.55, (2, 6, 7, 5))
    z[0, 0, 0], c[0, 0, 0] = np.nan, np.nan
    rows = [MapRow("z", z), MapRow("c", c), MapRow("c − z", c - z, signed=True)]
    figure = draw_maps(rows, (3.0, 2.0, 2.0), "r")
    images = [axes.images[0] for axes in figure.axes[:3]]
    assert [image.get_clim() for image in images] == [
        (0.0, pytest.approx(0.6)),
        (0.0, pytest.approx(0.6)),
        (pytest.approx(-0.5), pytest.approx(0.5)),
    ]
    assert [axes.get_title(loc="left") for axes in figure.axes[:3]] == ["z", "c", "c − z"]
    shown = images[2].get_array()
    assert shown.mask.sum() == np.isnan(z).sum()
    np.testing.assert_allclose(shown.compressed().sum(), np.nansum(c - z))
    assert figure.axes[0].get_aspect() == pytest.approx(2 / 3)
