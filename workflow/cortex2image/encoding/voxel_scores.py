"""How well an encoding model predicts each voxel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from cortex2image.stats.correlation import Sums, correlations

MINIMUM_CEILING = 0.05
"""Smallest noise ceiling that r is divided by. The division multiplies the sampling error of r by up to
1 / sqrt(0.05) = 4.5; lower ceilings are mostly estimation error around 0, and r divided by them explodes."""


@dataclass(frozen=True)
class VoxelScores:
    """Scores of v voxels, each a (v,) array, named and defined as in encoding/{space}.parquet.

    `ceiling_normalised` is NaN where the noise ceiling is unknown or below :data:`MINIMUM_CEILING`.
    """

    r: np.ndarray
    r2: np.ndarray
    p: np.ndarray
    q: np.ndarray
    ceiling_normalised: np.ndarray


def score_voxels(parts: Sequence[Sums], noise_ceiling: np.ndarray, within_folds: bool) -> VoxelScores:
    """Score predictions against the measured responses to test stimuli.

    Parameters
    ----------
    parts : sequence of Sums
        Predictions compared with measurements, of v voxels: one for each fold of a cross-validated study,
        else a single one.
    noise_ceiling : (v,) array
        Explainable share of the variance of the measurements; NaN where unknown. r / sqrt(noise_ceiling)
        estimates the correlation with noise-free responses and may exceed 1.
    within_folds : bool
        Whether the study is cross-validated. Predictions and measurements are then centred within folds:
        offsets of runs count neither as signal nor as error.

    Notes
    -----
    p assumes independent stimuli; for folds see :func:`~cortex2image.stats.correlation.correlate`.
    q is p corrected by Benjamini and Hochberg (1995) over all voxels given.
    """
    found = correlations(parts, within_folds)
    known = noise_ceiling >= MINIMUM_CEILING
    ceiling = np.sqrt(np.where(known, noise_ceiling, np.nan))
    return VoxelScores(
        found.r,
        explained_variance(parts, within_folds),
        found.p,
        false_discovery_control(found.p),
        found.r / ceiling,
    )


def explained_variance(parts: Sequence[Sums], within_folds: bool) -> np.ndarray:
    """Return R^2 = 1 - residual / total sum of squares of each voxel; 0 where responses are constant."""
    residual = sum(part.error + (0 if within_folds else part.rows * part.bias**2) for part in parts)
    total = sum(part.measured for part in parts)
    varies = total > 0
    return np.where(varies, 1 - residual / np.where(varies, total, 1), 0.0)
