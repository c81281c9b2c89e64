"""Voxels without a response."""

import numpy as np

from cortex2image.data.prepared import mark_invalid


def test_invalid_voxels_are_nan_throughout():
    betas = np.array([[1, np.nan, 2, 0, 0], [3, 1, np.inf, 0, 4]], np.float32)
    marked = mark_invalid(betas)
    assert marked.dtype == np.float32
    np.testing.assert_array_equal(marked[:, [0, 4]], [[1, 0], [3, 4]])
    assert np.isnan(marked[:, 1:4]).all()
