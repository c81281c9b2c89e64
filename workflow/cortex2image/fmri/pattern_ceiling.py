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

    Notes
    -----
    V_i is an estimate too, and the mean of 1 / V_i exceeds 1 / V. If v independent voxels would scatter as
    much, it is v / (v - 2) as large without signal: N is therefore multiplied by 1 - 2 / v, as in the
    correction of 1 / F. The scatter of noise variances over stimuli, of relative variance 2 / (v (n_i - 1)),
    tells v. What is left is the curvature of the root, which makes low ceilings of few voxels too low: a
    ceiling of 0.5 by 0.05 where v is 50, by 0.01 where it is 200.
    """
    counts = np.bincount(stimulus)
    if len(trials) == len(counts):
        return None
    noise, products = _noise_and_products(trials, stimulus, counts)
    repeated = counts > 1
    pooled = noise[repeated].sum() / (counts - 1).sum()
    shared = products - np.diag(_unbiased(noise[repeated], counts[repeated] - 1) * pooled / counts)
    scale = np.sqrt(np.outer(np.diagonal(products), np.diagonal(products)))
    share = np.where(scale > 0, shared / np.where(scale > 0, scale, 1), 0.0)
    ceilings: np.ndarray = np.clip(np.sign(share) * np.sqrt(np.abs(share)), -1, 1)
    return ceilings


def _unbiased(squares: np.ndarray, freedom: np.ndarray) -> float:
    """Return 1 - 2 / v, from sums of squares of noise of several stimuli, with their degrees of freedom."""
    if len(squares) < 2:
        return 1.0
    relative = squares / freedom / (squares.sum() / freedom.sum()) - 1
    scatter = float((freedom * relative**2).sum()) / (len(squares) - 1)
    return max(0.0, 1 - scatter)


def _noise_and_products(
    trials: np.ndarray, stimulus: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return sums over repeats of the variance of noise, (m,), and covariances of the means, (m, m).

    Both are across voxels, of patterns around their mean over voxels.
    """
    voxels, (n, m) = trials.shape[1], (len(trials), len(counts))
    average = np.zeros((m, n))
    average[stimulus, np.arange(n)] = 1 / counts[stimulus]
    centre = trials.mean(axis=1, keepdims=True, dtype=np.float64)
    squares, products = np.zeros(n), np.zeros((m, m))
    for first in range(0, voxels, VOXELS_AT_ONCE):
        block = trials[:, first : first + VOXELS_AT_ONCE] - centre
        means = average @ block
        products += means @ means.T
        squares += ((block - means[stimulus]) ** 2).sum(axis=1)
    noise: np.ndarray = np.bincount(stimulus, squares, m)
    return noise / voxels, products / voxels
