"""Division of a memory bound: how many folds, penalties, targets and values are in memory at once."""

from dataclasses import dataclass

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.ridge.need import FEW, Need

# Without a bound: values in a block of predictors, and in the arrays of a batch of targets. Small enough for
# the caches of a CPU, large enough for matrix products at full speed.
BLOCK = 2**21
BATCH = {"cpu": 2**23, "cuda": 2**29}
# Fewest columns, in primal form rows, in a block: to add their product to a Gram matrix takes as long as tens
# of them.
LONG = 2048
# Fewest targets in a batch for full speed; more for leaving out groups, which takes a few targets at a time.
LEAST_BATCH, LEAST_LEFT_OUT = 192, 1024
# Blocks get one part of the memory that is left.
PARTS = 16
# Side of a Gram matrix from which its products and decomposition keep all threads busy; operators of smaller
# ones are computed side by side.
LARGE = 4000
# Share of a bound that is planned with; the rest is lost between allocations.
ALLOCATED = 0.8


@dataclass(frozen=True)
class Plan:
    """How much is in memory at once.

    Attributes
    ----------
    block : int
        Values in a block of predictors.
    folds, penalties : int
        Folds and penalties whose operators are in memory; one fold if not all penalties fit.
    targets : int
        Targets in a batch.
    together : int
        Batches side by side.
    makers : int
        Operators of a fold that are computed side by side.
    """

    block: int
    folds: int
    penalties: int
    targets: int
    together: int = 1
    makers: int = 1


def plan(
    need: Need,
    dtype: np.dtype,
    device: str,
    threads: int,
    max_memory_gb: float | None = None,
    batch: int | None = None,
) -> Plan:
    """Divide the memory of a fit among blocks, operators and batches of targets.

    Parameters
    ----------
    need : Need
    dtype : NumPy dtype of the computation
    device : "cpu" or "cuda"
    threads : int
        Batches that may be worked on side by side.
    max_memory_gb : float, optional
        Bound on the memory of a fit beyond its inputs and results, in GB (1e9 bytes).
    batch : int, optional
        Targets in a batch, if the caller decides.

    Raises
    ------
    ConfigError
        The bound is too small for the Gram matrix, one fold with one penalty, and one target.
    """
    if batch is not None and batch < 1:
        raise ConfigError("ridge n_targets_batch", "at least 1 target", f"{batch}", "correct the number")
    if max_memory_gb is not None and not 0 < max_memory_gb < np.inf:
        fix = "correct the bound, or leave it out"
        raise ConfigError("ridge max_memory_gb", "a positive finite number", f"{max_memory_gb}", fix)
    folds, item = max(1, need.splits.folds), np.dtype(dtype).itemsize
    most = _largest_block(need)
    if max_memory_gb is None:
        return Plan(most, folds, need.alphas, *_batches(need, device, threads, batch), _makers(need, threads))
    left = int(ALLOCATED * max_memory_gb * 1e9) - need.kept
    block = min(most, max(need.rows, need.columns, left // PARTS // (item + 16)))
    left -= block * (2 * item + 16)
    together, penalties, makers = folds, need.alphas, _makers(need, threads)
    enough = left >= max(need.decomposing, need.making)
    if need.splits.folds:
        together, penalties = _operators(need, left, _reserve(need, left, item, device, batch))
        left -= 8 * together * penalties * need.operator
        makers = max(1, min(makers, left // need.making))
    at_once = left // (item * need.per_target_in_double)
    if not enough or penalties < 1 or at_once < (batch or 1):
        least = f"at least {least_bytes(need, item) / 1e9:.3g} GB"
        fix = f"allow {least}" + (", or fewer targets in a batch" if batch else "")
        raise ConfigError("ridge max_memory_gb", least, f"{max_memory_gb:g} GB", fix)
    batches = _batches(need, device, threads, batch, at_once)
    return Plan(block, together, penalties, *batches, makers)


def _makers(need: Need, threads: int) -> int:
    """Return how many operators may be computed side by side."""
    return threads if need.side < LARGE else 1


def _batches(
    need: Need, device: str, threads: int, batch: int | None, at_once: int | None = None
) -> tuple[int, int]:
    """Return the number of targets in a batch, and of batches side by side.

    `at_once` bounds the targets in memory. Batches have about the same size, so that threads end together. If
    the caller gives `batch`, there is one batch at a time.
    """
    if batch:
        return min(batch, need.targets), 1
    least = LEAST_BATCH if need.splits.folds or not need.splits.groups else LEAST_LEFT_OUT
    together = threads
    size = max(least, min(BATCH[device] // need.per_target, -(-need.targets // together)))
    if at_once is not None:
        together = max(1, min(together, at_once // least))
        size = min(size, at_once // together)
    count = -(-need.targets // size)
    together = min(together, count)
    return -(-need.targets // (-(-count // together) * together)), together


def _reserve(need: Need, left: int, item: int, device: str, batch: int | None) -> int:
    """Return the bytes of `left` that operators may not take: they are computed in these, then targets read.

    The two are never at the same time. Targets get a batch that works at full speed, or half of what is left
    if that is less.
    """
    computing = need.solving if device == "cuda" else need.combining
    target = item * need.per_target_in_double
    return max(computing, (batch or 1) * target, min(left // 2, LEAST_BATCH * target))


def _operators(need: Need, left: int, reserve: int) -> tuple[int, int]:
    """Return how many folds, and how many penalties, if any, have operators that fit beside the reserve.

    Operators are counted in double precision, since single precision may be too coarse for them. A fold that
    is decomposed has none yet, those that are there belong to other folds; systems of `FEW` penalties are
    solved instead.
    """
    one = 8 * need.operator
    solved = (left - need.solving) // one
    penalties = min(need.alphas, (left - reserve) // one, need.alphas if solved >= FEW else solved)
    if penalties < 1:
        return 1, penalties
    making = max(need.making, need.solving + min(FEW, penalties) * one)
    folds = min((left - reserve) // (one * penalties), 1 + (left - making) // (one * penalties))
    return max(1, min(need.splits.folds, folds)), penalties


def least_bytes(need: Need, item: int) -> float:
    """Return the least bound in bytes, `item` being the bytes of a value of the data."""
    each = 2 * item + 16
    one, target = 8 * need.operator * bool(need.splits.folds), item * need.per_target_in_double
    beside = max(need.combining, target, one) if one else target
    selecting = max(need.decomposing, need.making, need.solving + one, one + beside)
    # Blocks grow with the bound and take up to twice their part of the memory that is left, until they are
    # as large as they ever get.
    growing = (need.kept + selecting + max(need.rows, need.columns) * each) / (1 - 2 / PARTS)
    grown = need.kept + selecting + _largest_block(need) * each
    return min(growing, grown) / ALLOCATED


def _largest_block(need: Need) -> int:
    """Return the most values in a block."""
    long = LONG * (need.rows if need.dual else need.columns)
    return max(BLOCK, long, need.rows, need.columns)
