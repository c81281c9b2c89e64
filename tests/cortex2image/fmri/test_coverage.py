"""Shares of responses within a recording, against sums over a long and fine grid."""

import numpy as np
import pytest
from scipy.stats import gamma

from cortex2image.fmri.coverage import response_shares

TR, VOLUMES = 2.0, 100
KEEP = np.ones(VOLUMES, bool)


def response(time: np.ndarray, duration: float) -> np.ndarray:
    """Return SPM's response to a boxcar, by summing densities."""
    steps = (np.arange(2000) + 0.5) * duration / 2000
    since = time[:, None] - steps
    return (gamma.pdf(since, 6) - gamma.pdf(since, 16) / 6).sum(axis=1)


def share(onset: float, duration: float, keep: np.ndarray, reference: float) -> float:
    frames = np.arange(-200, 400) * TR + reference
    energy = response(frames - onset, duration) ** 2
    return energy[200:300][keep].sum() / energy.sum()


@pytest.mark.parametrize("reference", [0.0, 1.0])
@pytest.mark.parametrize("duration", [0.5, 4.0, 20.0])
def test_shares_are_sums_of_squares_within_the_volumes(reference: float, duration: float) -> None:
    keep = KEEP.copy()
    keep[50:53] = False
    onsets = np.array([-12.0, -3.5, 0.0, 90.0, 95.5, 188.0, 193.0, 196.0, 199.9])
    shares = response_shares(keep, TR, reference, onsets, np.full(9, duration), "spm")
    expected = [share(onset, duration, keep, reference) for onset in onsets]
    np.testing.assert_allclose(shares, expected, atol=1e-4)
    assert 0.99 < response_shares(keep, TR, reference, np.array([20.0]), np.array([duration]), "spm")[0] <= 1


def test_trials_far_outside_or_longer_than_the_run_have_none() -> None:
    onsets = np.array([200.0, 1e9, -70.0, -1e9, 10.0, 10.0])
    durations = np.array([1.0, 1.0, 2.0, 2.0, 1e4, 1.0])
    shares = response_shares(KEEP, TR, 0.0, onsets, durations, "spm")
    np.testing.assert_allclose(shares, [0, 0, 0, 0, 0, 1], atol=1e-3)


def test_no_trial_is_no_share() -> None:
    assert response_shares(KEEP, TR, 0.0, np.array([]), np.array([]), "spm").shape == (0,)
