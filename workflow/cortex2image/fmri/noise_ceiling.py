"""How much of a voxel's response to a picture repeats, as the Natural Scenes Dataset defines it.

In the demo only test pictures are repeated, so ceilings describe test data. They are for reading scores by,
and never select the voxels of a fit.
"""

from collections.abc import Sequence

import numpy as np


def noise_ceiling_snr(betas: np.ndarray, stimuli: Sequence[str], sessions: Sequence[str]) -> np.ndarray:
    """Estimate the noise ceiling signal-to-noise ratio of every voxel.

    Allen et al. 2022 (Methods, "Noise ceiling estimation"): betas are z-scored per session (ddof 1), the
    noise variance is the variance over the repeats of a stimulus (ddof 1), and the signal variance is what
    remains of 1. Their mean over stimuli with exactly three trials is here the mean over all stimuli with
    two or more, weighted by their degrees of freedom; with equal numbers of repeats the two are the same.

    Parameters
    ----------
    betas : (trials, voxels) array
    stimuli, sessions : (trials,) labels

    Returns
    -------
    (voxels,) float64 array
        Standard deviation of signal over that of noise in one trial, >= 0; NaN where the betas of a
        session are constant, and throughout where no stimulus is repeated.
    """
    _, numbers, counts = np.unique(np.asarray(stimuli), return_inverse=True, return_counts=True)
    repeated = counts[numbers] > 1
    if not repeated.any():
        return np.full(betas.shape[1], np.nan)
    rows = _z_score(betas, np.asarray(sessions))[repeated]
    order = np.argsort(numbers[repeated], kind="stable")
    sizes = counts[counts > 1]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    means = np.add.reduceat(rows[order], starts, axis=0) / sizes[:, None]
    deviations = rows[order] - np.repeat(means, sizes, axis=0)
    noise = (deviations**2).sum(axis=0) / (sizes - 1).sum()
    with np.errstate(divide="ignore"):
        return np.sqrt(np.maximum(1 - noise, 0) / noise)


def noise_ceiling(ncsnr: np.ndarray, repeats: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the share of the variance of averaged trials that a perfect model explains.

    ``ncsnr^2 / (ncsnr^2 + mean(1 / n))`` with n trials averaged per stimulus (Allen et al. 2022; the mean
    is their rule for mixed numbers of repeats).

    Parameters
    ----------
    ncsnr : (voxels,) array
    repeats : numbers of trials averaged, one per stimulus

    Returns
    -------
    (voxels,) float64 array
        In [0, 1], in units of r squared; NaN where `ncsnr` is.
    """
    signal, noise = np.asarray(ncsnr, np.float64) ** 2, np.mean(1 / np.asarray(repeats))
    # Written so that an infinite ratio, trials without any noise, gives 1.
    with np.errstate(divide="ignore"):
        return 1 / (1 + noise / signal)


def _z_score(betas: np.ndarray, sessions: np.ndarray) -> np.ndarray:
    result = np.empty(betas.shape, np.float64)
    for session in np.unique(sessions):
        rows = betas[sessions == session].astype(np.float64)
        centred = rows - rows.mean(axis=0)
        sd = np.sqrt((centred**2).sum(axis=0) / max(len(rows) - 1, 1))
        varies = sd > 1e-9 * np.abs(rows).max(axis=0)
        result[sessions == session] = np.divide(centred, sd, where=varies, out=np.full_like(rows, np.nan))
    return result
