"""How well an encoding model predicts each voxel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.encoding.normalised_r2 import known_ceiling, normalised_r2
from cortex2image.stats.correlation import Sums, correlations
from cortex2image.stats.false_discovery import false_discovery_control


@dataclass(frozen=True)
class VoxelScores:
    """Scores of v voxels, each a (v,) array, named and defined as in encoding/{space}.parquet.

    Normalised scores are NaN where the noise ceiling is unknown or below
    :data:`~cortex2image.encoding.normalised_r2.MINIMUM_CEILING`; the ends of their interval also where the
    standard error of the ceiling is unknown.
    """

    r: np.ndarray
    r2: np.ndarray
    p: np.ndarray
    q: np.ndarray
    q_by: np.ndarray
    p_permutation: np.ndarray
    q_permutation: np.ndarray
    ceiling_normalised: np.ndarray
    r2_ceiling_normalised: np.ndarray
    r2_normalised_low: np.ndarray
    r2_normalised_high: np.ndarray


def score_voxels(
    parts: Sequence[Sums],
    within_folds: bool,
    p_permutation: np.ndarray,
    resampled_r: np.ndarray,
    noise_ceiling: np.ndarray,
    ceiling_sd: np.ndarray | None,
) -> VoxelScores:
    """Score predictions against the measured responses to test stimuli.

    Parameters
    ----------
    parts : sequence of Sums
        Predictions compared with measurements, of v voxels: one for each fold of a cross-validated study,
        else a single one.
    within_folds : bool
        Whether the study is cross-validated. Predictions and measurements are then centred within folds:
        offsets of runs count neither as signal nor as error.
    p_permutation : (v,) array
    resampled_r : (v, draws) array
        r in bootstrap resamples of test stimuli.
    noise_ceiling : (v,) array
        Explainable share of the variance of the measurements; NaN where unknown. r / sqrt(noise_ceiling)
        estimates the correlation with noise-free responses and may exceed 1.
    ceiling_sd : (v,) array, optional
        Standard errors of the ceilings, NaN where unknown.

    Notes
    -----
    p assumes independent stimuli; for folds see :func:`~cortex2image.stats.correlation.correlate`. q is p
    corrected over all voxels given: by Benjamini and Hochberg (1995), which neighbouring voxels, whose noise
    is positively correlated, leave valid (Benjamini & Yekutieli 2001, Annals of Statistics 29:1165), or for
    `q_by` by the procedure of that paper, valid under any dependence.
    """
    found = correlations(parts, within_folds)
    normalised = normalised_r2(found.r, resampled_r, noise_ceiling, ceiling_sd)
    return VoxelScores(
        r=found.r,
        r2=explained_variance(parts, within_folds),
        p=found.p,
        q=false_discovery_control(found.p, method="bh"),
        q_by=false_discovery_control(found.p, method="by"),
        p_permutation=p_permutation,
        q_permutation=false_discovery_control(p_permutation, method="bh"),
        ceiling_normalised=found.r / np.sqrt(known_ceiling(noise_ceiling)),
        r2_ceiling_normalised=normalised.value,
        r2_normalised_low=normalised.low,
        r2_normalised_high=normalised.high,
    )


def explained_variance(parts: Sequence[Sums], within_folds: bool) -> np.ndarray:
    """Return R^2 = 1 - residual / total sum of squares of each voxel; 0 where responses are constant."""
    residual = sum(part.error + (0 if within_folds else part.rows * part.bias**2) for part in parts)
    total = sum(part.measured for part in parts)
    varies = total > 0
    return np.where(varies, 1 - residual / np.where(varies, total, 1), 0.0)
