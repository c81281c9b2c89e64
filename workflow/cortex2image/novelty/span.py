"""What no linear decoder can say: the part of test features that lies outside the span of training features.

A linear decoder with an intercept predicts the mean of its training targets plus a weighted sum of their
differences from it, whatever the penalty. With fewer training stimuli than units, true features of new
stimuli lie outside of that span, and the best prediction is their projection on it (output dimension
collapse: Otsuka, Nagano and Kamitani; Shirakawa et al. 2024, arXiv 2405.10078). With X the m centred training
features and K = XX' = sum_c l_c v_c v_c',

    projection of x = mean + X' K^+ X (x - mean),    K^+ = sum over l_c > 0 of v_c v_c' / l_c,

so that nothing is as wide as the features on both sides. For m = 9,000 in 59,136 columns K takes 4.8e12
multiplications and its eigenvectors about as many; K and its copies take 2 GB.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from cortex2image.features.components import rounding, telling
from cortex2image.leakage import FinishedFit, TrainingRows

# Bytes of a block of columns of the training features in double precision.
BLOCK = 2**28


@dataclass(frozen=True)
class Span(FinishedFit):
    """The span of (m, d) training features about their mean.

    Attributes
    ----------
    train : TrainingRows
    mean : (d,) float64 array
    weights : (m, k) array
        Of the training features in each of k orthonormal directions.
    """

    train: TrainingRows
    mean: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, train: TrainingRows) -> "Span":
        """Find the directions of training features, of those that exceed the rounding of what was read."""
        mean, among = train.mean(), np.zeros((len(train), len(train)))
        for part in _columns(train):
            centred = train.columns(part) - mean[part]
            among += centred @ centred.T
        read = rounding(among, train.dtype)
        values, vectors = eigh(among, overwrite_a=True, driver="evd")
        kept = telling(values, len(train), read) & (values > 0)
        return cls(train, mean, vectors[:, kept] / np.sqrt(values[kept]))

    @property
    def directions(self) -> int:
        """Return the dimension k."""
        return int(self.weights.shape[1])

    def project(self, rows: np.ndarray) -> np.ndarray:
        """Return the projections of (n, d) features, (n, d) float32."""
        across = np.zeros((len(rows), len(self.train)))
        for part in _columns(self.train):
            across += (rows[:, part] - self.mean[part]) @ (self.train.columns(part) - self.mean[part]).T
        of_rows = across @ self.weights @ self.weights.T
        projected = np.empty(rows.shape, np.float32)
        for part in _columns(self.train):
            projected[:, part] = self.mean[part] + of_rows @ (self.train.columns(part) - self.mean[part])
        return projected


@dataclass(frozen=True)
class Explained:
    """Sums of squares of (d,) units over test stimuli: what a span misses, and around the training mean."""

    missed: np.ndarray
    total: np.ndarray

    @classmethod
    def of(cls, span: Span, true: np.ndarray, projected: np.ndarray) -> "Explained":
        """Compare (n, d) true features with their projections."""
        missed, total = np.empty(true.shape[1]), np.empty(true.shape[1])
        for part in _columns(span.train):
            missed[part] = ((true[:, part].astype(np.float64) - projected[:, part]) ** 2).sum(axis=0)
            total[part] = ((true[:, part] - span.mean[part]) ** 2).sum(axis=0)
        return cls(missed, total)

    def __add__(self, other: "Explained") -> "Explained":
        return Explained(self.missed + other.missed, self.total + other.total)

    @property
    def r2(self) -> float:
        """Return R^2 over all units together; 1 where there is nothing to explain."""
        total = float(self.total.sum())
        return 1 - float(self.missed.sum()) / total if total > 0 else 1.0

    @property
    def of_units(self) -> np.ndarray:
        """Return R^2 of every unit that varies around the training mean."""
        varies = self.total > 0
        r2: np.ndarray = 1 - self.missed[varies] / self.total[varies]
        return r2


def _columns(train: TrainingRows) -> Iterator[slice]:
    step = max(1, BLOCK // (8 * max(1, len(train))))
    for first in range(0, train.shape[1], step):
        yield slice(first, min(first + step, train.shape[1]))
