"""Ceilings within folds: against an analysis of variance, and against what a perfect model reaches."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import OneHotEncoder

from cortex2image.fmri.fold_noise_ceiling import FoldRepeats, fold_noise, unclipped_fold_ceiling
from cortex2image.fmri.noise_ceiling import noise_ceiling, noise_ceiling_sd, signal_to_noise
from cortex2image.fmri.standardise import Moments
from cortex2image.stats.correlation import correlate


def noise_of(
    betas: np.ndarray, folds: np.ndarray, stimuli: np.ndarray, batch: int = 10**6, block_bytes: int = 10**9
) -> np.ndarray:
    repeats, moments = FoldRepeats.of(folds, stimuli), Moments()
    moments.add(betas, repeats.fold.astype(str))
    starts = range(0, len(betas), batch)
    return fold_noise(
        lambda: (betas[start : start + batch] for start in starts),
        moments, repeats, betas.shape[1], block_bytes,
    )  # fmt: skip


def snr_of(
    betas: np.ndarray, folds: np.ndarray, stimuli: np.ndarray, batch: int = 10**6, block_bytes: int = 10**9
) -> np.ndarray:
    return signal_to_noise(noise_of(betas, folds, stimuli, batch, block_bytes))


def balanced(folds: int, categories: int) -> tuple[np.ndarray, np.ndarray]:
    """Return folds and categories of trials; each fold shows each category once."""
    return np.repeat(np.arange(folds), categories), np.tile(np.arange(categories), folds)


def simulate(
    snr: float, folds: np.ndarray, stimuli: np.ndarray, voxels: int = 3000
) -> tuple[np.ndarray, np.ndarray]:
    """Return betas with large offsets of folds, and the responses in them; responses have variance snr^2."""
    rng = np.random.default_rng(8)
    responses = rng.standard_normal((stimuli.max() + 1, voxels))
    responses = snr * (responses - responses.mean(axis=0)) / responses.std(axis=0, ddof=1)
    offsets = 20 * rng.standard_normal((folds.max() + 1, voxels))
    signal = responses[stimuli]
    return offsets[folds] + signal + rng.standard_normal(signal.shape), signal


def test_ratio_is_that_of_mean_squares_of_a_linear_model(rng):
    """Unbalanced on purpose: categories are missing from folds, and repeat within them."""
    folds, stimuli = rng.integers(0, 5, 60), rng.integers(0, 7, 60)
    betas = rng.standard_normal((60, 4)) + rng.standard_normal((7, 4))[stimuli]
    design = OneHotEncoder().fit_transform(np.column_stack([folds, stimuli])).toarray()
    residual = betas - LinearRegression().fit(design, betas).predict(design)
    noise = (residual**2).sum(axis=0) / (60 - 5 - 7 + 1)
    within = betas - np.array([betas[folds == fold].mean(axis=0) for fold in range(5)])[folds]
    total = (within**2).sum(axis=0) / (60 - 5)
    expected = np.sqrt(np.maximum(1 - noise / total, 0) / (noise / total))
    np.testing.assert_allclose(snr_of(betas, folds, stimuli), expected, rtol=1e-4)
    repeats = FoldRepeats.of(folds, stimuli)
    assert (repeats.within, repeats.total) == (60 - 5 - 7 + 1, 60 - 5)


@pytest.mark.parametrize("snr", [0.4, 1.0, 2.0])
def test_ceiling_is_what_a_perfect_model_reaches_through_the_offsets_of_folds(snr):
    folds, stimuli = balanced(12, 8)
    betas, signal = simulate(snr, folds, stimuli)
    ceiling = noise_ceiling(snr_of(betas, folds, stimuli), [1])
    reached = correlate(signal, betas, folds).r ** 2
    assert ceiling.mean() == pytest.approx(snr**2 / (1 + snr**2), abs=0.02)
    assert ceiling.mean() == pytest.approx(reached.mean(), abs=0.02)


def test_a_voxel_without_responses_has_a_ceiling_near_0():
    folds, stimuli = balanced(12, 8)
    betas, _ = simulate(0, folds, stimuli)
    ceiling = noise_ceiling(snr_of(betas, folds, stimuli), [1])
    assert np.median(ceiling) < 0.02
    assert np.quantile(ceiling, 0.9) < 0.12


@pytest.mark.parametrize("snr", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [(12, 8), (4, 20), (5, 60)])
def test_means_over_voxels_are_right_unless_ceilings_are_clipped(snr, size):
    labels = balanced(*size)
    noise = noise_of(simulate(snr, *labels)[0], *labels)
    truth = snr**2 / (1 + snr**2)
    assert unclipped_fold_ceiling(noise, [1]).mean() == pytest.approx(truth, abs=0.01)
    if snr == 0:
        assert noise_ceiling(signal_to_noise(noise), [1]).mean() > 0.012


@pytest.mark.parametrize(("folds", "categories"), [(12, 8), (4, 20), (20, 4)])
@pytest.mark.parametrize("snr", [0.6, 1.5])
def test_standard_errors_are_the_scatter_of_estimates(folds, categories, snr):
    labels = balanced(folds, categories)
    estimates = snr_of(simulate(snr, *labels)[0], *labels)
    sd = noise_ceiling_sd(estimates, FoldRepeats.of(*labels), [1])
    assert np.median(sd) == pytest.approx(noise_ceiling(estimates, [1]).std(), rel=0.1)


@pytest.mark.parametrize(("batch", "block_bytes"), [(1, 10**9), (7, 100)])
def test_batches_and_blocks_change_nothing(batch, block_bytes):
    folds, stimuli = balanced(6, 5)
    betas, _ = simulate(1, folds, stimuli, voxels=9)
    together = snr_of(betas, folds, stimuli)
    np.testing.assert_allclose(snr_of(betas, folds, stimuli, batch, block_bytes), together, rtol=1e-4)


def test_unknown_without_repeats_or_variation():
    folds, stimuli = balanced(6, 5)
    betas, _ = simulate(1, folds, stimuli, voxels=4)
    assert np.isnan(snr_of(betas, folds, np.arange(30))).all()
    assert np.isnan(snr_of(betas, folds, np.zeros(30, int))).all()
    betas[:, 1] = 0.1 + folds
    np.testing.assert_array_equal(np.isnan(snr_of(betas, folds, stimuli)), [False, True, False, False])


def test_repeats_within_folds_alone_tell_noise():
    """Each picture is shown three times, in one fold: offsets of folds and pictures cannot be confused."""
    folds, stimuli = np.repeat(np.arange(5), 30), np.repeat(np.arange(50), 3)
    betas, _ = simulate(1, folds, stimuli)
    assert FoldRepeats.of(folds, stimuli).within == 100
    assert noise_ceiling(snr_of(betas, folds, stimuli), [1]).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(("folds", "categories"), [(3, 300), (10, 60), (12, 300)])
def test_many_categories_leave_no_rounding_in_the_offsets(folds, categories):
    """One offset is free: what rounding makes of its eigenvalue 0 neither counts nor is divided by."""
    fold, stimuli = balanced(folds, categories)
    repeats = FoldRepeats.of(fold, stimuli)
    assert repeats.within == (folds - 1) * (categories - 1)
    betas, _ = simulate(1, fold, stimuli, voxels=50)
    betas = (betas + 1000).astype(np.float32)
    mean = betas.reshape(folds, categories, 50).astype(float)
    mean -= mean.mean(axis=1, keepdims=True)
    noise = ((mean - mean.mean(axis=0)) ** 2).sum(axis=(0, 1)) / repeats.within
    total = (mean**2).sum(axis=(0, 1)) / repeats.total
    expected = np.sqrt((1 - noise / total) / (noise / total))
    np.testing.assert_allclose(snr_of(betas, fold, stimuli), expected, rtol=1e-3)
