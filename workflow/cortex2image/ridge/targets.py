"""Targets of the training rows in batches: centred, weighted, averaged over trials or shared by trials.

Batches bound the working memory; they change no result.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.basis import Training
from cortex2image.ridge.linalg import as_tensor, dtype_of
from cortex2image.ridge.repeats import Repeats, Shared
from cortex2image.ridge.threads import side_by_side


@dataclass(frozen=True)
class Batch:
    """Targets of a batch.

    Attributes
    ----------
    part : slice
        Positions of the targets.
    rows : (r, b) tensor
        Centred; multiplied by the square roots of the weights if rows have weights.
    means : (b,) tensor
        Means over trials; 0 without an intercept.
    within : (b,) array, float64
        Sum of squares of trials around the mean of their row; 0 unless trials are averaged.
    """

    part: slice
    rows: torch.Tensor
    means: torch.Tensor
    within: np.ndarray


@dataclass(frozen=True)
class Targets:
    """Targets of the training rows, centred while they are read.

    Attributes
    ----------
    values : (r, t) array, or (trials, t) with `repeats`
    centre : bool
        Subtract the mean of each target. The mean of a constant target is exactly its value.
    dtype : NumPy dtype
    device : torch.device
    size : int
        Targets in a batch.
    together : int
        Largest number of batches in memory at once.
    chosen : (c,) array of int, optional
        Positions of the targets to use, in this order; None uses all.
    weights : (r,) array, optional
        Trials that each row stands for.
    repeats : Repeats, optional
        Trials to average to rows while they are read.
    within : (t,) array, optional
        Sums of squares of trials around the mean of their row, if `values` are averages already.
    shared : Shared, optional
        The row of `values` that each row of the predictors has as target.
    times : (r,) array of int, optional
        How often each row is held out, and its trials count as errors; None counts each once.
    """

    values: np.ndarray
    centre: bool
    dtype: np.dtype
    device: torch.device
    size: int
    together: int = 1
    chosen: np.ndarray | None = None
    weights: np.ndarray | None = None
    repeats: Repeats | None = None
    within: np.ndarray | None = None
    shared: Shared | None = None
    times: np.ndarray | None = None

    @property
    def count(self) -> int:
        """Number of targets."""
        return self.values.shape[1] if self.chosen is None else len(self.chosen)

    def each(self, work: Callable[[Batch], None], condensed: bool = False) -> None:
        """Call `work` for every batch.

        With `condensed`, targets that rows of the predictors share stand once; otherwise there is a row for
        every row of the predictors.
        """
        parts = [
            slice(start, min(start + self.size, self.count)) for start in range(0, self.count, self.size)
        ]
        side_by_side(lambda part: work(self._read(part, condensed)), parts, self.together)

    def _read(self, part: slice, condensed: bool) -> Batch:
        columns = part if self.chosen is None else self.chosen[part]
        values, within = self.values[:, columns], np.zeros(part.stop - part.start)
        if self.repeats is not None:
            averaged = self.repeats.average(values, self.times)
            values, within = averaged.means, averaged.within
        elif self.within is not None:
            within = self.within[columns]
        rows, means = self._centred(as_tensor(values, self.device, dtype_of(self.dtype)))
        if self.shared is not None and not condensed:
            rows = rows[torch.from_numpy(self.shared.row)]
        if self.weights is not None:
            rows = rows * torch.from_numpy(np.sqrt(self.weights)).to(rows)[:, None]
        return Batch(part, rows, means, within)

    def _centred(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (r, b) rows centred if asked for, and the (b,) means over trials."""
        first = rows[0 if self.shared is None else int(self.shared.row[0])].clone()
        if not self.centre:
            return rows, torch.zeros_like(first)
        # Less its first value, a constant target is exactly 0, and a large mean costs no digits.
        centred = rows - first
        counts = self.weights if self.shared is None else self.shared.counts
        if counts is None:
            mean = centred.mean(dim=0)
        else:
            mean = torch.from_numpy(counts / counts.sum()).to(centred) @ centred
        return centred.sub_(mean), first + mean


@dataclass(frozen=True)
class Projected:
    """Projections U'Y of all targets, (k, t), and means of the targets, (t,).

    Closed-form selection computes them; the fit that follows uses them again.
    """

    values: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, training: Training, targets: Targets) -> "Projected":
        """Allocate the projections of all targets on the singular directions of the training rows."""
        directions, count = len(training.basis.values), targets.count
        return cls(np.empty((directions, count), targets.dtype), np.empty(count, targets.dtype))

    def put(self, batch: slice, projected: torch.Tensor, means: torch.Tensor) -> None:
        """Store the (k, b) projections and (b,) means of a batch of targets."""
        self.values[:, batch], self.means[batch] = projected.cpu().numpy(), means.cpu().numpy()
