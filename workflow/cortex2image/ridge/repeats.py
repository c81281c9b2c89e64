"""Trials that share rows of a matrix: the repeats of a picture share its features.

Ridge regression on single trials whose predictors repeat is weighted ridge regression on pictures: with n_s
trials of picture s, X'X = sum_s n_s x_s x_s' and X'Y = sum_s n_s x_s ybar_s'. The squared errors over trials
are n_s times that of their mean, plus the sum of squares of trials around the mean, which no penalty changes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cortex2image.errors import DataError


@dataclass(frozen=True)
class PerTrial:
    """A matrix and the row of each trial in it; trials of a stimulus may share a row.

    Attributes
    ----------
    matrix : (rows, width) array
    row : (n,) array of int
        Row of each trial.
    """

    matrix: np.ndarray
    row: np.ndarray

    def each(self) -> np.ndarray:
        """Return the rows of all trials, (n, width)."""
        rows: np.ndarray = self.matrix[self.row]
        return rows


def checked_row(row: np.ndarray, rows: int) -> np.ndarray:
    """Return the (n,) row numbers of trials after a check that each is one of `rows` rows.

    Raises
    ------
    DataError
        A number that is none, or numbers that are no whole numbers in one dimension.
    """
    row = np.asarray(row)
    if row.ndim != 1 or row.dtype.kind not in "iu":
        found = f"{row.ndim} dimensions of {row.dtype}"
        fix = "give the row of each trial"
        raise DataError("ridge, rows of trials", "whole numbers in one dimension", found, fix)
    outside = np.flatnonzero((row < 0) | (row >= rows))
    if len(outside):
        found = f"row {row[outside[0]]} for trial {outside[0]}, and {len(outside) - 1} more"
        fix = "align trials and matrix"
        raise DataError("ridge, rows of trials", f"numbers from 0 to {rows - 1}", found, fix)
    return row


@dataclass(frozen=True)
class Averaged:
    """Targets of trials, averaged over the trials that share a row of predictors.

    Attributes
    ----------
    means : (r, t) array
        For each of the r rows of the predictors that occur, in the order of the matrix of predictors, the
        mean target over its trials.
    within : (t,) array, float64
        Sum over all trials of the squared difference from the mean of their row.
    """

    means: np.ndarray
    within: np.ndarray


@dataclass(frozen=True)
class Repeats:
    """The trials of each of r rows, or of r stimuli, that occur.

    Attributes
    ----------
    used : (r,) array
        The rows, or names of stimuli, that occur, ascending.
    member : (n,) array of int
        Position in `used` of the row of each trial.
    """

    used: np.ndarray
    member: np.ndarray

    @classmethod
    def of(cls, row: np.ndarray) -> "Repeats":
        """Return the repeats of (n,) row numbers or names."""
        return cls(*np.unique(row, return_inverse=True))

    @cached_property
    def counts(self) -> np.ndarray:
        """Trials of each row, (r,), at least 1."""
        return np.bincount(self.member)

    @property
    def in_order(self) -> bool:
        """Whether each trial has a row of its own, in the order of the rows."""
        return bool((np.diff(self.member) == 1).all())

    @cached_property
    def first(self) -> np.ndarray:
        """First trial of each row, (r,)."""
        found: np.ndarray = self._order[self._starts]
        return found

    @cached_property
    def _order(self) -> np.ndarray:
        order: np.ndarray = np.argsort(self.member, kind="stable")
        return order

    @cached_property
    def _starts(self) -> np.ndarray:
        starts: np.ndarray = np.cumsum(self.counts) - self.counts
        return starts

    def splits(self, labels: np.ndarray) -> bool:
        """Return whether trials of a row differ in (n,) labels."""
        return bool(np.any(labels != labels[self.first][self.member]))

    def average(self, values: np.ndarray, times: np.ndarray | None = None) -> Averaged:
        """Average (n, b) values over the trials of each row; the mean of equal values is that value.

        Parameters
        ----------
        values : (n, b) array
        times : (r,) array, optional
            How often the squared differences of each row count in `within`; None counts them once.
        """
        first, often = values[self.first], np.ones(len(self.used)) if times is None else times
        total, squares = np.zeros_like(first), np.zeros(first.shape[1])
        for number in range(1, int(self.counts.max())):
            some = np.flatnonzero(self.counts > number)
            apart = values[self._order[self._starts[some] + number]] - first[some]
            total[some] += apart
            squares += _squares(apart, often[some])
        total /= self.counts[:, None].astype(total.dtype)
        within = squares - _squares(total, self.counts * often)
        return Averaged(first + total, np.maximum(within, 0.0))


def _squares(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sums of squares of (r, b) values, (b,), in double precision."""
    double = values.astype(np.float64, copy=False)
    return weights.astype(np.float64) @ (double * double)


@dataclass(frozen=True)
class Shared:
    """The row of a matrix of targets that each of n rows of predictors has.

    Attributes
    ----------
    row : (n,) array of int
    counts : (r,) array of int
        Rows of predictors that have each target; 0 where none has.
    """

    row: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, row: np.ndarray, rows: int) -> "Shared":
        """Return the sharing of `rows` targets by (n,) row numbers."""
        return cls(row, np.bincount(row, minlength=rows))


@dataclass(frozen=True)
class Side:
    """Chosen rows of predictors, and where their targets stand.

    Attributes
    ----------
    rows : (m,) tensor of int
        Positions of the chosen rows.
    targets : (u,) tensor of int
        Rows of the targets that the chosen rows have, each once.
    member : (m,) tensor of int, optional
        Position in `targets` of each chosen row; None if each has a target of its own, in this order.
    """

    rows: torch.Tensor
    targets: torch.Tensor
    member: torch.Tensor | None

    @classmethod
    def of(cls, chosen: np.ndarray, shared: Shared | None, device: torch.device) -> "Side":
        """Return the side of the rows marked in `chosen`, an (n,) array of bool."""
        rows = np.flatnonzero(chosen)
        on_device = torch.from_numpy(rows).to(device)
        if shared is None:
            return cls(on_device, on_device, None)
        targets, member = np.unique(shared.row[rows], return_inverse=True)
        return cls(on_device, torch.from_numpy(targets).to(device), torch.from_numpy(member).to(device))

    def summed(self, matrix: torch.Tensor, dim: int = 0) -> torch.Tensor:
        """Sum the m entries of a dimension over rows that share a target: u entries remain."""
        if self.member is None:
            return matrix
        shape = list(matrix.shape)
        shape[dim] = len(self.targets)
        return matrix.new_zeros(shape).index_add_(dim, self.member, matrix)

    def of_targets(self, condensed: torch.Tensor) -> torch.Tensor:
        """Return the (u, b) targets of the chosen rows, each once."""
        return condensed[self.targets]

    def of_rows(self, condensed: torch.Tensor) -> torch.Tensor:
        """Return the (m, b) targets of the chosen rows."""
        found = condensed[self.targets]
        return found if self.member is None else found[self.member]
