"""Pixel metrics against scikit-image and SciPy."""

import time

import numpy as np
import pytest
from scipy.stats import pearsonr
from skimage.color import rgb2gray
from skimage.metrics import structural_similarity

from cortex2image.errors import DataError
from cortex2image.metrics.image import grey, pixcorr_matrix, ssim2d, ssim2d_matrix, ssim2d_of_pairs


@pytest.fixture
def pictures(rng):
    """Six smooth pairs of pictures of 40 x 32 px that resemble each other to different degrees."""
    coarse = np.kron(rng.integers(0, 256, (6, 5, 4, 3)), np.ones((1, 8, 8, 1)))
    noise = rng.normal(0, np.arange(6).reshape(-1, 1, 1, 1) * 20, coarse.shape)
    return coarse.astype(np.uint8), np.clip(coarse + noise, 0, 255).astype(np.uint8)


def test_grey_weighs_as_scikit_image(pictures):
    np.testing.assert_allclose(grey(pictures[1]), rgb2gray(pictures[1]), atol=1e-12)


def test_ssim2d_is_scikit_images(pictures):
    originals, reconstructions = map(grey, pictures)
    options = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    expected = [
        structural_similarity(a, b, **options) for a, b in zip(originals, reconstructions, strict=True)
    ]
    np.testing.assert_allclose(ssim2d(originals, reconstructions), expected, atol=1e-10)


def test_ssim2d_of_all_pairs(pictures):
    originals, reconstructions = grey(pictures[0]), grey(pictures[1])[:4]
    matrix = ssim2d_matrix(originals, reconstructions)
    expected = [[ssim2d(a[None], b[None])[0] for b in reconstructions] for a in originals]
    np.testing.assert_allclose(matrix, expected, atol=1e-12)


def test_ssim2d_of_chosen_pairs_whatever_the_block(pictures, monkeypatch):
    originals, reconstructions = pictures[0], pictures[1][:4]
    rows, columns = np.array([5, 0, 3, 3, 5]), np.array([0, 1, 3, 2, 0])
    monkeypatch.setattr("cortex2image.metrics.image.PICTURES_AT_ONCE", 2)
    matrix = ssim2d_matrix(grey(originals), grey(reconstructions))
    scores = ssim2d_of_pairs(originals, reconstructions, rows, columns)
    np.testing.assert_allclose(scores, matrix[rows, columns], atol=1e-12)


def test_ssim2d_of_pictures_wider_than_a_band(rng):
    a, b = rng.random((2, 90, 150))
    options = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    expected = structural_similarity(a, b, **options)
    np.testing.assert_allclose(ssim2d(a[None], b[None]), expected, atol=1e-10)


def test_identical_pictures_score_one(pictures):
    originals = pictures[0]
    np.testing.assert_allclose(ssim2d(grey(originals), grey(originals)), 1)
    np.testing.assert_allclose(np.diagonal(pixcorr_matrix(originals, originals)), 1)


def test_pixcorr_is_pearson_over_all_values(pictures):
    originals, reconstructions = (p.reshape(6, -1).astype(float) for p in pictures)
    expected = [[pearsonr(a, b).statistic for b in reconstructions] for a in originals]
    np.testing.assert_allclose(pixcorr_matrix(*pictures), expected, atol=1e-12)


def test_pictures_smaller_than_the_window_are_refused():
    with pytest.raises(DataError, match="11 px"):
        ssim2d(np.zeros((1, 10, 20)), np.zeros((1, 10, 20)))


def test_all_pairs_of_the_default_study_take_seconds(rng):
    originals, reconstructions = rng.random((60, 64, 64)), rng.random((60, 64, 64))
    start = time.process_time()
    ssim2d_matrix(originals, reconstructions)
    assert time.process_time() - start < 6
