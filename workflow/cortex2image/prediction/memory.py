"""Memory of a fit, planned from its sizes before it starts; the scheduler is asked for the same number.

Nothing here imports torch. Sizes are bytes unless a name says GB (1e9 bytes).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.prediction.fit_sizes import FitParts, FitSizes
from cortex2image.ridge.need import Need, Splits
from cortex2image.ridge.planning import least_bytes, plan
from cortex2image.study.settings import Ridge

SINGLE = np.dtype(np.float32)
# Python, libraries, and a row group of a table in several precisions; the row group alone.
PYTHON, READING = 2e9, 1e9
# Largest job without a bound in the config, so that it runs on a machine with 64 GB.
JOB = 60e9
# By how much a workspace exceeds the least that a fit accepts: inner folds may be larger than planned.
SPARE = 1.1
# A workspace larger than this many times the least saves less time than a pass over the betas takes; a
# smaller one is taken where that divides the number of passes by more than two.
COMFORTABLE, FEWER_PASSES = 2, 2
# Voxels of a stack whose predictions of held-out stimuli by all layers are in memory together.
TOGETHER = 256
# Steps in which a workspace is tried.
STEP = 1.1
# No number in a message may be less than what would do, once it is rounded to three digits.
ROUNDED_UP = 1.005


@dataclass(frozen=True)
class FitMemory:
    """The plan of a fit.

    Attributes
    ----------
    workspace_gb : float
        Bound that the ridge regression keeps, on the GPU if it works there.
    targets, passes : int
        Targets in a block, and blocks; each block of voxels takes a pass over the betas.
    parts : mapping of str to float
        Bytes of main memory of each part of the job.
    """

    workspace_gb: float
    targets: int
    passes: int
    parts: Mapping[str, float]

    @property
    def total(self) -> float:
        """Return the bytes of the job."""
        return sum(self.parts.values())

    @property
    def words(self) -> str:
        """Return the plan in one line."""
        parts = ", ".join(f"{name} {size / 1e9:.3g}" for name, size in self.parts.items() if size)
        blocks = f"{self.targets} targets at once, {self.passes} block{'s' * (self.passes > 1)}"
        return f"memory {self.total / 1e9:.3g} GB ({parts}); {blocks}"


def plan_memory(
    sizes: FitSizes,
    ridge: Ridge,
    average_repeats: Sequence[str],
    threads: int,
    free_gb: float | None = None,
    gpu_gb: float | None = None,
) -> FitMemory:
    """Plan the fastest fit that keeps the bound of the config, or without one, that stays below :data:`JOB`.

    Parameters
    ----------
    sizes : FitSizes
    ridge : Ridge
        Settings of the config; `max_memory_gb` bounds everything but Python and its libraries.
    average_repeats : splits in which the trials of a stimulus are averaged
    threads : int
        Threads of the job.
    free_gb : float, optional
        Free main memory. None while jobs are planned: a fit that needs more than :data:`JOB` asks for more.
    gpu_gb : float, optional
        Memory that the ridge regression may take on the GPU on which it works; None for a fit on the CPU.

    Raises
    ------
    ConfigError
        The bound, or the free memory, is too small for even one block.
    """
    fit = FitParts(sizes, ridge, "train" in average_repeats)
    least = 0.0 if gpu_gb else SPARE * least_bytes(fit.need, SINGLE.itemsize)
    bound = _bound(ridge, free_gb, fit.fixed + fit.block(fit.fewest) + least)
    spare = bound - fit.fixed
    comfortable = _useful(fit.need, threads, least, COMFORTABLE * least)
    targets, most = (fit.most_targets(spare - each) for each in (comfortable, least))
    if targets * FEWER_PASSES < most:
        targets = most
    targets = targets or fit.fewest
    passes = -(-sizes.targets // targets)
    targets = -(-sizes.targets // passes)
    block = fit.block(targets)
    workspace = _useful(fit.need, threads, least, spare - block)
    parts = {"Python": PYTHON, **fit.parts, "block": block, "workspace": workspace}
    return FitMemory(gpu_gb or workspace / 1e9, targets, passes, parts)


def plan_stack(
    sizes: FitSizes, ridge: Ridge, average_repeats: Sequence[str], free_gb: float | None = None
) -> FitMemory:
    """Plan a stack of `sizes.bands` layers, all of whose decompositions are in memory at once.

    Parameters and errors are those of :func:`plan_memory`. Of a stack on a GPU, layers and workspace lie in
    its memory instead.
    """
    fit = FitParts(sizes, ridge, "train" in average_repeats)
    r, m, held_out = sizes.pictures, sizes.test, -(-sizes.pictures // ridge.folds)
    fitted = r - held_out
    layer = SINGLE.itemsize * (ridge.folds * fitted * (fitted + held_out) + r * (r + m))
    alone = Need(r, r, TOGETHER, len(ridge.alphas), True, Splits())
    values = r * (2 * sizes.bands + ridge.folds + 4) + m * (sizes.bands + 2)
    workspace = float(alone.kept + alone.decomposing + SINGLE.itemsize * TOGETHER * values)
    parts = {
        "features": float(SINGLE.itemsize * (r + m) * (sizes.predictors + r)),
        "layers": float(sizes.bands * layer),
        "results": float((200 + sizes.scores + 8 * sizes.bands) * sizes.targets),
    }
    fixed = sum(parts.values()) + workspace
    spare = _bound(ridge, free_gb, fixed + fit.block(fit.fewest)) - fixed
    passes = -(-sizes.targets // (fit.most_targets(spare) or fit.fewest))
    targets = -(-sizes.targets // passes)
    parts = {"Python": PYTHON, **parts, "block": fit.block(targets), "workspace": workspace}
    return FitMemory(workspace / 1e9, targets, passes, parts)


def _bound(ridge: Ridge, free_gb: float | None, least: float) -> float:
    """Return the bytes beyond Python that a fit may take; refuse a bound below the least that would do."""
    if ridge.max_memory_gb is not None:
        _refuse_below(least, ridge.max_memory_gb * 1e9, "`ridge: max_memory_gb:` in the config")
        return ridge.max_memory_gb * 1e9
    wanted = max(JOB - PYTHON, least)
    if free_gb is None:
        return wanted
    _refuse_below(least + READING, free_gb * 1e9, "free memory")
    return min(wanted, free_gb * 1e9 - READING)


def _refuse_below(least: float, found: float, where: str) -> None:
    if found < least:
        expected = f"at least {ROUNDED_UP * least / 1e9:.3g} GB for this fit, beyond Python and its libraries"
        fix = "allow that much, choose `selection: loo` or fewer voxels, or use a machine with more memory"
        raise ConfigError(where, expected, f"{found / 1e9:.3g} GB", fix)


def _useful(need: Need, threads: int, least: float, most: float) -> float:
    """Return the smallest workspace in which a fit works as it would in `most` bytes; 0 if `least` is 0."""
    if not least:
        return 0.0
    best = plan(need, SINGLE, "cpu", threads, most / 1e9)
    size = least
    while size < most and plan(need, SINGLE, "cpu", threads, size / 1e9) != best:
        size *= STEP
    return min(size, most)
