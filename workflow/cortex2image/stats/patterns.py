"""Correlation across voxels of two sets of patterns, whose voxels come block by block."""

import numpy as np

VOXELS_AT_ONCE = 1024
FLAT = 1e-5
"""Standard deviation across voxels, relative to that of what was measured, below which a predicted pattern is
one number and rounding."""


class PatternSums:
    """Sums over voxels of measured and predicted patterns, in double precision.

    Neither set is ever in memory whole: predictions of every voxel for all pictures of a study may be larger
    than its betas.

    Parameters
    ----------
    measured, predicted : int
        Number of patterns, n and m.
    """

    def __init__(self, measured: int, predicted: int):
        self.voxels = 0
        self._products = np.zeros((measured, predicted))
        self._sums = np.zeros(measured), np.zeros(predicted)
        self._squares = np.zeros(measured), np.zeros(predicted)

    def add(self, measured: np.ndarray, predicted: np.ndarray) -> None:
        """Add a block of voxels, (n, w) and (m, w) arrays."""
        for first in range(0, measured.shape[1], VOXELS_AT_ONCE):
            here = slice(first, first + VOXELS_AT_ONCE)
            sides = measured[:, here].astype(np.float64), predicted[:, here].astype(np.float64)
            self._products += sides[0] @ sides[1].T
            for side, sums, squares in zip(sides, self._sums, self._squares, strict=True):
                sums += side.sum(axis=1)
                squares += np.einsum("ij,ij->i", side, side)
        self.voxels += measured.shape[1]

    def correlations(self) -> np.ndarray:
        """Return Pearson r across voxels of every measured with every predicted pattern, (n, m) in [-1, 1].

        It is 0 for patterns that do not vary across voxels, see :data:`FLAT`.
        """
        of_measured, of_predicted = (
            np.maximum(squares / self.voxels - (sums / self.voxels) ** 2, 0)
            for sums, squares in zip(self._sums, self._squares, strict=True)
        )
        covariance = self._products / self.voxels - np.outer(*self._sums) / self.voxels**2
        least = FLAT**2 * of_measured.mean()
        scale = np.sqrt(np.outer(of_measured, of_predicted))
        varies = np.outer(of_measured > least, of_predicted > least)
        return np.where(varies, np.clip(covariance / np.where(varies, scale, 1), -1, 1), 0.0)
