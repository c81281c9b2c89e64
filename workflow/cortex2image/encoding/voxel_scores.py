"""How well an encoding model predicts each voxel."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from cortex2image.stats.correlation import correlate, is_constant


@dataclass(frozen=True)
class VoxelScores:
    """Scores of v voxels, each a (v,) array, named and defined as in encoding/{model}.parquet.

    `ceiling_normalised` is NaN where the noise ceiling is unknown or not positive.
    """

    r: np.ndarray
    r2: np.ndarray
    p: np.ndarray
    q: np.ndarray
    ceiling_normalised: np.ndarray


def score_voxels(predicted: np.ndarray, measured: np.ndarray, noise_ceiling: np.ndarray) -> VoxelScores:
    """Score (stimuli, v) predictions against the measured responses to test stimuli.

    Parameters
    ----------
    predicted, measured : (stimuli, v) arrays
    noise_ceiling : (v,) array
        Explainable share of the variance of `measured`; NaN where unknown. r / sqrt(noise_ceiling)
        estimates the correlation with noise-free responses and may exceed 1.

    Notes
    -----
    p takes stimuli as independent. In a cross-validated study each fold has another model and mean, and p
    is an approximation. q: Benjamini and Hochberg (1995) over all voxels given.
    """
    correlations = correlate(predicted, measured)
    known = noise_ceiling > 0
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
