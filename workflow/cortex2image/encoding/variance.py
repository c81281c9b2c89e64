"""Variance that each of two feature spaces (bands) explains, alone and within a joint model."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cortex2image.stats.false_discovery import false_discovery_control

# Percentiles of resamples that bound an interval of 95 %.
INTERVAL = (2.5, 97.5)


@dataclass
class ProductMeasure:
    """R^2 of joint predictions split among their bands, from sums over folds.

    R^2_b = sum_i yhat_bi (2 y_i - yhat_i) / sum_i y_i^2, with y, yhat and yhat_b around their means within a
    fold (Pratt 1987; the split of Dupre la Tour et al. 2022, NeuroImage 264:119728). The parts sum to R^2 of
    the joint predictions around their means. The part of a band that makes them worse is negative.

    Attributes
    ----------
    shared : (b, v) array
    total : (v,) array
    """

    shared: np.ndarray
    total: np.ndarray

    @classmethod
    def of(cls, bands: int, voxels: int) -> "ProductMeasure":
        """Return the sums over no fold."""
        return cls(np.zeros((bands, voxels)), np.zeros(voxels))

    def add(self, voxels: slice, by_band: np.ndarray, measured: np.ndarray) -> None:
        """Add what each band predicts, (b, m, w), and (m, w) measurements of a fold and block of voxels."""
        parts = by_band.astype(np.float64)
        parts -= parts.mean(axis=1, keepdims=True)
        true = measured - measured.mean(axis=0, dtype=np.float64)
        self.total[voxels] += np.einsum("mt,mt->t", true, true)
        self.shared[:, voxels] += np.einsum("bmt,mt->bt", parts, 2 * true - parts.sum(axis=0))

    @property
    def parts(self) -> np.ndarray:
        """R^2 of each band, (b, v); 0 where measurements are constant."""
        varies = self.total > 0
        return np.where(varies, self.shared / np.where(varies, self.total, 1), 0.0)


@dataclass(frozen=True)
class UniqueVariance:
    """Variance that only one band explains, each a (v,) array, named and defined as in the table `unique`."""

    unique_r2: np.ndarray
    unique_r2_low: np.ndarray
    unique_r2_high: np.ndarray
    p: np.ndarray
    q: np.ndarray


def unique_variance(
    joint: np.ndarray,
    other: np.ndarray,
    joint_resampled: np.ndarray,
    other_resampled: np.ndarray,
    share: np.ndarray,
) -> UniqueVariance:
    """Compare a joint model with the model of its other band, on the same test stimuli.

    The unique variance of a band is what the joint model explains beyond the model without it. It is an
    estimate from test stimuli, so that it falls below 0 where the band adds nothing, and stays there. It is a
    gain in prediction, not in information: a band that is a part of the other one gains as well, where a
    ridge regression on this part learns more from the training stimuli.

    Parameters
    ----------
    joint, other : (v,) arrays
        R^2 of both models.
    joint_resampled, other_resampled : (v, draws) arrays
        The same in resamples of the test stimuli, drawn alike for both models.
    share : (v,) array
        Share of the band in the joint model, see the table `unique`.

    Notes
    -----
    p is one-sided, of the difference divided by its standard deviation over resamples (Efron and Tibshirani
    1993, An Introduction to the Bootstrap, chapter 13): a share of 100 resamples could not fall below 1 %,
    which no correction over many voxels would leave. It is 1 where resamples do not differ, and where the
    band has no share: the joint model then is the other one, and nothing but rounding tells them apart. q is
    p corrected by Benjamini and Yekutieli (2001, Annals of Statistics 29:1165) over all voxels, since
    differences of models depend on each other in unknown ways.
    """
    apart = joint_resampled.astype(np.float64) - other_resampled
    low, high = np.percentile(apart, INTERVAL, axis=1)
    unique, spread = joint - other, apart.std(axis=1, ddof=1)
    varies = (spread > 0) & (share > 0)
    p = np.where(varies, ndtr(-unique / np.where(varies, spread, 1)), 1.0)
    return UniqueVariance(unique, low, high, p, false_discovery_control(p, method="by"))
