"""Pixel correlation against SciPy, structural similarity against scikit-image."""

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr
from skimage.color import rgb2gray
from skimage.metrics import structural_similarity

from cortex2image.errors import DataError
from cortex2image.metrics import pixels
from cortex2image.metrics.pixels import (
    grey,
    pixcorr_matrix,
    ssim2d_of_pairs,
    ssim_legacy_columns_of_pairs,
)

CPU = torch.device("cpu")
OPTIONS = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


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


def ssim2d_matrix(originals, reconstructions, of_pairs=ssim2d_of_pairs):
    shape = (len(originals), len(reconstructions))
    rows, columns = (index.ravel() for index in np.indices(shape))
    return of_pairs(originals, reconstructions, rows, columns, CPU).reshape(shape)


def scikit_images(original, reconstruction):
    return structural_similarity(rgb2gray(original), rgb2gray(reconstruction), **OPTIONS)


def column_by_column(original, reconstruction):
    """Compare as scikit-image before 0.20 does with `multichannel=True`: each column by itself."""
    columns = zip(rgb2gray(original).T, rgb2gray(reconstruction).T, strict=True)
    return np.mean([structural_similarity(a, b, **OPTIONS) for a, b in columns])


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


def test_both_values_that_papers_report_of_one_pair(pictures):
    original, reconstruction = (p[2] for p in pictures)
    grey_pair = rgb2gray(original), rgb2gray(reconstruction)
    legacy = ssim2d_matrix(*pictures, ssim_legacy_columns_of_pairs)[2, 2]
    in_two_dimensions = ssim2d_matrix(*pictures)[2, 2]
    assert legacy == pytest.approx(structural_similarity(*grey_pair, channel_axis=-1, **OPTIONS), abs=1e-12)
    # The call of the published code: this version of scikit-image ignores the keyword.
    published = structural_similarity(*grey_pair, multichannel=True, **OPTIONS)
    assert in_two_dimensions == pytest.approx(published, abs=1e-12)
    assert abs(legacy - in_two_dimensions) > 0.01


def test_every_pair_of_columns_is_scikit_images(pictures):
    expected = [[column_by_column(a, b) for b in pictures[1]] for a in pictures[0]]
    legacy = ssim2d_matrix(*pictures, ssim_legacy_columns_of_pairs)
    np.testing.assert_allclose(legacy, expected, atol=1e-10)
    rows = [p.transpose(0, 2, 1, 3) for p in pictures]
    assert not np.allclose(ssim2d_matrix(*rows, ssim_legacy_columns_of_pairs), legacy, atol=1e-3)


def test_columns_need_no_width(rng):
    narrow = rng.integers(0, 256, (2, 12, 3, 3), dtype=np.uint8)
    np.testing.assert_allclose(np.diagonal(ssim2d_matrix(narrow, narrow, ssim_legacy_columns_of_pairs)), 1)
    low = narrow.transpose(0, 2, 1, 3)
    with pytest.raises(DataError, match="11 px"):
        ssim2d_matrix(low, low, ssim_legacy_columns_of_pairs)


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
