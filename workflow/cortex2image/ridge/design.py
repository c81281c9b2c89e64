"""Centres and scales of training rows.

Training rows as the solvers see them: centred, scaled, on the device, one block at a time.

Targets in batches: what bounds the working memory, and changes no result.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.inputs import Blocks
from cortex2image.ridge.linalg import as_tensor, dtype_of, product, side_by_side


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


@dataclass(frozen=True)
class Design:
    """Predictors that are centred and scaled while they are read, so that no second copy of them exists.

    All in double precision: products of rows or columns lose twice the digits, and rows that are centred in
    single precision keep a mean that outweighs small penalties.

    Attributes
    ----------
    blocks : Blocks, (n, p)
    scaling : Scaling
    device : torch.device
    elements : int
        Numbers in a block, at most.
    """

    blocks: Blocks
    scaling: Scaling
    device: torch.device
    elements: int

    def rows(self) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield (rows, (b, p) tensor) until all rows were read."""
        for part, block in self.blocks.rows(self.elements):
            yield part, self._scaled(block, slice(None))

    def columns(self) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield (columns, (n, b) tensor) until all columns were read."""
        for part, block in self.blocks.columns(self.elements):
            yield part, self._scaled(block, part)

    def select(self, chosen: np.ndarray) -> torch.Tensor:
        """Return the chosen rows, (m, p), in ascending order; `chosen` is an (n,) array of bool."""
        return torch.cat([block[torch.from_numpy(chosen[part])] for part, block in self.rows()])

    def gram(self) -> torch.Tensor:
        """Return the (n, n) products of rows."""
        out = self._zeros(self.blocks.shape[0])
        for _, block in self.columns():
            out += product(block, block.T)
        return out

    def moments(self, chosen: np.ndarray | None = None) -> torch.Tensor:
        """Return the (p, p) products of columns, over all rows or the chosen ones, an (n,) array of bool."""
        out = self._zeros(self.blocks.shape[1])
        for part, block in self.rows():
            rows = block if chosen is None else block[torch.from_numpy(chosen[part])]
            out += product(rows.T, rows)
        return out

    def products(self, other: "Design") -> torch.Tensor:
        """Return the (n, m) products of these rows with those of another design."""
        out = self._zeros(self.blocks.shape[0], other.blocks.shape[0])
        for (_, mine), (_, theirs) in zip(self._aligned(other), other._aligned(self), strict=True):
            out += product(mine, theirs.T)
        return out

    def _aligned(self, other: "Design") -> Iterator[tuple[slice, torch.Tensor]]:
        # Column blocks of two designs are the same columns if both are cut by the longer one's length.
        width = self.elements // max(self.blocks.shape[0], other.blocks.shape[0], 1)
        for part, block in self.blocks.columns(max(1, width) * self.blocks.shape[0]):
            yield part, self._scaled(block, part)

    def _zeros(self, *shape: int) -> torch.Tensor:
        square = shape if len(shape) == 2 else shape * 2
        return torch.zeros(square, dtype=torch.float64, device=self.device)

    def _scaled(self, block: np.ndarray, columns: slice) -> torch.Tensor:
        centre, scale = (
            as_tensor(values[columns], self.device, torch.float64)
            for values in (self.scaling.centre, self.scaling.scale)
        )
        scaled = as_tensor(block, self.device, torch.float64) - centre
        return scaled if bool((scale == 1).all()) else scaled.div_(scale)


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
