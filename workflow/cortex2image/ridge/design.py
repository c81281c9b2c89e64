"""Training rows as the solvers see them: centred, scaled, on the device, one block at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.blocks import Blocks
from cortex2image.ridge.products import product
from cortex2image.ridge.scaling import Scaling
from cortex2image.ridge.tensors import as_tensor


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
