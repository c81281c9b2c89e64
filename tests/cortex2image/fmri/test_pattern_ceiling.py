"""Ceilings across voxels, against planted signal and noise, and against Spearman and Brown."""

from itertools import combinations

import numpy as np
import pytest

from cortex2image.fmri import pattern_ceiling
from cortex2image.fmri.pattern_ceiling import pattern_ceilings

STIMULI, VOXELS = 60, 300


def simulate(rng, snr, counts, shared=0.2):
    """Return signal, trials and their stimuli; stimuli differ in signal, voxels in noise that they share."""
    strength = snr * rng.uniform(0.5, 1.5, (len(counts), 1))
    signal = strength * rng.standard_normal((len(counts), VOXELS))
    stimulus = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    sources = rng.standard_normal((len(stimulus), 8)) @ rng.standard_normal((8, VOXELS)) / np.sqrt(8)
    noise = np.sqrt(shared) * sources + np.sqrt(1 - shared) * rng.standard_normal((len(stimulus), VOXELS))
    return signal, signal[stimulus] + rng.uniform(0.5, 1.5, VOXELS) * noise, stimulus


def means_of(trials, stimulus):
    return np.array([trials[stimulus == number].mean(axis=0) for number in range(stimulus.max() + 1)])


@pytest.mark.parametrize("counts", [[3] * STIMULI, [1, 2, 3, 6] * (STIMULI // 4)], ids=["alike", "mixed"])
@pytest.mark.parametrize("snr", [0.4, 0.7, 1.5])
def test_ceiling_is_what_the_noise_free_pattern_reaches(rng, snr, counts):
    signal, trials, stimulus = simulate(rng, snr, counts)
    means = means_of(trials, stimulus)
    reached = np.array([np.corrcoef(s, m)[0, 1] for s, m in zip(signal, means, strict=True)])
    got = np.diagonal(pattern_ceilings(trials, stimulus))
    assert got.mean() == pytest.approx(reached.mean(), abs=0.02)
    assert np.corrcoef(got, reached)[0, 1] > 0.5


def test_few_independent_voxels_are_told_by_the_scatter_of_noise(rng, monkeypatch):
    """Noise of eight sources alone: without the correction the mean over stimuli is far below 0."""
    _, trials, stimulus = simulate(rng, 0, [3] * 400, shared=1)
    corrected = np.diagonal(pattern_ceilings(trials, stimulus)).mean()
    monkeypatch.setattr(pattern_ceiling, "_unbiased", lambda *_: 1.0)
    assert np.diagonal(pattern_ceilings(trials, stimulus)).mean() < corrected - 0.1


def test_without_signal_the_mean_over_stimuli_is_near_0_and_not_cut_off(rng):
    _, trials, stimulus = simulate(rng, 0, [3] * 400)
    got = np.diagonal(pattern_ceilings(trials, stimulus))
    assert abs(got.mean()) < 0.05
    assert (got < 0).mean() > 0.3


def test_of_one_stimulus_it_is_the_correction_of_spearman_and_brown(rng):
    _, trials, stimulus = simulate(rng, 1, [4])
    pairs = [np.cov(trials[a], trials[b])[0, 1] for a, b in combinations(range(4), 2)]
    r = np.mean(pairs) / np.mean([np.var(trial, ddof=1) for trial in trials])
    reliability = 4 * r / (1 + 3 * r)
    np.testing.assert_allclose(pattern_ceilings(trials, stimulus), [[np.sqrt(reliability)]], rtol=1e-6)


def test_two_stimuli_share_what_their_means_correlate(rng):
    _, trials, stimulus = simulate(rng, 1, [3] * STIMULI)
    r = np.corrcoef(means_of(trials, stimulus))
    got, apart = pattern_ceilings(trials, stimulus), ~np.eye(STIMULI, dtype=bool)
    np.testing.assert_allclose(got[apart], (np.sign(r) * np.sqrt(np.abs(r)))[apart], atol=1e-6)


def test_blocks_of_voxels_change_nothing(rng, monkeypatch):
    _, trials, stimulus = simulate(rng, 1, [2] * 9)
    whole = pattern_ceilings(trials + 5, stimulus)
    monkeypatch.setattr(pattern_ceiling, "VOXELS_AT_ONCE", 7)
    np.testing.assert_allclose(pattern_ceilings(trials.astype(np.float32) + 5, stimulus), whole, atol=1e-4)


def test_no_ceiling_without_repeats():
    assert pattern_ceilings(np.ones((4, 5)), np.arange(4)) is None


def test_a_stimulus_to_which_no_voxel_responds_has_the_ceiling_0(rng):
    _, trials, stimulus = simulate(rng, 1, [2] * 5)
    trials[stimulus == 3] = 0
    got = pattern_ceilings(trials, stimulus)
    assert (got[3] == 0).all()
    assert (got[:, 3] == 0).all()
