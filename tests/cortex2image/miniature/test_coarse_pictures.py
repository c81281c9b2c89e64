import numpy as np
import pytest

from cortex2image.miniature.coarse_pictures import COARSE, coarsened


def test_a_coarse_picture_keeps_means_and_loses_detail(rng):
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    coarse = coarsened(noise)
    assert (coarse.shape, coarse.dtype) == (noise.shape, noise.dtype)
    assert coarse.mean() == pytest.approx(noise.mean(), abs=2)
    assert coarse.std() < 0.4 * noise.std()


def test_pictures_of_the_same_cell_means_have_the_same_coarse_picture(rng):
    cells = rng.integers(60, 200, (COARSE, COARSE, 1), dtype=np.uint8)
    flat = np.broadcast_to(np.kron(cells[..., 0], np.ones((4, 4), np.uint8))[..., None], (32, 32, 3)).copy()
    chequered = flat + np.where(np.indices((32, 32)).sum(axis=0) % 2, 50, -50)[..., None].astype(np.int16)
    np.testing.assert_array_equal(coarsened(flat), coarsened(chequered.astype(np.uint8)))


def test_sides_may_differ():
    assert coarsened(np.zeros((16, 40, 3), np.uint8)).shape == (16, 40, 3)
