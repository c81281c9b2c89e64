"""Noise ceilings against the NSD formula written out, and against planted ratios."""

import numpy as np
import pytest
from scipy.stats import zscore

from cortex2image.fmri.noise_ceiling import noise_ceiling, noise_ceiling_snr


def simulate(snr: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Betas with a planted ratio, their stimuli and sessions, in random order."""
    rng = np.random.default_rng(11)
    stimuli = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    sessions = np.where(rng.random(len(stimuli)) < 0.5, "ses-1", "ses-2")
    true = rng.normal(size=(len(counts), len(snr)))
    betas = true[stimuli] * snr + rng.normal(size=(len(stimuli), len(snr)))
    offset = np.where(sessions == "ses-1", 5.0, -3.0)[:, None]
    return 2.5 * betas + offset, stimuli.astype(str), sessions


def test_formula_of_nsd_for_three_repeats() -> None:
    betas, stimuli, sessions = simulate(np.linspace(0, 1.5, 6), np.array([3] * 40 + [1] * 50))
    z = np.empty_like(betas)
    for session in np.unique(sessions):
        z[sessions == session] = zscore(betas[sessions == session], ddof=1)
    thrice = [s for s in np.unique(stimuli) if (stimuli == s).sum() == 3]
    noise = np.sqrt(np.mean([z[stimuli == s].var(axis=0, ddof=1) for s in thrice], axis=0))
    expected = np.sqrt(np.clip(1 - noise**2, 0, None)) / noise
    np.testing.assert_allclose(noise_ceiling_snr(betas, stimuli, sessions), expected, rtol=1e-10)


@pytest.mark.parametrize("mixed", [False, True])
def test_planted_ratio_is_recovered(mixed: bool) -> None:
    planted = np.linspace(0.3, 1.5, 13)
    counts = np.array([2, 3, 4, 1] * 1000) if mixed else np.full(3000, 3)
    betas, stimuli, sessions = simulate(planted, counts)
    np.testing.assert_allclose(noise_ceiling_snr(betas, stimuli, sessions), planted, atol=0.05)


def test_ceiling_is_what_a_perfect_model_reaches() -> None:
    counts = np.array([1, 2, 3, 3] * 1500)
    snr = np.array([0.3, 0.7, 1.2])
    rng = np.random.default_rng(12)
    true = rng.normal(size=(len(counts), len(snr)))
    means = true * snr + rng.normal(size=true.shape) / np.sqrt(counts)[:, None]
    reached = np.array([np.corrcoef(true[:, v], means[:, v])[0, 1] ** 2 for v in range(3)])
    np.testing.assert_allclose(noise_ceiling(snr, counts), reached, atol=0.02)


def test_ceiling_of_one_number_of_repeats() -> None:
    snr = np.array([0.0, 0.5, 2.0, np.inf, np.nan])
    expected = snr[1:3] ** 2 / (snr[1:3] ** 2 + 1 / 3)
    result = noise_ceiling(snr, [3, 3, 3])
    np.testing.assert_allclose(result[1:3], expected)
    np.testing.assert_array_equal(result[[0, 3]], [0, 1])
    assert np.isnan(result[4])


def test_unknown_without_repeats_or_variation() -> None:
    betas, stimuli, sessions = simulate(np.ones(4), np.full(50, 1))
    assert np.isnan(noise_ceiling_snr(betas, stimuli, sessions)).all()
    betas, stimuli, sessions = simulate(np.ones(4), np.full(50, 3))
    betas[:, 1] = 0.1
    np.testing.assert_array_equal(
        np.isnan(noise_ceiling_snr(betas, stimuli, sessions)), [False, True, False, False]
    )


def test_responses_that_never_repeat_have_no_ceiling() -> None:
    rng = np.random.default_rng(1)
    stimuli, sessions = np.repeat(np.arange(3000), 3).astype(str), ["ses-1"] * 9000
    assert (noise_ceiling_snr(rng.normal(size=(9000, 5)), stimuli, sessions) < 0.2).all()
