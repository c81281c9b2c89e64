"""Permutation nulls: what scores would be if reconstructions had nothing to do with what was seen."""

from collections.abc import Sequence

import numpy as np

from cortex2image.seeds import rng_for

TOLERANCE = 1e-9


def stimulus_permutations(
    study_seed: int, stimuli: Sequence[str], draws: int, groups: np.ndarray | None = None
) -> np.ndarray:
    """Draw permutations that subjects share as far as they saw the same stimuli.

    Each stimulus has its own random keys, whoever saw it and in whatever order the stimuli are given, so that
    nulls of several subjects can be averaged draw by draw without losing what the subjects have in common.

    Parameters
    ----------
    study_seed : int
        `seed:` of the config.
    stimuli : n ids
    draws : int
        Number of permutations; the identity may be among them.
    groups : (n,) array, optional
        Stimuli are exchanged within groups only, e.g. within runs.

    Returns
    -------
    (draws, n) int array, see :func:`permutations`
    """
    by_id = np.argsort(np.asarray(stimuli))
    keys = np.stack([rng_for(study_seed, "permutation", stimuli[i]).random(draws) for i in by_id], axis=1)
    order = np.empty_like(keys, dtype=np.intp)
    order[:, by_id] = by_id[permutations(keys, None if groups is None else groups[by_id])]
    return order


def permutations(keys: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Turn random keys into permutations: which original is paired with each reconstruction.

    The rank order of independent keys is uniform, and so is the permutation it is read as.

    Parameters
    ----------
    keys : (draws, n) array
        Independent continuous random numbers, one for each draw and stimulus.
    groups : (n,) array, optional
        Stimuli are exchanged within groups only.

    Returns
    -------
    (draws, n) int array; entry (k, j) is the original that belongs to reconstruction j in draw k.
    """
    groups = np.zeros(keys.shape[1]) if groups is None else groups
    order = np.empty(keys.shape, dtype=np.intp)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        order[:, members] = members[_cycles(keys[:, members])]
    return order


def _cycles(keys: np.ndarray) -> np.ndarray:
    """Read the rank order of keys as cycles, a new one at each index above all before (Foata 1968).

    Pairing by the ranks themselves would be as uniform, but a stimulus that one subject lacks would shift the
    ranks of the others and change about a third of the pairs. Dropped from a cycle, it changes few.
    """
    words = np.argsort(keys, axis=1)
    first = np.maximum.accumulate(words, axis=1)
    closes = np.roll(words == first, -1, axis=1)
    order = np.empty_like(words)
    np.put_along_axis(order, words, np.where(closes, first, np.roll(words, -1, axis=1)), axis=1)
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
