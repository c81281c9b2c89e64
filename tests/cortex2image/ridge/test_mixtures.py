"""Shares to try: on the simplex, covering it, and near the winners."""

import numpy as np
import pytest

from cortex2image.ridge.mixtures import first_mixtures, nearby_mixtures


@pytest.mark.parametrize("bands", [1, 2, 3, 5])
def test_first_mixtures_lie_on_the_simplex_and_hold_each_band_alone(rng, bands):
    shares = first_mixtures(bands, 20, rng)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert {tuple(row) for row in np.eye(bands)} <= {tuple(row) for row in shares}
    assert len(shares) >= 20


def test_two_bands_are_tried_at_all_scales(rng):
    ratio = np.log10(first_mixtures(2, 21, rng)[2:, 0] / first_mixtures(2, 21, rng)[2:, 1])
    np.testing.assert_allclose(np.diff(np.sort(ratio)), 0.4)


def test_later_mixtures_gather_around_winners_by_their_votes(rng):
    winners = np.array([[0.9, 0.1], [0.01, 0.99]])
    shares = nearby_mixtures(winners, np.array([30, 10]), 400, 0.1, rng)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    near_first = np.abs(np.log10(shares[:, 0] / shares[:, 1]) - np.log10(9)) < 0.7
    assert 0.65 < near_first.mean() < 0.85


def test_an_absent_band_can_come_back(rng):
    shares = nearby_mixtures(np.array([[1.0, 0.0]]), np.array([1]), 10, 0.5, rng)
    assert (shares > 0).all()
    assert shares[:, 1].max() < 0.01
