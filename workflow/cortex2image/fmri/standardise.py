"""Betas in standard deviations of the training trials."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError

MODES = ("session", "all", "none")


@dataclass(frozen=True)
class Standardiser:
    """Mean and inverse standard deviation of every voxel, per group of trials (a session, or all)."""

    mean: dict[str, np.ndarray]
    scale: dict[str, np.ndarray]

    @classmethod
    def fit(cls, train_rows: np.ndarray, groups: Sequence[str] | np.ndarray) -> "Standardiser":
        """Measure mean and standard deviation.

        Parameters
        ----------
        train_rows : (training trials, voxels) array
        groups : (training trials,) labels
        """
        names = np.asarray(groups)
        mean, scale = {}, {}
        for group in np.unique(names).tolist():
            rows = train_rows[names == group]
            mean[group] = rows.mean(axis=0, dtype=np.float64)
            scale[group] = _inverse(rows.std(axis=0, dtype=np.float64), mean[group])
        return cls(mean, scale)

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


def standardise(betas: np.ndarray, sessions: Sequence[str], is_train: np.ndarray, by: str) -> np.ndarray:
    """Standardise the betas of all trials with the training trials.

    Parameters
    ----------
    betas : (trials, voxels) float32 array
    sessions : (trials,) labels
    is_train : (trials,) bool array
    by : ``session``, ``all`` or ``none``
        With ``none`` the betas are returned as they are: a cross-validated study scales inside its folds.

    Returns
    -------
    (trials, voxels) float32 array

    Raises
    ------
    DataError
        A session (or, by ``all``, the subject) has no training trials.
    """
    if by == "none":
        return betas
    groups = np.asarray(sessions) if by == "session" else np.full(len(betas), "all")
    fitted = Standardiser.fit(betas[is_train], groups[is_train])
    return fitted.transform(betas, groups)


def _inverse(sd: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return 1 / sd, and 0 where sd is 0 but for rounding."""
    return np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 1e-9 * np.abs(mean))
