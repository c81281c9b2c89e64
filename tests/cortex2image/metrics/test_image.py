"""Pixel correlation against SciPy."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from cortex2image.metrics.image import pixcorr_matrix


@pytest.fixture
def pictures(rng):
    """Six pairs of noise and a darker copy with more noise."""
    originals = rng.integers(0, 256, (6, 12, 16, 3), dtype=np.uint8)
    return originals, originals // 2 + rng.integers(0, 99, originals.shape, dtype=np.uint8)


def test_pixcorr_is_pearson_over_all_values(pictures):
    originals, reconstructions = (p.reshape(6, -1).astype(float) for p in pictures)
    expected = [[pearsonr(a, b).statistic for b in reconstructions] for a in originals]
    np.testing.assert_allclose(pixcorr_matrix(*pictures), expected, atol=1e-12)


def test_identical_pictures_correlate_1(pictures):
    np.testing.assert_allclose(np.diagonal(pixcorr_matrix(pictures[0], pictures[0])), 1)
