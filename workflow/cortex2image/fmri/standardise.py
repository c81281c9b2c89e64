"""Standardisation of betas by the mean and standard deviation of the training trials.

Means and variances are accumulated batch by batch, since the trials are never in memory together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError, require_known
from cortex2image.leakage import FinishedFit, TrainingRows

GROUPINGS = ("session", "all", "none")


@dataclass(frozen=True)
class GroupMoments:
    """Number of trials, and their mean and sum of squared deviations from it, (voxels,) float64 arrays."""

    count: int
    mean: np.ndarray
    squares: np.ndarray

    def merged(self, other: "GroupMoments") -> "GroupMoments":
        """Return the moments of the trials of both.

        The update of Chan, Golub & LeVeque (1979) subtracts no large squares, so a voxel with a small
        variance around a large mean keeps its digits.
        """
        count = self.count + other.count
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.count / count)
        squares = self.squares + other.squares + apart**2 * (self.count * other.count / count)
        return GroupMoments(count, mean, squares)

    def sd(self, ddof: int) -> np.ndarray:
        """Return the standard deviation, (voxels,); exactly 0 for voxels that vary by rounding only."""
        sd = np.sqrt(self.squares / max(self.count - ddof, 1))
        return np.where(sd > 1e-9 * np.abs(self.mean), sd, 0.0)


class Moments:
    """Moments of each group of trials (for example a session), accumulated batch by batch.

    Attributes
    ----------
    groups : dict of str to GroupMoments
    """

    def __init__(self) -> None:
        self.groups: dict[str, GroupMoments] = {}

    def add(self, rows: np.ndarray, groups: Sequence[str] | np.ndarray) -> None:
        """Add trials to the moments of their groups.

        Parameters
        ----------
        rows : (trials, voxels) array
        groups : (trials,) labels
        """
        names = np.asarray(groups)
        for group in np.unique(names).tolist():
            new = _moments(rows[names == group])
            self.groups[group] = self.groups[group].merged(new) if group in self.groups else new


class TrainingMoments:
    """Moments of training trials by group, accumulated batch by batch; nothing but training rows goes in."""

    def __init__(self) -> None:
        self._moments = Moments()

    @property
    def groups(self) -> dict[str, GroupMoments]:
        """Return the moments of each group."""
        return self._moments.groups

    def add(self, rows: TrainingRows, groups: Sequence[str] | np.ndarray) -> None:
        """Add the training trials of a batch; `groups` are their (trials,) labels."""
        self._moments.add(rows[:], groups)


def _moments(rows: np.ndarray) -> GroupMoments:
    mean = rows.mean(axis=0, dtype=np.float64)
    return GroupMoments(len(rows), mean, ((rows - mean) ** 2).sum(axis=0))


def scaling_groups(sessions: Sequence[str] | np.ndarray, by: str) -> np.ndarray:
    """Return the group of every trial; the trials of a group share mean and scale.

    Parameters
    ----------
    sessions : (trials,) labels
    by : one of :data:`GROUPINGS`
        ``session``: the group is the session. ``all`` and ``none``: all trials are one group.

    Raises
    ------
    ConfigError
        `by` has an unknown name.
    """
    require_known("standardise/by", by, GROUPINGS)
    return np.asarray(sessions) if by == "session" else np.full(len(sessions), "all")


@dataclass(frozen=True)
class Standardiser(FinishedFit):
    """Mean and inverse standard deviation of every voxel, for each group of trials (a session, or all)."""

    mean: dict[str, np.ndarray]
    scale: dict[str, np.ndarray]

    @classmethod
    def from_moments(cls, training: TrainingMoments) -> "Standardiser":
        """Return the standardiser with mean and standard deviation (ddof 0) of the training trials.

        It knows no group with a single training trial, which has no standard deviation.
        """
        groups = {group: moments for group, moments in training.groups.items() if moments.count > 1}
        mean = {group: moments.mean for group, moments in groups.items()}
        return cls(mean, {group: _inverse(moments.sd(0)) for group, moments in groups.items()})

    def transform(self, rows: np.ndarray, groups: Sequence[str] | np.ndarray) -> np.ndarray:
        """Return `rows` standardised, (trials, voxels) float32; 0 in voxels constant over training trials.

        Raises
        ------
        DataError
            A group has fewer than two training trials.
        """
        names = np.asarray(groups)
        strange = sorted(set(names.tolist()) - set(self.mean))
        if strange:
            fix = "set standardise/by: all, or leave the trials of these sessions out"
            expected = "two training trials or more to standardise with"
            raise DataError(f"trials of {', '.join(strange)}", expected, "one or none", fix)
        result = np.empty(rows.shape, np.float32)
        for group in np.unique(names).tolist():
            chosen = names == group
            result[chosen] = (rows[chosen] - self.mean[group]) * self.scale[group]
        return result


def _inverse(sd: np.ndarray) -> np.ndarray:
    """Return 1 / sd, and 0 where sd is 0."""
    inverse: np.ndarray = np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)
    return inverse
