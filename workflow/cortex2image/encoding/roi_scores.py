"""Encoding scores of regions of interest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.encoding.clusters import Clusters, find_clusters
from cortex2image.encoding.normalised_r2 import MINIMUM_CEILING, signed_square
from cortex2image.stats.summary import percentile_interval

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class RoiScores(Clusters):
    """Scores of one region, named and defined as in encoding_scores.parquet; None if undefined."""

    roi: str
    voxels: int
    mean_r: float
    mean_r_ceiling_normalised: float | None
    mean_noise_ceiling: float | None
    fraction_significant: float
    subjects: int = 1
    mean_r_low: float
    mean_r_high: float
    fraction_significant_permutation: float


@dataclass(frozen=True)
class ScoredVoxels:
    """Scores of v voxels and where they lie.

    Attributes
    ----------
    rois : (v,) array of str
    r, noise_ceiling, q, q_permutation : (v,) arrays
        `noise_ceiling` is an estimate that may be negative, so that its mean over silent voxels is 0; NaN
        where unknown.
    indices : (v, 3) array of int
        Indices i, j, k into the volume.
    shape : three ints
        Shape of the volume.
    """

    rois: np.ndarray
    r: np.ndarray
    noise_ceiling: np.ndarray
    q: np.ndarray
    q_permutation: np.ndarray
    indices: np.ndarray
    shape: Sequence[int]

    @property
    def members(self) -> dict[str, np.ndarray]:
        """Return which voxels a region has, (v,) bool: first of all voxels, then of regions by name."""
        everywhere = {ALL: np.ones(len(self.rois), dtype=bool)}
        return everywhere | {roi: self.rois == roi for roi in np.unique(self.rois).tolist()}


def score_rois(voxels: ScoredVoxels, resampled: dict[str, np.ndarray], level: float) -> list[RoiScores]:
    """Summarise voxels by region.

    Parameters
    ----------
    voxels : ScoredVoxels
    resampled : region -> (draws,) array
        Mean r over the voxels of the region in each resample of test stimuli, see :func:`resampled_means`.
    level : float
        A voxel is significant if its q is below this false discovery rate.

    Returns
    -------
    One :class:`RoiScores` for "all" voxels, then one per region in order of its name.
    """
    return [_score(roi, inside, voxels, resampled[roi], level) for roi, inside in voxels.members.items()]


def _score(
    roi: str, inside: np.ndarray, voxels: ScoredVoxels, resampled: np.ndarray, level: float
) -> RoiScores:
    significant, r = voxels.q_permutation[inside] < level, voxels.r[inside]
    low, high = percentile_interval(resampled)
    known = inside & np.isfinite(voxels.noise_ceiling)
    return RoiScores(
        **vars(find_clusters(significant, r, voxels.indices[inside], voxels.shape)),
        roi=roi,
        voxels=int(inside.sum()),
        mean_r=float(r.mean()),
        mean_r_ceiling_normalised=normalised_mean(voxels.r[known], voxels.noise_ceiling[known]),
        mean_noise_ceiling=float(voxels.noise_ceiling[known].mean()) if known.any() else None,
        fraction_significant=float(np.mean(voxels.q[inside] < level)),
        mean_r_low=low,
        mean_r_high=high,
        fraction_significant_permutation=float(significant.mean()),
    )


def resampled_means(members: dict[str, np.ndarray], batches: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the mean r over the voxels of each region in each resample, (draws,) float64.

    Parameters
    ----------
    members : region -> (v,) bool
    batches : (some voxels, draws) arrays of r
        Together they are all voxels in order.
    """
    sums, first = dict.fromkeys(members, 0.0), 0
    for r in batches:
        here = slice(first, first + len(r))
        sums = {roi: sums[roi] + r[inside[here]].sum(axis=0, dtype=float) for roi, inside in members.items()}
        first = here.stop
    return {roi: np.asarray(total / members[roi].sum()) for roi, total in sums.items()}


def normalised_mean(r: np.ndarray, noise_ceiling: np.ndarray) -> float | None:
    """Return the correlation with noise-free responses of the voxels of a region together.

    It is the root of the mean over voxels of r |r|, divided by the mean of their noise ceilings, with the
    sign of the former. With r = rho sqrt(ceiling) in each voxel, this is the root mean square of rho, each
    voxel weighted by its ceiling. In a ratio of means no single division explodes, so that no voxel is left
    out by its own estimated ceiling; and means of unclipped ceilings are right where silent voxels take part.

    Parameters
    ----------
    r, noise_ceiling : (v,) arrays
        Of voxels whose ceiling is known; ceilings may be negative.

    Returns
    -------
    float or None
        May exceed 1 by estimation error. None without voxels, and if the mean ceiling is below
        :data:`~cortex2image.encoding.normalised_r2.MINIMUM_CEILING`.
    """
    mean = float(noise_ceiling.mean()) if len(noise_ceiling) else 0.0
    if mean < MINIMUM_CEILING:
        return None
    share = float(signed_square(r).mean()) / mean
    return float(np.sign(share) * np.sqrt(abs(share)))
