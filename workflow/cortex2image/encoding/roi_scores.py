"""Encoding scores of regions of interest."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RoiScores:
    """Scores of one region, named and defined as in encoding_scores.parquet; None if undefined."""

    roi: str
    voxels: int
    mean_r: float
    mean_r_ceiling_normalised: float | None
    fraction_significant: float


def score_rois(
    rois: np.ndarray, r: np.ndarray, ceiling_normalised: np.ndarray, q: np.ndarray, level: float
) -> list[RoiScores]:
    """Summarise v voxels by region.

    Parameters
    ----------
    rois : (v,) array of str
    r, ceiling_normalised, q : (v,) arrays
        `ceiling_normalised` is NaN where a voxel's ceiling is unknown or too low to divide by; such voxels
        are left out of its mean only.
    level : float
        A voxel is significant if its q is below this false discovery rate.

    Returns
    -------
    One :class:`RoiScores` for "all" voxels, then one per region in order of its name.
    """
    members = {"all": np.ones(len(rois), dtype=bool)} | {roi: rois == roi for roi in np.unique(rois).tolist()}
    return [
        RoiScores(
            roi,
            int(inside.sum()),
            float(r[inside].mean()),
            _mean_of_known(ceiling_normalised[inside]),
            float(np.mean(q[inside] < level)),
        )
        for roi, inside in members.items()
    ]


def _mean_of_known(values: np.ndarray) -> float | None:
    """Return the mean of the values that are not NaN; None if there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
