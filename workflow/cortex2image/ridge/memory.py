"""How many folds, penalties, targets and numbers are in memory at once, so that a bound is kept."""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.errors import ConfigError
from cortex2image.ridge.folds import Fold, hold_out_once
from cortex2image.ridge.leverages import GROUPS, LARGEST_GROUP
from cortex2image.ridge.parallel import threads_of

# Numbers in a block of predictors, and in the arrays of a batch of targets, where no bound is given: small
# enough for the caches of a CPU, large enough for matrix products at full speed. So are so many targets, of
# which leaving out takes a few at a time.
BLOCK = 2**21
BATCH = {"cpu": 2**23, "cuda": 2**29}
LEAST_BATCH, LEAST_LEFT_OUT = 192, 1024
# Numbers in a block where every block is read by a pass over all predictors (1 GB in double precision).
REREAD_BLOCK = 2**27
# One part of what a bound leaves goes to blocks, of so many; more if each takes a pass over all predictors.
PARTS, REREAD_PARTS = 16, 4
# Double-precision matrices of the size of the Gram matrix that exist at the same time, at most: the
# eigenvalue solver takes the matrix, a copy, the vectors and twice its size as workspace.
SQUARES = 6
# As many more while bands are mixed: Gram matrix and map of the unmixed bands, and products with shares.
UNMIXED = 4
# Bytes for each number of an operator while it is made: four double-precision copies. Every penalty is
# counted, so that some may be made side by side.
MADE = 32
# Share of a bound that is planned for; the rest is lost between allocations.
ALLOCATED = 0.8


@dataclass(frozen=True)
class Splits:
    """How selection splits the rows.

    Attributes
    ----------
    folds : int
        0 with a closed form.
    held_out, samples : int
        The largest number of held-out rows in a fold, and of held-out times training rows.
    once : bool
        Whether folds together hold out every row once.
    groups, largest : int
        Groups that are left out one by one, and rows of the largest; 0 unless they are.
    squares : int
        Sum of the squared sizes of these groups.
    """

    folds: int = 0
    held_out: int = 0
    samples: int = 0
    once: bool = True
    groups: int = 0
    largest: int = 0
    squares: int = 0

    @classmethod
    def of_folds(cls, folds: list[Fold]) -> "Splits":
        """Measure folds."""
        held_out = [int(fold.validation.sum()) for fold in folds]
        samples = [m * int(fold.train.sum()) for m, fold in zip(held_out, folds, strict=True)]
        return cls(len(folds), max(held_out), max(samples), hold_out_once(folds))

    @classmethod
    def of_groups(cls, groups: np.ndarray) -> "Splits":
        """Measure (n,) groups that are left out one by one."""
        sizes = np.unique(groups, return_counts=True)[1]
        return cls(groups=len(sizes), largest=int(sizes.max()), squares=int((sizes**2).sum()))


@dataclass(frozen=True)
class Need:
    """What a fit has to hold, in numbers.

    Attributes
    ----------
    rows, columns, targets, alphas : int
    dual : bool
    splits : Splits
    bands : int
        0 without bands.
    reread : bool
        Whether every block of columns takes a pass over all predictors.
    """

    rows: int
    columns: int
    targets: int
    alphas: int
    dual: bool
    splits: Splits
    bands: int = 0
    reread: bool = False

    @property
    def rank(self) -> int:
        """Directions, at most."""
        return min(self.rows, self.columns)

    @property
    def square(self) -> int:
        """Bytes of what exists whatever the targets are, but for blocks and operators of folds."""
        side = self.rows if self.dual else self.columns
        # Directions in two precisions; in primal form also chosen rows, and what they are put together from.
        directions = (12 if self.dual else 28) * side * self.rows
        scores = 8 * (self.alphas + 4) * self.targets
        unmixed = (8 * UNMIXED * side**2 + 12 * side * self.rows + scores) * bool(self.bands)
        squares = 8 * (SQUARES + self.bands * self.dual) * side**2
        return squares + directions + unmixed + self.leverages + self.solving

    @property
    def leverages(self) -> int:
        """Bytes of the matrices of groups: of all penalties, and six copies while those of one are made;
        their forms, of small groups."""
        together = min(self.splits.groups, GROUPS) * self.splits.largest
        forms = 40 * self.alphas * self.splits.squares * (self.splits.largest <= LARGEST_GROUP)
        return 8 * (self.alphas + 7) * self.splits.squares + 24 * together * self.rank + forms

    @property
    def solving(self) -> int:
        """Bytes of the matrices over the held-out rows of a fold while the operator of a penalty is made."""
        return 32 * self.splits.held_out**2 * (not self.dual)

    @property
    def operator(self) -> int:
        """Numbers in the largest operator of a fold, for one penalty."""
        on_columns = self.splits.held_out * (self.columns + 1) * (not self.dual)
        on_samples = self.splits.samples * (self.dual or not self.splits.once)
        return max(on_columns, on_samples)

    @property
    def per_target(self) -> int:
        """Numbers for each target of a batch: targets, coefficients, projections, predictions, scores."""
        projected = not self.dual and self.splits.once
        projections = (self.splits.folds + 2) * (self.columns + 1) * projected
        predictions = (self.alphas + 3) * self.splits.held_out
        return 5 * self.rows + 3 * self.rank + projections + predictions + 8 * self.alphas

    @property
    def per_target_in_double(self) -> int:
        """The same where residuals or predictions take double precision, as numbers of single precision."""
        residuals = (6 * self.rows + 2 * self.rank) * (not self.splits.folds)
        return self.per_target + residuals + 4 * self.splits.held_out


