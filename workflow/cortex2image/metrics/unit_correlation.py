"""How well the units of a feature space are decoded: r over stimuli, mean over units, with its jackknife."""

from collections.abc import Iterator

import numpy as np

from cortex2image.errors import DataError
from cortex2image.metrics.scored import Scored
from cortex2image.stats.correlation import centred
from cortex2image.stats.permutation import null_means

COLUMNS_AT_ONCE = 2**12
# A sum of squares below this share of what was subtracted from it is rounding.
ROUNDING = 1e-12


def unit_correlation(decoded: np.ndarray, true: np.ndarray, order: np.ndarray) -> Scored:
    """Return the mean over units of r over stimuli, as values of single stimuli whose mean it is.

    The mean r is no mean over stimuli: means and standard deviations of units change with each of them. The
    values are the pseudo-values of its jackknife (Efron and Stein 1981, Annals of Statistics 9:586), shifted
    to have the mean r as their mean. The interval of their mean is thus the jackknife interval of the mean r.
    A unit that is constant in the truth is left out; one that is decoded as a constant has r = 0.

    Parameters
    ----------
    decoded, true : (n, d) arrays
    order : (draws, n) int array
        See :func:`cortex2image.stats.permutation.permutations`.

    Raises
    ------
    DataError
        No unit varies over the stimuli.
    """
    n = len(true)
    products, without, units = np.zeros((n, n)), np.zeros(n), 0
    for p, m in _varying_units(decoded, true):
        pp, mm = (p**2).sum(axis=0), (m**2).sum(axis=0)
        scale = np.where(pp > 0, np.sqrt(np.where(pp > 0, pp, 1) * mm), np.inf)
        products += m @ (p / scale).T
        without += _without_each(p, m).sum(axis=1)
        units += p.shape[1]
    if not units:
        fix = "score more stimuli, or another feature space"
        raise DataError("decoded features", "units that vary over the test stimuli", "none", fix)
    mean_r = np.trace(products) / units
    pseudo = n * mean_r - (n - 1) * without / units
    values = pseudo - pseudo.mean() + mean_r
    return Scored(values[:, None], null_means(products * n / units, order))


def _varying_units(decoded: np.ndarray, true: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of the units that vary in the truth, (n, block) each, float64 and centred."""
    for first in range(0, true.shape[1], COLUMNS_AT_ONCE):
        block = slice(first, first + COLUMNS_AT_ONCE)
        (p, _), (m, _) = centred(decoded[:, block]), centred(true[:, block])
        varies = m.any(axis=0)
        yield p[:, varies], m[:, varies]


def _without_each(p: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return r of each unit without each stimulus, (n, units), from centred values.

    Without stimulus i, the sum of products around the new means is S_pm - n / (n - 1) p_i m_i. r is 0 where a
    side is then constant.
    """
    share = len(p) / (len(p) - 1)
    pp, mm, pm = ((a * b).sum(axis=0) for a, b in ((p, p), (m, m), (p, m)))
    left_p, left_m = pp - share * p**2, mm - share * m**2
    varies = (left_p > ROUNDING * pp) & (left_m > ROUNDING * mm)
    scale = np.sqrt(np.where(varies, left_p * left_m, 1))
    r: np.ndarray = np.where(varies, (pm - share * p * m) / scale, 0.0)
    return r
