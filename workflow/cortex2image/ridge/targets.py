"""Targets in batches: what bounds the working memory, and changes no result."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.parallel import side_by_side
from cortex2image.ridge.tensors import as_tensor, dtype_of


@dataclass(frozen=True)
class Targets:
    """Targets of the training rows, centred while they are read.

    Attributes
    ----------
    values : (n, t) array
    centre : bool
        Subtract the mean of each target. The mean of a constant target is that constant exactly.
    dtype : NumPy dtype
    device : torch.device
    size : int
        Targets in a batch.
    together : int
        Batches in memory at once, at most.
    chosen : (c,) array of int, optional
        Positions of the targets to take, in this order; None takes all.
    """

    values: np.ndarray
    centre: bool
    dtype: np.dtype
    device: torch.device
    size: int
    together: int = 1
    chosen: np.ndarray | None = None

    @property
    def count(self) -> int:
        """How many targets there are."""
        return self.values.shape[1] if self.chosen is None else len(self.chosen)

    def each(self, work: Callable[[slice, torch.Tensor, torch.Tensor], None]) -> None:
        """Call `work` with (targets, centred (n, b) tensor, (b,) means) of every batch, several at once."""
        parts = [
            slice(start, min(start + self.size, self.count)) for start in range(0, self.count, self.size)
        ]
        side_by_side(lambda part: work(part, *self._read(part)), parts, self.together)

    def _read(self, part: slice) -> tuple[torch.Tensor, torch.Tensor]:
        columns = part if self.chosen is None else self.chosen[part]
        rows = as_tensor(self.values[:, columns], self.device, dtype_of(self.dtype))
        first = rows[0].clone()
        if not self.centre:
            return rows, torch.zeros_like(first)
        # Around the first row a constant is exactly zero, and no digits are lost to a large mean.
        centred = rows - first
        mean = centred.mean(dim=0)
        return centred.sub_(mean), first + mean


@dataclass(frozen=True)
class Projected:
    """Projections U'Y of all targets, (k, t), and their means, (t,): what selection may leave to the fit."""

    values: np.ndarray
    means: np.ndarray

    @classmethod
    def empty(cls, directions: int, targets: Targets) -> "Projected":
        """Return room for the projections of all targets."""
        count = targets.count
        return cls(np.empty((directions, count), targets.dtype), np.empty(count, targets.dtype))

    def put(self, batch: slice, projected: torch.Tensor, means: torch.Tensor) -> None:
        """Keep the (k, b) projections and (b,) means of a batch."""
        self.values[:, batch], self.means[batch] = projected.cpu().numpy(), means.cpu().numpy()
