"""Centres and scales of training rows."""

from dataclasses import dataclass

import numpy as np

from cortex2image.ridge.blocks import Blocks


@dataclass(frozen=True)
class Scaling:
    """What is subtracted from columns, and what they are divided by; both (columns,) arrays."""

    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, rows: np.ndarray, centre: bool, standardize: bool = False) -> "Scaling":
        """Fit to training rows.

        Parameters
        ----------
        rows : (n, columns) array
        centre : bool
            Subtract the mean. The mean of a constant column is that constant exactly.
        standardize : bool
            Divide by the standard deviation over `rows` (ddof 0); constant columns are left as they are.
        """
        zeros, ones = np.zeros(rows.shape[1], rows.dtype), np.ones(rows.shape[1], rows.dtype)
        if not centre and not standardize:
            return cls(zeros, ones)
        constant = rows.max(axis=0) == rows.min(axis=0)
        means = np.where(constant, rows[0], rows.mean(axis=0, dtype=np.float64)).astype(rows.dtype)
        if not standardize:
            return cls(means if centre else zeros, ones)
        spread = rows.std(axis=0, dtype=np.float64).astype(rows.dtype)
        return cls(means if centre else zeros, np.where(constant | (spread == 0), ones, spread))

    @classmethod
    def fit_blocks(
        cls,
        predictors: Blocks,
        rows: slice | np.ndarray,
        centre: bool,
        standardize: bool,
        elements: int,
    ) -> "Scaling":
        """Fit to chosen rows of predictors in double precision, at most `elements` numbers at once."""
        parts = [
            cls.fit(block[rows].astype(np.float64, copy=False), centre, standardize)
            for _, block in predictors.columns(elements)
        ]
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("centre", "scale")))

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return `rows`, (m, columns), centred and scaled."""
        return (rows - self.centre) / self.scale
