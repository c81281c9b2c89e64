"""Mixtures of two feature spaces (bands) in banded ridge regression.

A mixture gives each band a share; shares are non-negative and sum to 1. The mixtures are the same for every
target, so that one decomposition of each serves all of them, in any number of blocks.
"""

import numpy as np

# Largest ratio between the shares of two bands, in decades; a smaller share is as good as none.
DECADES = 3.0
# Ratios per decade: half a step of the usual grid of penalties.
PER_DECADE = 2


def mixtures_of_two() -> np.ndarray:
    """Return mixtures that cover all shares of two bands: each alone, and evenly spaced logarithmic ratios.

    Returns
    -------
    (mixtures, 2) array
        Equal shares first, then more and more unequal ones, the bands alone last: of mixtures with equal
        scores, the first one wins.
    """
    count = int(2 * DECADES * PER_DECADE) + 1
    exponent = np.linspace(-DECADES, DECADES, count)
    ratio = 10.0 ** exponent[np.argsort(np.abs(exponent), kind="stable")]
    mixed = np.column_stack([ratio, np.ones(count)]) / (1 + ratio)[:, None]
    return np.concatenate([mixed, np.eye(2)])
