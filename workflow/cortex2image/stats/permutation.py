"""Permutation nulls: scores of reconstructions that are unrelated to the pictures seen."""

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from cortex2image.seeds import rng_for

# Differences below this are rounding, not evidence.
TOLERANCE = 1e-9


def stimulus_permutations(
    study_seed: int,
    stimuli: Sequence[str],
    draws: int,
    groups: np.ndarray | None = None,
    every: bool = True,
) -> np.ndarray:
    """Draw permutations of stimuli that agree across subjects as far as they saw the same stimuli.

    The random keys of a stimulus depend neither on the subject nor on the order of the stimuli. Nulls of
    several subjects can therefore be averaged draw by draw, and their correlation across subjects is kept.

    If there are no more permutations than draws, all are returned but the identity: p is then exact, see
    :func:`permutation_p`.

    Parameters
    ----------
    study_seed : int
        `seed:` of the config.
    stimuli : n ids
    draws : int
        Number of permutations, if there are more; the identity may be among them.
    groups : (n,) array, optional
        Stimuli are permuted within groups only, for example within runs.
    every : bool
        Whether all permutations may be returned where they are few. They do not agree across subjects who
        saw different stimuli: False where such nulls are averaged and stimuli were seen in common.

    Returns
    -------
    (draws, n) int array, or fewer rows; see :func:`permutations`
    """
    by_id = np.argsort(np.asarray(stimuli))
    of_ids = np.zeros(len(by_id)) if groups is None else groups[by_id]
    if every and 1 < count_permutations(of_ids) <= draws:
        drawn = rng_for(study_seed, "permutations").permutation(all_permutations(of_ids))
    else:
        keys = np.stack([rng_for(study_seed, "permutation", stimuli[i]).random(draws) for i in by_id], axis=1)
        drawn = permutations(keys, of_ids)
    order = np.empty_like(drawn)
    order[:, by_id] = by_id[drawn]
    return order


def count_permutations(groups: np.ndarray) -> int:
    """Return the number of permutations within groups, the identity included, from the (n,) groups."""
    return math.prod(math.factorial(int(size)) for size in np.unique(groups, return_counts=True)[1])


def all_permutations(groups: np.ndarray) -> np.ndarray:
    """Return every permutation within groups but the identity, each once.

    Parameters
    ----------
    groups : (n,) array

    Returns
    -------
    (permutations, n) int array
    """
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    orders = itertools.product(*(itertools.permutations(some) for some in members))
    next(orders)  # the identity comes first
    places = np.concatenate(members)
    every = np.array([np.concatenate(order) for order in orders], dtype=np.intp)
    order = np.empty_like(every)
    order[:, places] = every
    return order


def sets_seen(stimuli: Sequence[str], seen: Sequence[Iterable[str]]) -> np.ndarray:
    """Return for each stimulus a label of the set of subjects who saw it, (n,) int.

    Nulls of several subjects are averaged draw by draw. That keeps what noise they share only if their draws
    pair the same stimuli, which draws over stimuli that some subjects did not see cannot do.

    Parameters
    ----------
    stimuli : n ids
    seen : for each subject, the ids of its stimuli
    """
    shown = [set(of_subject) for of_subject in seen]
    by_subject = np.array([[stimulus in some for some in shown] for stimulus in stimuli])
    labels: np.ndarray = np.unique(by_subject, axis=0, return_inverse=True)[1].ravel()
    return labels


def permutations(keys: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Turn random keys into permutations, which pair an original with every reconstruction.

    Independent keys have a uniform rank order, so the permutations are uniform too.

    Parameters
    ----------
    keys : (draws, n) array
        Independent continuous random numbers, one for each draw and stimulus.
    groups : (n,) array, optional
        Stimuli are permuted within groups only.

    Returns
    -------
    (draws, n) int array; entry (k, j) is the original paired with reconstruction j in draw k.
    """
    groups = np.zeros(keys.shape[1]) if groups is None else groups
    order = np.empty(keys.shape, dtype=np.intp)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        order[:, members] = members[_cycles(keys[:, members])]
    return order


def _cycles(keys: np.ndarray) -> np.ndarray:
    """Read the rank order of keys as cycles; an index above all earlier ones starts a cycle (Foata 1968).

    Pairing by the ranks themselves would be uniform too, but a stimulus that one subject lacks would shift
    the ranks of the others and change about a third of the pairs. Dropping it from a cycle changes few.
    """
    words = np.argsort(keys, axis=1)
    first = np.maximum.accumulate(words, axis=1)
    closes = np.roll(words == first, -1, axis=1)
    order = np.empty_like(words)
    np.put_along_axis(order, words, np.where(closes, first, np.roll(words, -1, axis=1)), axis=1)
    return order


def null_means(matrix: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the mean score under each permuted pairing.

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
    means: np.ndarray = matrix[order, np.arange(matrix.shape[1])].mean(axis=1)
    return means


def permutation_p(value: float, null: np.ndarray, higher_is_better: bool) -> float:
    """Return the one-sided permutation p, (1 + draws at least as good) / (1 + draws).

    The observed pairing counts as one draw (Phipson & Smyth 2010), so p is never 0. Differences below 1e-9
    are rounding, not evidence: a draw that close to `value` counts as equally good. With every permutation
    but the identity as a draw, p is exact.
    """
    better = null - value if higher_is_better else value - null
    return (1 + int((better >= -TOLERANCE).sum())) / (1 + len(null))
