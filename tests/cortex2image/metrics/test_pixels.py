"""Pixel correlation against SciPy, structural similarity against scikit-image."""

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr
from skimage.color import rgb2gray
from skimage.metrics import structural_similarity

from cortex2image.errors import DataError
from cortex2image.metrics import pixels
from cortex2image.metrics.pixels import grey, pixcorr_matrix, ssim2d_of_pairs

CPU = torch.device("cpu")


@pytest.fixture
def noisy(rng):
    """Six pairs of noise and a darker copy with more noise."""
    originals = rng.integers(0, 256, (6, 12, 16, 3), dtype=np.uint8)
    return originals, originals // 2 + rng.integers(0, 99, originals.shape, dtype=np.uint8)


@pytest.fixture
def pictures(rng):
    """Six smooth pictures of 40 x 32 px, and four that resemble them to different degrees."""
    coarse = np.kron(rng.integers(0, 256, (6, 5, 4, 3)), np.ones((1, 8, 8, 1)))
    noise = rng.normal(0, np.arange(6).reshape(-1, 1, 1, 1) * 20, coarse.shape)
    return coarse.astype(np.uint8), np.clip(coarse + noise, 0, 255).astype(np.uint8)[:4]


def ssim2d_matrix(originals, reconstructions):
    shape = (len(originals), len(reconstructions))
    rows, columns = (index.ravel() for index in np.indices(shape))
    return ssim2d_of_pairs(originals, reconstructions, rows, columns, CPU).reshape(shape)


def scikit_images(original, reconstruction):
    options = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return structural_similarity(rgb2gray(original), rgb2gray(reconstruction), **options)


def test_pixcorr_is_pearson_over_all_values(noisy):
    originals, reconstructions = (p.reshape(6, -1).astype(float) for p in noisy)
    expected = [[pearsonr(a, b).statistic for b in reconstructions] for a in originals]
    np.testing.assert_allclose(pixcorr_matrix(*noisy), expected, atol=1e-12)


def test_identical_pictures_correlate_1(noisy):
    np.testing.assert_allclose(np.diagonal(pixcorr_matrix(noisy[0], noisy[0])), 1)


def test_grey_weighs_as_scikit_image(pictures):
    np.testing.assert_allclose(grey(pictures[1], CPU).numpy(), rgb2gray(pictures[1]), atol=1e-12)


def test_every_pair_is_scikit_images(pictures):
    expected = [[scikit_images(a, b) for b in pictures[1]] for a in pictures[0]]
    np.testing.assert_allclose(ssim2d_matrix(*pictures), expected, atol=1e-10)


@pytest.mark.parametrize(("block", "pairs"), [(2, 1), (3, 2), (128, 3)])
def test_chosen_pairs_whatever_is_in_memory_at_once(pictures, monkeypatch, block, pairs):
    rows, columns = np.array([5, 0, 3, 3, 5]), np.array([0, 1, 3, 2, 0])
    matrix = ssim2d_matrix(*pictures)
    monkeypatch.setattr(pixels, "PICTURES_AT_ONCE", block)
    monkeypatch.setattr(pixels, "PIXELS_AT_ONCE", {"cpu": pairs * 40 * 32})
    scores = ssim2d_of_pairs(*pictures, rows, columns, CPU)
    np.testing.assert_allclose(scores, matrix[rows, columns], atol=1e-12)


def test_identical_pictures_score_one(pictures):
    np.testing.assert_allclose(np.diagonal(ssim2d_matrix(pictures[0], pictures[0])), 1)


def test_pictures_smaller_than_the_window_are_refused():
    small = np.zeros((1, 10, 20, 3), np.uint8)
    with pytest.raises(DataError, match="11 px"):
        ssim2d_matrix(small, small)
