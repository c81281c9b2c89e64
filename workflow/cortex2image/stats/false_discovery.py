"""False discovery rates."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike


def false_discovery_control(p: ArrayLike, method: Literal["bh", "by"] = "bh") -> np.ndarray:
    """Return p adjusted for the false discovery rate over all of them, in their order; (n,) array.

    The same as :func:`scipy.stats.false_discovery_control`, whose import takes longer than many a step that
    adjusts a few thousand p.

    Parameters
    ----------
    p : (n,) array of numbers in [0, 1]
    method : "bh" or "by"
        Benjamini and Hochberg (1995), for p that are independent or positively dependent; or Benjamini and
        Yekutieli (2001), for any dependence.

    Raises
    ------
    ValueError
        A number outside [0, 1], or NaN.
    """
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("p must lie in [0, 1]")
    if not len(values):
        return values
    ranks = np.arange(1, len(values) + 1)
    order = np.argsort(values, kind="stable")
    share = len(values) / ranks * (np.sum(1 / ranks) if method == "by" else 1)
    adjusted = np.empty_like(values)
    # A p is adjusted to no more than the next larger one.
    adjusted[order] = np.minimum.accumulate((values[order] * share)[::-1])[::-1]
    return np.minimum(adjusted, 1)
