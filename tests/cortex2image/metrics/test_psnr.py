"""Peak signal-to-noise ratio against scikit-image and torchmetrics."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

from cortex2image.metrics.psnr import psnr_matrix, squared_differences
from cortex2image.networks.compat import ensure_torchvision


@pytest.fixture
def pictures(rng):
    """Four pictures of more values than are multiplied at once, and five from noise to a near copy."""
    originals = rng.integers(0, 256, (4, 20, 24, 3), dtype=np.uint8)
    noise = rng.normal(0, [[[[sigma]]] for sigma in (0.3, 2, 20, 90)], originals.shape)
    near = np.clip(np.rint(originals + noise), 0, 255).astype(np.uint8)
    return originals, np.concatenate([near, rng.integers(0, 256, (1, 20, 24, 3), dtype=np.uint8)])


def test_every_pair_is_scikit_images(pictures):
    expected = [[peak_signal_noise_ratio(a, b) for b in pictures[1]] for a in pictures[0]]
    np.testing.assert_allclose(psnr_matrix(*pictures), expected, rtol=1e-12)


def test_every_pair_is_torchmetrics(pictures):
    ensure_torchvision()
    from torchmetrics.functional.image import peak_signal_noise_ratio as theirs

    tensors = [torch.from_numpy(p).double() for p in pictures]
    expected = [[float(theirs(b, a, data_range=255.0)) for b in tensors[1]] for a in tensors[0]]
    np.testing.assert_allclose(psnr_matrix(*pictures), expected, rtol=1e-6)


def test_identical_pictures_and_opposite_ones(pictures):
    np.testing.assert_array_equal(np.diagonal(psnr_matrix(pictures[0], pictures[0])), 100)
    black = np.zeros((1, 8, 8, 3), np.uint8)
    assert psnr_matrix(black, black + 255) == 0


def test_the_smallest_difference_of_a_large_picture_is_identity():
    grey = np.full((1, 300, 300, 3), 100, np.uint8)
    other = grey.copy()
    other[0, 0, 0, 0] += 1
    assert peak_signal_noise_ratio(grey[0], other[0]) > 100
    assert psnr_matrix(grey, other) == 100


def test_sums_of_squares_are_exact(rng):
    rows = rng.choice([0, 255], (3, 40_000)).astype(np.uint8)
    rows[1] = 255 - rows[0]
    whole = rows.astype(np.int64)
    expected = [[((a - b) ** 2).sum() for b in whole] for a in whole]
    np.testing.assert_array_equal(squared_differences(rows, rows), expected)
