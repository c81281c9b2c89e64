"""Scores of regions of interest."""

import numpy as np
import pytest

from cortex2image.encoding.roi_scores import ScoredVoxels, normalised_mean, resampled_means, score_rois
from cortex2image.fmri.noise_ceiling import Repeats, repeat_mean_squares, unclipped_ceiling
from cortex2image.fmri.standardise import Moments
from cortex2image.stats.correlation import correlate

RNG = np.random.default_rng(3)
VOXELS = ScoredVoxels(
    rois=np.array(["v1", "v1", "it", "v1"]),
    r=np.array([0.4, 0.1, 0.3, 0.4]),
    noise_ceiling=np.array([0.5, np.nan, np.nan, -0.1]),
    q=np.array([0.01, 0.5, 0.05, 0.02]),
    q_permutation=np.array([0.01, 0.5, 0.03, 0.06]),
    indices=np.array([[0, 0, 0], [0, 0, 1], [1, 1, 1], [5, 5, 5]]),
    shape=(9, 9, 9),
)
RESAMPLED = {roi: RNG.normal(0.3, 0.1, 100) for roi in VOXELS.members}


def test_regions_and_all_voxels_are_summarised():
    got = score_rois(VOXELS, RESAMPLED, 0.05)
    assert [(s.roi, s.voxels) for s in got] == [("all", 4), ("it", 1), ("v1", 3)]
    everything, it, v1 = got
    assert (everything.mean_r, everything.fraction_significant) == (pytest.approx(0.3), 0.5)
    assert v1.mean_r == pytest.approx(0.3)
    assert v1.mean_noise_ceiling == pytest.approx(0.2)
    assert v1.mean_r_ceiling_normalised == pytest.approx(np.sqrt(0.16 / 0.2))
    assert v1.fraction_significant == pytest.approx(2 / 3)
    assert (it.mean_r_ceiling_normalised, it.mean_noise_ceiling, it.fraction_significant) == (None, None, 0)
    assert {s.subjects for s in got} == {1}


def test_clusters_and_shares_by_permutation_are_of_the_voxels_of_a_region():
    """A significant voxel of v1 and one of it touch: together they are one cluster, alone one each."""
    everything, it, v1 = score_rois(VOXELS, RESAMPLED, 0.05)
    assert everything.fraction_significant_permutation == 0.5
    assert (everything.clusters, it.clusters, v1.clusters) == (1, 1, 1)
    assert (everything.largest_cluster, v1.largest_cluster) == (2, 1)
    assert v1.fraction_significant_permutation == pytest.approx(1 / 3)
    assert (v1.peak_i, v1.peak_j, v1.peak_k, v1.peak_r) == (0, 0, 0, 0.4)


def test_intervals_are_those_of_the_resampled_means():
    for score in score_rois(VOXELS, RESAMPLED, 0.05):
        expected = np.quantile(RESAMPLED[score.roi], [0.025, 0.975])
        np.testing.assert_allclose((score.mean_r_low, score.mean_r_high), expected)


def test_resampled_means_do_not_depend_on_batches(rng):
    r = rng.standard_normal((4, 10)).astype(np.float32)
    got = resampled_means(VOXELS.members, iter([r[:1], r[1:]]))
    np.testing.assert_allclose(got["all"], r.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(got["v1"], r[[0, 1, 3]].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(got["it"], r[2], rtol=1e-6)


@pytest.mark.parametrize("silent", [0, 600])
def test_normalised_accuracy_of_a_region_is_the_planted_one_with_silent_voxels_too(rng, silent):
    """A model that correlates 0.7 with the responses of 400 voxels, beside voxels that respond to nothing."""
    stimuli, repeats, voxels = 60, 3, 400 + silent
    snr = np.where(np.arange(voxels) < 400, rng.uniform(0.3, 1.2, voxels), 0)
    true = rng.standard_normal((stimuli, voxels))
    trials = snr * true[:, None] + rng.standard_normal((stimuli, repeats, voxels))
    predicted = 0.7 * true + np.sqrt(1 - 0.7**2) * rng.standard_normal(true.shape)
    betas, names = trials.reshape(-1, voxels), np.repeat(np.arange(stimuli), repeats)
    sessions, moments = np.full(len(betas), "ses-1"), Moments()
    moments.add(betas, sessions)
    among = Repeats.among(np.ones(len(betas), bool), names, sessions)
    squares = repeat_mean_squares(lambda: [betas], moments, among, voxels, 10**9)
    ceiling = unclipped_ceiling(squares, among, [repeats] * stimuli)
    r = correlate(predicted, trials.mean(axis=1)).r
    assert normalised_mean(r, ceiling) == pytest.approx(0.7, abs=0.03)


def test_a_region_without_signal_has_no_normalised_accuracy_and_a_negative_one_keeps_its_sign():
    assert normalised_mean(np.array([0.1, 0.2]), np.array([0.2, -0.2])) is None
    assert normalised_mean(np.array([]), np.array([])) is None
    assert normalised_mean(np.array([-0.3, -0.3]), np.array([0.36, 0.36])) == pytest.approx(-0.5)
