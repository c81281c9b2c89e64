"""Pooled subjects: means, and the coverage of their interval."""

from dataclasses import replace

import numpy as np
import pytest

from cortex2image.encoding.pooled_scores import pool_subjects, pooled_draws
from cortex2image.encoding.roi_scores import RoiScores

SCORE = RoiScores(
    roi="v1",
    voxels=10,
    mean_r=0.2,
    mean_r_ceiling_normalised=0.5,
    mean_noise_ceiling=0.3,
    fraction_significant=0.4,
    mean_r_low=0.1,
    mean_r_high=0.3,
    fraction_significant_permutation=0.2,
    clusters=3,
)


def test_scores_are_means_over_subjects_of_the_same_weight(rng):
    other = replace(SCORE, voxels=90, mean_r=0.4, mean_r_ceiling_normalised=None, fraction_significant=0.8)
    got = pool_subjects([SCORE, other], [rng.random(50), rng.random(50)], rng)
    assert (got.roi, got.subjects, got.voxels, got.clusters) == ("v1", 2, 100, None)
    assert (got.mean_r, got.fraction_significant) == (pytest.approx(0.3), pytest.approx(0.6))
    assert (got.mean_r_ceiling_normalised, got.mean_noise_ceiling) == (0.5, 0.3)
    nobody = [replace(SCORE, mean_r_ceiling_normalised=None)] * 2
    assert pool_subjects(nobody, [rng.random(50)] * 2, rng).mean_r_ceiling_normalised is None


def test_subjects_and_stimuli_both_widen_the_interval(rng):
    """The variance of a mean over s subjects adds that between subjects (over s) to that within (over s)."""
    between = rng.normal(0.3, 0.1, 8)
    within = between[:, None] + rng.normal(0, 0.05, (8, 400))
    expected = np.sqrt((within.mean(axis=1).var() + 0.05**2) / 8)
    assert pooled_draws(list(within), rng).std() == pytest.approx(expected, rel=0.08)


def test_intervals_of_eight_subjects_cover_the_mean_of_all_subjects(rng):
    covered = 0
    for _ in range(300):
        true = rng.normal(0.3, 0.1, 8)
        seen = true + rng.normal(0, 0.05, 8)
        resampled = [r + rng.normal(0, 0.05, 100) for r in seen]
        got = pool_subjects([SCORE] * 8, resampled, rng)
        covered += got.mean_r_low < 0.3 < got.mean_r_high
    assert 0.88 < covered / 300 < 0.99
