"""How many folds, targets and numbers are in memory at once, so that a bound is kept."""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.errors import ConfigError

# Numbers in a block of predictors, and in the arrays of a batch of targets, where no bound is given: small
# enough for the caches of a CPU, large enough for matrix products at full speed.
BLOCK = 2**20
BATCH = {"cpu": 2**23, "cuda": 2**29}
# Double-precision matrices of the size of the Gram matrix that exist at the same time, at most: the
# eigenvalue solver takes the matrix, a copy, the vectors and twice its size as workspace.
SQUARES = 6
# Bytes for each number of an operator while it is made: four double-precision copies.
MADE = 32
# Share of a bound that is planned for; the rest is lost between allocations.
ALLOCATED = 0.8


@dataclass(frozen=True)
class Need:
    """What a fit has to hold, in numbers.

    Attributes
    ----------
    rows, columns, targets : int
    folds : int
        0 with a closed form.
    alphas : int
    dual : bool
    """

    rows: int
    columns: int
    targets: int
    folds: int
    alphas: int
    dual: bool

    @property
    def square(self) -> int:
        """Bytes of everything whose size is that of the Gram matrix."""
        side = self.rows if self.dual else self.columns
        return 8 * SQUARES * side**2 + 12 * side * self.rows

    @property
    def operator(self) -> int:
        """Numbers in the operator of a fold."""
        held_out = -(-self.rows // max(1, self.folds))
        width = self.rows - held_out if self.dual else self.columns + 1
        return self.alphas * held_out * width

    @property
    def per_target(self) -> int:
        """Numbers for each target of a batch: targets, coefficients, projections, predictions, scores."""
        held_out = -(-self.rows // max(1, self.folds))
        projections = 0 if self.dual else (self.folds + 2) * (self.columns + 1)
        return 5 * self.rows + 3 * min(self.rows, self.columns) + projections + 2 * held_out + 8 * self.alphas


@dataclass(frozen=True)
class Plan:
    """Numbers in a block of predictors, folds whose operators exist together, targets in a batch."""

    block: int
    folds: int
    targets: int


def plan(
    need: Need, dtype: np.dtype, device: torch.device, max_memory_gb: float | None, batch: int | None
) -> Plan:
    """Divide the memory.

    Parameters
    ----------
    need : Need
    dtype : NumPy dtype of the computation
    device : torch.device
    max_memory_gb : float, optional
        Bound in GB (1e9 bytes) on what a fit holds beyond its inputs and its results.
    batch : int, optional
        Targets in a batch, where the caller decides.

    Raises
    ------
    ConfigError
        The bound is below what Gram matrix, one fold and one target need.
    """
    folds, item = max(1, need.folds), np.dtype(dtype).itemsize
    if max_memory_gb is None:
        return Plan(BLOCK, folds, batch or _batch(need, BATCH[device.type]))
    bound = int(ALLOCATED * max_memory_gb * 1e9)
    left = bound - need.square
    block = min(BLOCK, max(max(need.rows, need.columns), left // 16 // (item + 16)))
    left -= block * (2 * item + 16)
    together = (
        min(folds, (left // 2 - MADE * need.operator) // max(1, item * need.operator)) if need.folds else 1
    )
    left -= (MADE + item * together) * need.operator * bool(need.folds)
    targets = batch or _batch(need, min(left // item, BATCH[device.type]))
    if together < 1 or left < item * need.per_target * targets:
        least = _least(need, item) / 1e9
        fix = f"allow at least {least:.3g} GB" + (", or fewer targets in a batch" if batch else "")
        raise ConfigError("ridge max_memory_gb", f"at least {least:.3g} GB", f"{max_memory_gb:g} GB", fix)
    return Plan(block, together, targets)


def _batch(need: Need, numbers: int) -> int:
    return max(1, min(need.targets, numbers // need.per_target))


def _least(need: Need, item: int) -> float:
    block = max(need.rows, need.columns) * (2 * item + 16)
    operator = 2 * (MADE + item) * need.operator * bool(need.folds)
    # Blocks grow with the bound and take up to 8 % of what is left.
    return (need.square + block + operator + item * need.per_target) / (0.88 * ALLOCATED)
