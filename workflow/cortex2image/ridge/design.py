"""Predictors of the training rows as the solvers see them: centred, scaled and weighted, in blocks.

Blocks bound the working memory; they change no result.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from cortex2image.leakage import FinishedFit
from cortex2image.ridge.inputs import Blocks
from cortex2image.ridge.linalg import as_tensor, product
from cortex2image.ridge.repeats import Side


@dataclass(frozen=True)
class Scaling(FinishedFit):
    """Centre and scale of every column, (columns,) arrays: columns become (column - centre) / scale."""

    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(
        cls, rows: np.ndarray, centre: bool, standardize: bool = False, weights: np.ndarray | None = None
    ) -> "Scaling":
        """Compute centre and scale from training rows.

        Parameters
        ----------
        rows : (n, columns) array
        centre : bool
            Subtract the mean. The mean of a constant column is exactly its value.
        standardize : bool
            Divide by the standard deviation over `rows` (ddof 0); constant columns are left as they are.
        weights : (n,) array, optional
            Trials that each row stands for; None counts each row once.
        """
        zeros, ones = np.zeros(rows.shape[1], rows.dtype), np.ones(rows.shape[1], rows.dtype)
        if not centre and not standardize:
            return cls(zeros, ones)
        share = np.full(len(rows), 1 / len(rows)) if weights is None else weights / weights.sum()
        # Less its first value, a constant column is exactly 0, and a large mean costs no digits.
        apart = rows.astype(np.float64) - rows[0]
        means = share @ apart
        centres = (rows[0] + means).astype(rows.dtype) if centre else zeros
        if not standardize:
            return cls(centres, ones)
        apart -= means
        spread = np.sqrt(np.einsum("n,nc,nc->c", share, apart, apart)).astype(rows.dtype)
        return cls(centres, np.where(spread == 0, ones, spread))

    @classmethod
    def fit_blocks(
        cls,
        predictors: Blocks,
        centre: bool,
        standardize: bool,
        elements: int,
        weights: np.ndarray | None = None,
    ) -> "Scaling":
        """Compute centre and scale from all rows in double precision, `elements` numbers at once."""
        parts = [
            cls.fit(block.astype(np.float64, copy=False), centre, standardize, weights)
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
    weights : (n,) array, optional
        Trials that each row stands for. Rows are multiplied by the square roots.
    """

    blocks: Blocks
    scaling: Scaling
    device: torch.device
    elements: int
    weights: np.ndarray | None = None

    @cached_property
    def roots(self) -> torch.Tensor:
        """Square roots of the weights, (n,), float64."""
        weights = np.ones(self.blocks.shape[0]) if self.weights is None else self.weights
        return as_tensor(np.sqrt(weights), self.device, torch.float64)

    def rows(self) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield every block of rows as (slice of rows, (b, p) tensor)."""
        for part, block in self.blocks.rows(self.elements):
            yield part, self.scaled(block, slice(None), part)

    def columns(self) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield every block of columns as (slice of columns, (n, b) tensor)."""
        for part, block in self.blocks.columns(self.elements):
            yield part, self.scaled(block, part, slice(None))

    def select(self, chosen: np.ndarray) -> torch.Tensor:
        """Return the rows marked in `chosen`, an (n,) array of bool, as an (m, p) tensor."""
        return self.summed(Side.of(chosen, None, self.device))

    def summed(self, side: Side) -> torch.Tensor:
        """Return the (u, p) sums of the chosen rows that share a target; the rows if each has its own."""
        place = torch.full((self.blocks.shape[0],), -1, device=self.device)
        own = torch.arange(len(side.rows), device=self.device)
        place[side.rows] = own if side.member is None else side.member
        found = self._zeros(len(side.targets), self.blocks.shape[1])
        for part, block in self.rows():
            chosen = place[part] >= 0
            found.index_add_(0, place[part][chosen], block[chosen])
        return found

    def gram(self, squares: torch.Tensor | None = None) -> torch.Tensor:
        """Return XX', (n, n); fill `squares`, (p,), with the sums of squares of columns if given."""
        out = self._zeros(self.blocks.shape[0])
        for part, block in self.columns():
            out += product(block, block.T)
            if squares is not None:
                squares[part] = torch.linalg.vector_norm(block, dim=0).square()
        return out

    def moments(self, chosen: np.ndarray | None = None) -> torch.Tensor:
        """Return X'X, (p, p), over all rows or those marked in `chosen`, an (n,) array of bool."""
        out = self._zeros(self.blocks.shape[1])
        for part, block in self.rows():
            rows = block if chosen is None else block[torch.from_numpy(chosen[part])]
            out += product(rows.T, rows)
        return out

    def own_gram(self, train: np.ndarray, centre: bool, standardize: bool) -> torch.Tensor:
        """Return XX', (n, n), in units of the rows marked in `train`, an (n,) array of bool.

        Parameters
        ----------
        train : (n,) array of bool
        centre, standardize : bool
            Whether columns are centred by the mean, and divided by the standard deviation, of these rows.
        """
        out, chosen = self._zeros(self.blocks.shape[0]), torch.from_numpy(train)
        for part, values in self.blocks.columns(self.elements):
            # From the values as they are: differences from the mean of all rows may have lost the digits in
            # which the rows of the fold differ.
            block = as_tensor(values, self.device, torch.float64)
            means, scale = own_units(block[chosen], self.roots[chosen], centre, standardize)
            if not standardize:
                scale = as_tensor(self.scaling.scale[part], self.device, torch.float64)
            own = (block - means).div_(scale)
            own = own if self.weights is None else own.mul_(self.roots[:, None])
            out += product(own, own.T)
        return out

    @cached_property
    def sums(self) -> torch.Tensor:
        """Sum of every column over trials, (p,); 0, up to rounding, if columns are centred."""
        return torch.stack([self.roots[part] @ block for part, block in self.rows()]).sum(dim=0)

    def new(self, blocks: Blocks) -> "Design":
        """Return the design of new rows in the units of these rows."""
        return replace(self, blocks=blocks, weights=None)

    def check(self, values: torch.Tensor) -> None:
        """Accept any eigenvalues: negative ones can only be rounding errors of inner products."""

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
            yield part, self.scaled(block, part, slice(None))

    def _zeros(self, *shape: int) -> torch.Tensor:
        """Return a matrix of zeros, square if one size is given."""
        square = shape if len(shape) == 2 else shape * 2
        return torch.zeros(square, dtype=torch.float64, device=self.device)

    def scaled(self, block: np.ndarray, columns: slice, rows: slice | torch.Tensor) -> torch.Tensor:
        """Return a block of the given rows and columns as the solvers see it, float64, on the device."""
        centre, scale = (
            as_tensor(values[columns], self.device, torch.float64)
            for values in (self.scaling.centre, self.scaling.scale)
        )
        # Values in single precision become double ones in the same pass.
        scaled = as_tensor(block, self.device) - centre
        if not bool((scale == 1).all()):
            scaled.div_(scale)
        return scaled if self.weights is None else scaled.mul_(self.roots[rows, None])


def own_units(
    rows: torch.Tensor, roots: torch.Tensor, centre: bool, standardize: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the units of (n, c) rows, whose weights have (n,) square roots, over trials.

    Returns
    -------
    (c,) and (c,) tensors
        Means, 0 unless `centre`, and standard deviations, 1 unless `standardize`. A constant column has
        exactly its value as mean, and standard deviation 1.
    """
    share = roots.square() / roots.square().sum()
    apart = rows - rows[0]
    means = share @ apart
    scale = torch.ones_like(means)
    if standardize:
        apart -= means
        spread = (share @ apart.square_()).sqrt()
        scale = torch.where(spread == 0, 1.0, spread)
    return (rows[0] + means) * centre, scale
