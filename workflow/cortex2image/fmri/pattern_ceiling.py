"""How well a perfect prediction could correlate with the mean response to a stimulus, across voxels."""

import numpy as np

VOXELS_AT_ONCE = 4096


def pattern_ceilings(trials: np.ndarray, stimulus: np.ndarray) -> np.ndarray | None:
    """Estimate the correlation across voxels of noise-free patterns with means over repeats.

    A trial of stimulus i is the pattern s_i + noise. Across voxels, the mean of n_i trials has the variance
    V_i = var(s_i) + N / n_i, where N is the variance of the noise of a trial, so that s_i correlates with it
    as sqrt(var(s_i) / V_i) = sqrt(1 - N / (n_i V_i)). N is estimated from the differences of repeats, pooled
    over stimuli, as the noise covariance of GSN is (Kay et al. 2024, generative modeling of signal and noise;
    no covariance between voxels is needed here). With N of the stimulus' own repeats, 1 - N / (n_i V_i) would
    be the mean covariance of two trials over their variance after the correction of Spearman and Brown.

    It is assumed that noise is independent between repeats of a stimulus and of the signal, and of the same
    variance for all stimuli. Noise may be correlated between voxels. Whatever repeats share that has nothing
    to do with the picture, such as a drift over a session in which all of them lie, counts as signal.

    Parameters
    ----------
    trials : (n, v) array
        Patterns around each voxel's training mean.
    stimulus : (n,) array of int
        Number of the stimulus of each trial, from 0 to m - 1.

    Returns
    -------
    (m, m) float64 array in [-1, 1], or None if no stimulus is repeated
        The diagonal is the ceiling of each stimulus, of any kind of prediction. It is not cut off at 0: where
        noise exceeds the estimate, the root is taken of the amount, and keeps the sign. Entry (i, j) is the
        same for repeats of i and j in the place of repeats of one stimulus: what correlates without it.
    """
    counts = np.bincount(stimulus)
    if len(trials) == len(counts):
        return None
    noise, products = _noise_and_products(trials, stimulus, counts)
    variance = np.diagonal(products)
    shared = products - np.diag(noise / counts)
    scale = np.sqrt(np.outer(variance, variance))
    share = np.where(scale > 0, shared / np.where(scale > 0, scale, 1), 0.0)
    ceilings: np.ndarray = np.clip(np.sign(share) * np.sqrt(np.abs(share)), -1, 1)
    return ceilings


def _noise_and_products(
    trials: np.ndarray, stimulus: np.ndarray, counts: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the noise variance of a trial, and covariances across voxels of the means of all stimuli."""
    voxels, (n, m) = trials.shape[1], (len(trials), len(counts))
    average = np.zeros((m, n))
    average[stimulus, np.arange(n)] = 1 / counts[stimulus]
    centre = trials.mean(axis=1, keepdims=True, dtype=np.float64)
    squares, products = 0.0, np.zeros((m, m))
    for first in range(0, voxels, VOXELS_AT_ONCE):
        block = trials[:, first : first + VOXELS_AT_ONCE] - centre
        means = average @ block
        products += means @ means.T
        squares += float(((block - means[stimulus]) ** 2).sum())
    return squares / voxels / (n - m), products / voxels
