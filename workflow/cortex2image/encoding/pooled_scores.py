"""Encoding scores of a region, pooled over subjects."""

from collections.abc import Sequence

import numpy as np

from cortex2image.encoding.roi_scores import RoiScores
from cortex2image.stats.summary import percentile_interval

DRAWS = 2000


def pool_subjects(
    scores: Sequence[RoiScores], resampled: Sequence[np.ndarray], rng: np.random.Generator
) -> RoiScores:
    """Average the scores of a region over subjects.

    Parameters
    ----------
    scores : one for each of s >= 2 subjects
    resampled : (draws,) array for each subject
        Mean r over the voxels of the region in each resample of test stimuli.
    rng : Generator

    Returns
    -------
    RoiScores
        Means over subjects, each of the same weight; `voxels` is a sum. A normalised mean, and a mean noise
        ceiling, is one over the subjects that have one. Voxels of subjects have no common grid, so there are
        no clusters.

    Notes
    -----
    The interval is that of a bootstrap in two stages: subjects are drawn with replacement, and for each
    drawn one a resample of its test stimuli (Saravanan et al. 2020, Neurons, Behavior, Data Analysis and
    Theory 3). It speaks about other subjects; of few subjects it is too narrow, by about sqrt(s / (s - 1)).
    """
    low, high = percentile_interval(pooled_draws(resampled, rng))
    return RoiScores(
        roi=scores[0].roi,
        voxels=sum(s.voxels for s in scores),
        mean_r=_mean([s.mean_r for s in scores]),
        mean_r_ceiling_normalised=_mean_of_known([s.mean_r_ceiling_normalised for s in scores]),
        mean_noise_ceiling=_mean_of_known([s.mean_noise_ceiling for s in scores]),
        fraction_significant=_mean([s.fraction_significant for s in scores]),
        subjects=len(scores),
        mean_r_low=low,
        mean_r_high=high,
        fraction_significant_permutation=_mean([s.fraction_significant_permutation for s in scores]),
    )


def pooled_draws(resampled: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return the mean over drawn subjects of a drawn resample of each, (DRAWS,) float64."""
    values = np.stack(resampled)
    subjects, draws = (rng.integers(size, size=(DRAWS, len(values))) for size in values.shape)
    means: np.ndarray = values[subjects, draws].mean(axis=1)
    return means


def _mean_of_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _mean(known) if known else None


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
