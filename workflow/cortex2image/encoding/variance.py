"""Variance explained by each of several feature spaces (bands), alone and in common."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from cortex2image.errors import DataError


def product_measure(by_band: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Split the variance explained by one joint model among its bands.

    R^2_b = sum_i yhat_bi (2 y_i - yhat_i) / sum_i y_i^2, with y, yhat and yhat_b around their means (Pratt
    1987; the split of Dupre la Tour et al. 2022, NeuroImage 264:119728). The parts sum to R^2 of the joint
    predictions. The part of a band that makes the joint predictions worse is negative.

    Parameters
    ----------
    by_band : (b, m, t) array
        Predictions from each band; their sum is the joint prediction.
    measured : (m, t) array

    Returns
    -------
    (b, t) array; 0 for constant targets
    """
    parts = by_band - by_band.mean(axis=1, keepdims=True)
    true = measured - measured.mean(axis=0)
    total = np.einsum("mt,mt->t", true, true)
    shared = np.einsum("bmt,mt->bt", parts, 2 * true - parts.sum(axis=0))
    return np.where(total > 0, shared / np.where(total > 0, total, 1), 0.0)


def unique_and_shared(r2: Mapping[frozenset[str], np.ndarray]) -> dict[frozenset[str], np.ndarray]:
    """Partition explained variance among sets of bands, by differences between models.

    The part of a set of bands is the variance that exactly these bands explain in common. For a single band
    it is the unique variance, R^2(all) - R^2(all other bands); for both of two bands it is the shared
    variance, R^2(1) + R^2(2) - R^2(both) (commonality analysis; Mood 1969, American Educational Research
    Journal 6:401). The parts sum to R^2(all).

    Parameters
    ----------
    r2 : mapping from sets of bands to (t,) arrays
        R^2 on held-out rows of the model of every non-empty set of bands.

    Raises
    ------
    DataError
        A set of bands has no model.
    """
    bands = frozenset().union(*r2)
    subsets = [frozenset(s) for size in range(len(bands) + 1) for s in combinations(sorted(bands), size)]
    missing = [s for s in subsets if s and s not in r2]
    if missing:
        names = " + ".join(sorted(missing[0]))
        expected, found = "a model for every set of bands", f"{len(missing)} missing, first {names}"
        raise DataError("variance partition", expected, found, "fit these models too")
    return {part: _common(part, bands, r2, subsets) for part in subsets if part}


def _common(
    part: frozenset[str],
    bands: frozenset[str],
    r2: Mapping[frozenset[str], np.ndarray],
    subsets: list[frozenset[str]],
) -> np.ndarray:
    """Return the variance that the bands of `part`, and no others, share; by inclusion and exclusion."""
    rest = bands - part
    total = np.zeros_like(next(iter(r2.values())))
    for taken in subsets:
        if taken <= part and taken | rest:
            total += (-1) ** (len(taken) + 1) * r2[taken | rest]
    return total
