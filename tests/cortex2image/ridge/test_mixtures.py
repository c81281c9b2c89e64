"""Mixtures cover the shares of two bands evenly."""

import numpy as np

from cortex2image.ridge.mixtures import DECADES, mixtures_of_two


def test_mixtures_lie_on_the_simplex_and_hold_each_band_alone():
    shares = mixtures_of_two()
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert {(1.0, 0.0), (0.0, 1.0)} <= {tuple(row) for row in shares}
    assert len(np.unique(shares.round(12), axis=0)) == len(shares)


def test_both_bands_are_tried_at_all_scales_and_equal_shares_first():
    shares = mixtures_of_two()
    mixed = shares[(shares > 0).all(axis=1)]
    ratio = np.sort(np.log10(mixed[:, 0] / mixed[:, 1]))
    np.testing.assert_allclose(np.diff(ratio), 0.5, atol=1e-9)
    np.testing.assert_allclose(ratio[[0, -1]], [-DECADES, DECADES])
    np.testing.assert_allclose(shares[0], 0.5)
