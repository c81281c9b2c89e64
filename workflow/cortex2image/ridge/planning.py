"""How many folds, penalties, targets and numbers are in memory at once, so that a bound is kept."""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.errors import ConfigError
from cortex2image.ridge.linalg import threads_of
from cortex2image.ridge.memory import Need

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
# Bytes for each number of an operator while it is made: four double-precision copies. Every penalty is
# counted, so that some may be made side by side.
MADE = 32
# Share of a bound that is planned for; the rest is lost between allocations.
ALLOCATED = 0.8


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
