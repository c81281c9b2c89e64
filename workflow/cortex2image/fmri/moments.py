"""Means and variances of voxels over groups of trials that are never in memory together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class GroupMoments:
    """Trials seen so far, their mean and their summed squared deviations from it, float64 (voxels,) each."""

    count: int
    mean: np.ndarray
    squares: np.ndarray

    def merged(self, other: "GroupMoments") -> "GroupMoments":
        """Return the moments of both together.

        Chan, Golub & LeVeque 1979: no large squares are subtracted, so a voxel with a small variance around
        a large mean keeps its digits.
        """
        count = self.count + other.count
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.count / count)
        squares = self.squares + other.squares + apart**2 * (self.count * other.count / count)
        return GroupMoments(count, mean, squares)

    def sd(self, ddof: int) -> np.ndarray:
        """Return the standard deviation, exactly 0 where the values differ by rounding only."""
        sd = np.sqrt(self.squares / max(self.count - ddof, 1))
        return np.where(sd > 1e-9 * np.abs(self.mean), sd, 0.0)


class Moments:
    """Moments per group of trials (a session, say), gathered batch by batch.

    Attributes
    ----------
    groups : dict of str to GroupMoments
    """

    def __init__(self) -> None:
        self.groups: dict[str, GroupMoments] = {}

    def add(self, rows: np.ndarray, groups: Sequence[str] | np.ndarray) -> None:
        """Take in more trials.

        Parameters
        ----------
        rows : (trials, voxels) array
        groups : (trials,) labels
        """
        names = np.asarray(groups)
        for group in np.unique(names).tolist():
            new = _moments(rows[names == group])
            self.groups[group] = self.groups[group].merged(new) if group in self.groups else new


def _moments(rows: np.ndarray) -> GroupMoments:
    mean = rows.mean(axis=0, dtype=np.float64)
    return GroupMoments(len(rows), mean, ((rows - mean) ** 2).sum(axis=0))
