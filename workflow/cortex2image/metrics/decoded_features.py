"""Scores of decoded feature vectors: do they resemble the true ones, more than those of other stimuli?"""

from dataclasses import dataclass, replace

import numpy as np

from cortex2image.errors import DataError
from cortex2image.fmri.standardise import Moments
from cortex2image.leakage import FinishedFit, TrainingRows
from cortex2image.metrics.categories import category_credit
from cortex2image.metrics.identification import credit_against, two_way
from cortex2image.metrics.scored import Scored, as_rivals, score_pairings
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.metrics.ties import TIE_DECIMALS

# Stimuli whose features are standardised together.
AT_ONCE = 256


@dataclass(frozen=True)
class UnitScaling(FinishedFit):
    """Mean and standard deviation of every unit over training stimuli.

    Attributes
    ----------
    mean, scale : (k,) float32 arrays
        Of the units that vary over training stimuli; `scale` is one divided by the standard deviation.
    varies : (d,) bool array
    """

    mean: np.ndarray
    scale: np.ndarray
    varies: np.ndarray

    @classmethod
    def fit(cls, train: TrainingRows) -> "UnitScaling":
        """Compute mean and standard deviation (ddof 0) of (m, d) training features, some rows at a time.

        Raises
        ------
        DataError
            No unit varies over training stimuli.
        """
        moments = Moments()
        for block in train.blocks(AT_ONCE):
            rows = train[block]
            moments.add(rows, np.full(len(rows), "all"))
        found = moments.groups["all"]
        sd = found.sd(0)
        varies = sd > 0
        if not varies.any():
            fix = "look at the features of the training stimuli"
            raise DataError("features", "units that vary over training stimuli", "none", fix)
        mean, scale = found.mean[varies], 1 / sd[varies]
        return cls(mean.astype(np.float32), scale.astype(np.float32), varies)

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return (n, d) rows in standard deviations from the mean, (n, k) float32."""
        chosen = rows if self.varies.all() else rows[:, self.varies]
        scaled: np.ndarray = chosen - self.mean
        scaled *= self.scale
        return scaled


def similarity(scaling: UnitScaling, true: "np.ndarray | TrainingRows", decoded: np.ndarray) -> np.ndarray:
    """Correlate true feature vectors with decoded ones across units, some true ones at a time.

    Parameters
    ----------
    scaling : UnitScaling
    true : (k, d) array or TrainingRows
    decoded : (n, d) array

    Returns
    -------
    (k, n) float64 array in [-1, 1]; 0 where a vector is constant over units
    """
    ours = scaling.apply(decoded)
    starts = range(0, len(true), AT_ONCE)
    rows = [correlation_matrix(scaling.apply(true[first : first + AT_ONCE]), ours) for first in starts]
    return np.concatenate([np.empty((0, len(decoded))), *rows])


def score_vectors(test: np.ndarray, train: np.ndarray | None, order: np.ndarray) -> dict[str, Scored]:
    """Score decoded vectors by every metric of :mod:`cortex2image.metrics.feature_metrics`.

    Parameters
    ----------
    test : (n, n) array
        Entry (i, j): similarity of the true vector of test stimulus i and the decoded one of j.
    train : (m, n) array or None
        Of the true vectors of m training stimuli that are no test stimuli; with none of them, metrics among
        training stimuli are left out.
    order : (draws, n) int array
        Permuted pairings, see :func:`cortex2image.stats.permutation.permutations`.

    Returns
    -------
    dict of metric name to Scored with (n, 1) values
    """
    none = np.empty((0, len(test)))
    scored = {
        "pattern_correlation": score_pairings(test, order),
        "features_twoway": _two_way(test, none, order),
        "features_top1": _best(test, none, order),
    }
    if train is not None and len(train):
        scored["features_twoway_with_training"] = _two_way(test, train, order)
        scored["features_top1_with_training"] = _best(test, train, order)
    return scored


def _two_way(test: np.ndarray, train: np.ndarray, order: np.ndarray) -> Scored:
    """Score the share of candidates that are less similar, among test stimuli and `train`; ties count half.

    Without one test stimulus, n - 1 are searched for, each among n - 2 others and the m of `train`.
    """
    n, m = len(test), len(train)
    among_test, among_train = two_way(test), _share_below(test, train)
    matrix = ((n - 1) * among_test + m * among_train) / (n - 1 + m)
    pairs, own, others = among_test.diagonal(), credit_against(test), among_train.diagonal()
    test_left = pairs.mean() + (2 * pairs.mean() - pairs - own) / (n - 2)
    train_left = (others.sum() - others) / (n - 1)
    left = ((n - 2) * test_left + m * train_left) / (n - 2 + m)
    scored = score_pairings(matrix, order)
    values, score = scored.values[:, 0], scored.values.mean()
    # The rivals whose jackknife is exactly `left`; among test stimuli alone, the credit itself.
    return replace(scored, rivals=(2 * score - values - (n - 2) * (left - score))[:, None])


def _best(test: np.ndarray, train: np.ndarray, order: np.ndarray) -> Scored:
    """Score whether a candidate is the most similar one among test stimuli and `train`; ties share."""
    everyone = np.round(np.concatenate([test, train]), TIE_DECIMALS)
    n, own = len(test), np.round(test.diagonal(), TIE_DECIMALS)
    above, equal = everyone > own, everyone == own
    equal[np.arange(n), np.arange(n)] = False
    better, ties = above.sum(axis=0), equal.sum(axis=0)
    share = 1 / (1 + ties)
    # What each search gains without a rival: the first place, or a larger share of it.
    first = above[:n] * np.where(better == 1, share, 0)
    larger = equal[:n] * np.where(better == 0, 1 / np.maximum(ties, 1) - share, 0)
    without = np.where(better == 0, share, 0) + first + larger
    np.fill_diagonal(without, np.nan)
    scored = score_pairings(category_credit(everyone.T)[:, :n].T, order)
    return replace(scored, rivals=as_rivals(scored.values[:, 0], without)[:, None])


def _share_below(test: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return the share of training stimuli that are less similar than each test stimulus is, (n, n)."""
    m = max(1, len(train))
    ordered, wanted = np.sort(np.round(train, TIE_DECIMALS), axis=0), np.round(test, TIE_DECIMALS)
    shares = np.empty(test.shape)
    for j, column in enumerate(wanted.T):
        below, up_to = (np.searchsorted(ordered[:, j], column, side) for side in ("left", "right"))
        shares[:, j] = (below + up_to) / (2 * m)
    return shares
