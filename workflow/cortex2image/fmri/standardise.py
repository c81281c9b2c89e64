"""Betas in standard deviations of the training trials."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError
from cortex2image.fmri.moments import Moments

MODES = ("session", "all", "none")


def scaling_groups(sessions: Sequence[str] | np.ndarray, by: str) -> np.ndarray:
    """Return for every trial which trials it shares mean and scale with: its session's, or all."""
    return np.asarray(sessions) if by == "session" else np.full(len(sessions), "all")


@dataclass(frozen=True)
class Standardiser:
    """Mean and inverse standard deviation of every voxel, per group of trials (a session, or all)."""

    mean: dict[str, np.ndarray]
    scale: dict[str, np.ndarray]

    @classmethod
    def from_moments(cls, training: Moments) -> "Standardiser":
        """Take mean and standard deviation (ddof 0) from the moments of the training trials."""
        mean = {group: moments.mean for group, moments in training.groups.items()}
        return cls(mean, {group: _inverse(moments.sd(0)) for group, moments in training.groups.items()})

    def transform(self, rows: np.ndarray, groups: Sequence[str] | np.ndarray) -> np.ndarray:
        """Return `rows` standardised, (trials, voxels) float32; 0 in voxels constant over training trials.

        Raises
        ------
        DataError
            A group of `groups` had no training trials.
        """
        names = np.asarray(groups)
        strange = sorted(set(names.tolist()) - set(self.mean))
        if strange:
            fix = "set standardise/by: all, or leave the trials of these sessions out"
            raise DataError(
                f"trials of {', '.join(strange)}", "training trials to standardise with", "none", fix
            )
        result = np.empty(rows.shape, np.float32)
        for group in np.unique(names).tolist():
            chosen = names == group
            result[chosen] = (rows[chosen] - self.mean[group]) * self.scale[group]
        return result


def _inverse(sd: np.ndarray) -> np.ndarray:
    """Return 1 / sd, and 0 where sd is 0."""
    return np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)
