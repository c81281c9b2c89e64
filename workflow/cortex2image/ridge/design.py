"""Training rows as the solvers see them: centred and scaled predictors in blocks, targets in batches.

Blocks and batches bound the working memory; they change no result.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.inputs import Blocks
from cortex2image.ridge.linalg import as_tensor, dtype_of, product, side_by_side


@dataclass(frozen=True)
class Scaling:
    """Centre and scale of every column, (columns,) arrays: columns become (column - centre) / scale."""

    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, rows: np.ndarray, centre: bool, standardize: bool = False) -> "Scaling":
        """Compute centre and scale from training rows.

        Parameters
        ----------
        rows : (n, columns) array
        centre : bool
            Subtract the mean. The mean of a constant column is exactly its value.
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
        """Compute centre and scale from some rows in double precision, `elements` numbers at once."""
        parts = [
            cls.fit(block[rows].astype(np.float64, copy=False), centre, standardize)
            for _, block in predictors.columns(elements)
        ]
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("centre", "scale")))

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return `rows`, (m, columns), centred and scaled."""
        scaled: np.ndarray = (rows - self.centre) / self.scale
        return scaled


@dataclass(frozen=True)
class Design:
    """Predictors that are centred and scaled while they are read, so that no second copy of them exists.

    Everything is computed in double precision: inner products of rows or columns double the loss of digits,
    and centring in single precision leaves a mean that outweighs small penalties.

    Attributes
    ----------
    blocks : Blocks, (n, p)
    scaling : Scaling
    device : torch.device
    elements : int
        Largest number of values in a block.
    """

    blocks: Blocks
    scaling: Scaling
    device: torch.device
    elements: int

    def rows(self) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield every block of rows as (slice of rows, (b, p) tensor)."""
        for part, block in self.blocks.rows(self.elements):
            yield part, self._scaled(block, slice(None))

    def columns(self) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield every block of columns as (slice of columns, (n, b) tensor)."""
        for part, block in self.blocks.columns(self.elements):
            yield part, self._scaled(block, part)

    def select(self, chosen: np.ndarray) -> torch.Tensor:
        """Return the rows marked in `chosen`, an (n,) array of bool, as an (m, p) tensor."""
        return torch.cat([block[torch.from_numpy(chosen[part])] for part, block in self.rows()])

    def gram(self) -> torch.Tensor:
        """Return XX', the (n, n) inner products of rows."""
        out = self._zeros(self.blocks.shape[0])
        for _, block in self.columns():
            out += product(block, block.T)
        return out

    def moments(self, chosen: np.ndarray | None = None) -> torch.Tensor:
        """Return X'X, (p, p), over all rows or those marked in `chosen`, an (n,) array of bool."""
        out = self._zeros(self.blocks.shape[1])
        for part, block in self.rows():
            rows = block if chosen is None else block[torch.from_numpy(chosen[part])]
            out += product(rows.T, rows)
        return out

    def products(self, other: "Design") -> torch.Tensor:
        """Return the (n, m) inner products of the rows of this design and those of another."""
        out = self._zeros(self.blocks.shape[0], other.blocks.shape[0])
        for (_, mine), (_, theirs) in zip(self._aligned(other), other._aligned(self), strict=True):
            out += product(mine, theirs.T)
        return out

    def _aligned(self, other: "Design") -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield blocks of the same columns for this design and another, as wide as the longer one allows."""
        width = self.elements // max(self.blocks.shape[0], other.blocks.shape[0], 1)
        for part, block in self.blocks.columns(max(1, width) * self.blocks.shape[0]):
            yield part, self._scaled(block, part)

    def _zeros(self, *shape: int) -> torch.Tensor:
        """Return a matrix of zeros, square if one size is given."""
        square = shape if len(shape) == 2 else shape * 2
        return torch.zeros(square, dtype=torch.float64, device=self.device)

    def _scaled(self, block: np.ndarray, columns: slice) -> torch.Tensor:
        """Return a block with the given columns centred and scaled, float64, on the device."""
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
        Subtract the mean of each target. The mean of a constant target is exactly its value.
    dtype : NumPy dtype
    device : torch.device
    size : int
        Targets in a batch.
    together : int
        Largest number of batches in memory at once.
    chosen : (c,) array of int, optional
        Positions of the targets to use, in this order; None uses all.
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
        """Number of targets."""
        return self.values.shape[1] if self.chosen is None else len(self.chosen)

    def each(self, work: Callable[[slice, torch.Tensor, torch.Tensor], None]) -> None:
        """Call `work(slice of targets, centred (n, b) tensor, (b,) means)` for every batch."""
        parts = [
            slice(start, min(start + self.size, self.count)) for start in range(0, self.count, self.size)
        ]
        side_by_side(lambda part: work(part, *self._read(part)), parts, self.together)

    def _read(self, part: slice) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a batch of targets, (n, b), centred if asked for, and the (b,) means."""
        columns = part if self.chosen is None else self.chosen[part]
        rows = as_tensor(self.values[:, columns], self.device, dtype_of(self.dtype))
        first = rows[0].clone()
        if not self.centre:
            return rows, torch.zeros_like(first)
        # Less its first value, a constant target is exactly 0, and a large mean costs no digits.
        centred = rows - first
        mean = centred.mean(dim=0)
        return centred.sub_(mean), first + mean


@dataclass(frozen=True)
class Projected:
    """Projections U'Y of all targets, (k, t), and means of the targets, (t,).

    Closed-form selection computes them; the fit that follows uses them again.
    """

    values: np.ndarray
    means: np.ndarray

    @classmethod
    def empty(cls, directions: int, targets: Targets) -> "Projected":
        """Allocate the projections of all targets on `directions` directions."""
        count = targets.count
        return cls(np.empty((directions, count), targets.dtype), np.empty(count, targets.dtype))

    def put(self, batch: slice, projected: torch.Tensor, means: torch.Tensor) -> None:
        """Store the (k, b) projections and (b,) means of a batch of targets."""
        self.values[:, batch], self.means[batch] = projected.cpu().numpy(), means.cpu().numpy()
