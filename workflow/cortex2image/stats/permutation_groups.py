"""Groups within which stimuli are permuted where every pair of pictures costs time.

A permutation test is exact with any group of permutations under which reconstructions and originals would be
exchangeable, also with one that never moves a stimulus out of its own random group of few (Hemerik and Goeman
2018). All draws together then make as many pairs as there are stimuli times stimuli of a group, however many
draws there are. The price: a draw leaves a stimulus with its own original once in as many times as its group
has members, which moves the mean of the null towards the score by this share of the effect.
"""

from collections.abc import Sequence

import numpy as np

from cortex2image.seeds import rng_for

PAIRS = 30_000
SMALLEST = 16


def pair_groups(
    study_seed: int, stimuli: Sequence[str], groups: np.ndarray, pairs: int = PAIRS
) -> np.ndarray:
    """Divide groups of stimuli at random into smaller ones, so that each makes about `pairs` pairs.

    The draw for a stimulus depends on neither the others nor their order, and the number of parts on the
    group alone, so that subjects who saw a group in common have the same parts of it, whatever else they saw.
    Their permutations then agree, which nulls that are averaged over subjects need.

    Parameters
    ----------
    study_seed : int
        `seed:` of the config.
    stimuli : n ids
    groups : (n,) int array
        Groups that permutations never mix, see :func:`cortex2image.stats.permutation.sets_seen`.
    pairs : int
        A group of m stimuli stays whole if m^2 is at most this; a larger one is divided into parts that have
        `pairs` / m stimuli on average, but at least 16.

    Returns
    -------
    (n,) int array of labels
    """
    places = np.array([rng_for(study_seed, "group of pairs", stimulus).random() for stimulus in stimuli])
    parts = np.zeros(len(stimuli), dtype=np.intp)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        size = max(SMALLEST, pairs // len(members))
        parts[members] = places[members] * -(-len(members) // size)
    labels: np.ndarray = np.unique(np.stack([groups, parts]), axis=1, return_inverse=True)[1].ravel()
    return labels
