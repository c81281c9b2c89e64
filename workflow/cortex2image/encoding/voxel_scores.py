"""How well an encoding model predicts each voxel."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from cortex2image.stats.correlation import centred_within, correlate, is_constant

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


def score_voxels(
    predicted: np.ndarray, measured: np.ndarray, noise_ceiling: np.ndarray, folds: np.ndarray | None = None
) -> VoxelScores:
    """Score (stimuli, v) predictions against the measured responses to test stimuli.

    Parameters
    ----------
    predicted, measured : (stimuli, v) arrays
    noise_ceiling : (v,) array
        Explainable share of the variance of `measured`; NaN where unknown. r / sqrt(noise_ceiling)
        estimates the correlation with noise-free responses and may exceed 1.
    folds : (stimuli,) array, optional
        For a cross-validated study, the fold in which each row was held out. Predictions and measurements are
        then centred within folds: offsets of runs count neither as signal nor as error.

    Notes
    -----
    p assumes independent stimuli; for folds see :func:`~cortex2image.stats.correlation.correlate`.
    q is p corrected by Benjamini and Hochberg (1995) over all voxels given.
    """
    correlations = correlate(predicted, measured, folds)
    if folds is not None:
        predicted, measured = centred_within(predicted, folds), centred_within(measured, folds)
    known = noise_ceiling >= MINIMUM_CEILING
    ceiling = np.sqrt(np.where(known, noise_ceiling, np.nan))
    return VoxelScores(
        correlations.r,
        explained_variance(predicted, measured),
        correlations.p,
        false_discovery_control(correlations.p),
        correlations.r / ceiling,
    )


def explained_variance(predicted: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Return R^2 = 1 - residual / total sum of squares of each column; 0 where `measured` is constant."""
    residual = np.sum((measured - predicted) ** 2, axis=0, dtype=np.float64)
    total = np.sum((measured - measured.mean(axis=0)) ** 2, axis=0, dtype=np.float64)
    varies = ~is_constant(measured)
    return np.where(varies, 1 - residual / np.where(varies, total, 1), 0.0)