@dataclass(frozen=True)
class Plan:
    """What is in memory at once.

    Attributes
    ----------
    block : int
        Numbers in a block of predictors.
    folds, penalties : int
        How many have their operators. Where not all penalties find room there is one fold at a time.
    targets : int
        In a batch.
    together : int
        Batches.
    makers : int
        Operators of a fold that are being made.
    """

    block: int
    folds: int
    penalties: int
    targets: int
    together: int = 1
    makers: int = 1


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
        The bound is below what Gram matrix, one fold with one penalty, and one target need.
    """
    folds, item = max(1, need.splits.folds), np.dtype(dtype).itemsize
    most = REREAD_BLOCK if need.reread else BLOCK
    if max_memory_gb is None:
        return Plan(most, folds, need.alphas, *_batches(need, device, batch), threads_of(device))
    left = int(ALLOCATED * max_memory_gb * 1e9) - need.square
    block = min(most, max(need.rows, need.columns, left // _parts(need) // (item + 16)))
    left -= block * (2 * item + 16)
    together, penalties = folds, need.alphas
    if need.splits.folds:
        together, penalties = _operators(need, left // 2)
        left -= (MADE + 8 * together) * penalties * need.operator
    at_once = left // (item * need.per_target_in_double)
    if penalties < 1 or at_once < (batch or 1):
        least = f"at least {_least(need, item) / 1e9:.3g} GB"
        fix = f"allow {least}" + (", or fewer targets in a batch" if batch else "")
        raise ConfigError("ridge max_memory_gb", least, f"{max_memory_gb:g} GB", fix)
    batches = _batches(need, device, batch, at_once)
    return Plan(block, together, penalties, *batches, _makers(need, device, penalties))


def _makers(need: Need, device: torch.device, penalties: int) -> int:
    """Return how many operators may be made at once in what is there for those of all penalties."""
    one = MADE * need.operator
    spare = (penalties - 1) * one // (one + need.solving) if one else 0
    return min(threads_of(device), 1 + spare)


def _batches(
    need: Need, device: torch.device, batch: int | None, at_once: int | None = None
) -> tuple[int, int]:
    """Return how many targets are in a batch, and how many batches in memory, with that many targets at once.

    Batches are of about the same size, so that threads end together. A caller who decides gets one at a time.
    """
    if batch:
        return min(batch, need.targets), 1
    least = LEAST_BATCH if need.splits.folds or not need.splits.groups else LEAST_LEFT_OUT
    together = threads_of(device)
    size = max(least, min(BATCH[device.type] // need.per_target, -(-need.targets // together)))
    if at_once is not None:
        together = max(1, min(together, at_once // least))
        size = min(size, at_once // together)
    count = -(-need.targets // size)
    together = min(together, count)
    return -(-need.targets // (-(-count // together) * together)), together


def _operators(need: Need, left: int) -> tuple[int, int]:
    """Return how many folds, and penalties, have their operators in so many bytes; no penalty if none has.

    In double precision, which those take that single precision is too coarse for.
    """
    penalties = left // ((MADE + 8) * need.operator)
    if penalties < need.alphas:
        return 1, penalties
    size = need.alphas * need.operator
    return min(need.splits.folds, (left - MADE * size) // (8 * size)), need.alphas


def _parts(need: Need) -> int:
    return REREAD_PARTS if need.reread else PARTS


def _least(need: Need, item: int) -> float:
    block = max(need.rows, need.columns) * (2 * item + 16)
    operator = 2 * (MADE + 8) * need.operator * bool(need.splits.folds)
    # Blocks grow with the bound: their part of what is left, at up to twice the bytes it is counted by.
    shared = 1 - 2 / _parts(need)
    return (need.square + block + operator + item * need.per_target_in_double) / (shared * ALLOCATED)
