"""Permutation nulls: what scores would be if reconstructions had nothing to do with what was seen."""

import numpy as np

TOLERANCE = 1e-9


def permutations(
    n: int, draws: int, rng: np.random.Generator, groups: np.ndarray | None = None
) -> np.ndarray:
    """Draw which original is paired with each reconstruction.

    Parameters
    ----------
    n : int
        Number of stimuli.
    draws : int
        Number of permutations; the identity may be among them.
    rng : Generator
    groups : (n,) array, optional
        Stimuli are exchanged within groups only, e.g. within runs.

    Returns
    -------
    (draws, n) int array; entry (k, j) is the original that belongs to reconstruction j in draw k.
    """
    groups = np.zeros(n) if groups is None else groups
    order = np.empty((draws, n), dtype=np.intp)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        order[:, members] = rng.permuted(np.tile(members, (draws, 1)), axis=1)
    return order


def null_means(matrix: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Mean score under each permuted pairing.

    Parameters
    ----------
    matrix : (n, n) array
        Entry (i, j): the score of reconstruction j if original i were its own.
    order : (draws, n) int array
        See :func:`permutations`.

    Returns
    -------
    (draws,) float64 array
    """
    return matrix[order, np.arange(matrix.shape[1])].mean(axis=1)


def permutation_p(value: float, null: np.ndarray, higher_is_better: bool) -> float:
    """One-sided permutation p: (1 + draws at least as good) / (1 + draws).

    The observed pairing counts as one draw (Phipson & Smyth 2010), so p is never 0. Differences below 1e-9
    are rounding, not evidence: a draw that close to `value` counts as equally good.
    """
    better = null - value if higher_is_better else value - null
    return (1 + int((better >= -TOLERANCE).sum())) / (1 + len(null))
