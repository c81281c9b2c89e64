import numpy as np
import pytest
from PIL import Image

from cortex2image.plots.strips import strip, tile, tile_side


def plain(value: int, height: int = 8, width: int = 8) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_tiles_follow_each_other_line_by_line() -> None:
    laid = np.asarray(strip([plain(value) for value in (10, 20, 30, 40, 50)], side=8, across=3))
    assert laid.shape == (16, 24, 3)
    starts = [(line, column) for line in (0, 8) for column in (0, 8, 16)]
    values = [int(laid[line, column, 0]) for line, column in starts]
    assert values == [10, 20, 30, 40, 50, 128]
    assert (laid[8:, 8:16] == 50).all()


def test_of_a_wide_picture_the_central_square_is_shown() -> None:
    picture = np.concatenate([plain(0, 8, 4), plain(200, 8, 8), plain(0, 8, 4)], axis=1)
    np.testing.assert_array_equal(np.asarray(tile(picture, 8)), plain(200))


def test_a_picture_of_the_size_of_a_tile_is_unchanged() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(tile(picture, 16)), picture)


@pytest.mark.parametrize(("shape", "side"), [((512, 512, 3), 128), ((64, 64, 3), 64), ((90, 200, 3), 90)])
def test_tiles_are_never_larger_than_pictures(shape: tuple[int, ...], side: int) -> None:
    assert tile_side(np.zeros(shape, np.uint8), 128) == side


def test_a_large_picture_keeps_its_mean_colour() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    shrunk = tile(picture, 16)
    assert isinstance(shrunk, Image.Image)
    np.testing.assert_allclose(np.asarray(shrunk).mean((0, 1)), picture.mean((0, 1)), atol=2)
