"""Memory of a fit, planned from its sizes before it starts; the scheduler is asked for the same number.

Nothing here imports torch. Sizes are bytes unless a name says GB (1e9 bytes).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.ridge.need import Need, Splits
from cortex2image.ridge.planning import least_bytes, plan
from cortex2image.study.settings import Ridge

if TYPE_CHECKING:
    from cortex2image.prediction.partitions import Partition, Trials

Direction = Literal["encode", "decode"]
SINGLE = np.dtype(np.float32)
ITEM = SINGLE.itemsize
# Python, libraries, and a row group of a table in several precisions; the row group alone.
PYTHON, READING = 2e9, 1e9
# Largest job without a bound in the config, so that it runs on a machine with 64 GB.
JOB = 60e9
# Fewest voxels in a block, and share by which a workspace exceeds the least that a fit accepts: inner folds
# may be a little larger than planned.
LEAST_TARGETS, SPARE = 192, 1.1
# A workspace larger than this many times the least saves less time than a pass over the betas takes; a
# smaller one is taken where that divides the number of passes by more than two.
COMFORTABLE, FEWER_PASSES = 2, 2
# Threads that work side by side, as the jobs of fits ask for; and steps in which a workspace is tried.
THREADS, STEP = 8, 1.1
# No number in a message may be less than what would do, once it is rounded to three digits.
ROUNDED_UP = 1.005
# Inner folds, and penalties of each direction, of `prediction.as_released`.
RELEASED_FOLDS, RELEASED_ALPHAS = 5, {"decode": 7, "encode": 3}


@dataclass(frozen=True)
class FitSizes:
    """Sizes of the fits of a subject and feature space, those of the largest partition of its trials.

    Attributes
    ----------
    direction : "encode" (features to voxels, which are read in blocks) or "decode" (voxels to features)
    trials : int
        All trials of the subject.
    training, pictures : int
        Training trials, and different stimuli among them.
    test : int
        Test stimuli.
    predictors, targets : int
    repeats : int
        Training trials of the largest group that inner folds keep together.
    cross_validated : bool
    """

    direction: Direction
    trials: int
    training: int
    pictures: int
    test: int
    predictors: int
    targets: int
    repeats: int = 3
    cross_validated: bool = False

    @classmethod
    def of(
        cls,
        direction: Direction,
        trials: "Trials",
        split: "Sequence[Partition]",
        predictors: int,
        targets: int,
    ) -> "FitSizes":
        """Return the sizes for the partitions `split` of a subject's trials."""
        training = max(len(part.train) for part in split)
        pictures, test = (
            max(len(np.unique(trials.stimulus[getattr(part, side)])) for part in split)
            for side in ("train", "test")
        )
        repeats = max(
            int(np.unique(trials.groups[part.train], return_counts=True)[1].max()) for part in split
        )
        n, several = len(trials.stimulus), trials.fold is not None
        return cls(direction, n, training, pictures, test, predictors, targets, repeats, several)


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
    free_gb : float, optional
        Free main memory. None while jobs are planned: a fit that needs more than :data:`JOB` asks for more.
    gpu_gb : float, optional
        Memory that the ridge regression may take on the GPU on which it works; None for a fit on the CPU.

    Raises
    ------
    ConfigError
        The bound, or the free memory, is too small for even one block.
    """
    fit = _Fit(sizes, ridge, "train" in average_repeats)
    least = 0.0 if gpu_gb else SPARE * least_bytes(fit.need, ITEM)
    bound = _bound(ridge, free_gb, fit.fixed + fit.block(fit.fewest) + least)
    spare = bound - fit.fixed
    comfortable = _useful(fit.need, least, COMFORTABLE * least)
    targets, most = (fit.most_targets(spare - each) for each in (comfortable, least))
    if targets * FEWER_PASSES < most:
        targets = most
    targets = targets or fit.fewest
    passes = -(-sizes.targets // targets)
    targets = -(-sizes.targets // passes)
    block = fit.block(targets)
    workspace = _useful(fit.need, least, spare - block)
    parts = {"Python": PYTHON, **fit.parts, "block": block, "workspace": workspace}
    return FitMemory(gpu_gb or workspace / 1e9, targets, passes, parts)


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


def _useful(need: Need, least: float, most: float) -> float:
    """Return the smallest workspace in which a fit works as it would in `most` bytes; 0 if `least` is 0."""
    if not least:
        return 0.0
    best = plan(need, SINGLE, "cpu", THREADS, most / 1e9)
    size = least
    while size < most and plan(need, SINGLE, "cpu", THREADS, size / 1e9) != best:
        size *= STEP
    return min(size, most)


@dataclass(frozen=True)
class _Fit:
    """The parts of a fit's memory."""

    sizes: FitSizes
    ridge: Ridge
    averaged: bool

    @property
    def released(self) -> bool:
        return self.ridge.selection == "as_released"

    @property
    def rows(self) -> int:
        """Rows of training targets: stimuli if features predict them, unless their trials are parted."""
        sizes = self.sizes
        one_per_stimulus = self.averaged or (sizes.direction == "encode" and not self.released)
        return sizes.pictures if one_per_stimulus else sizes.training

    @property
    def columns(self) -> int:
        """Predictors, turned to as few columns as there are stimuli if trials stay rows."""
        sizes = self.sizes
        single_trials = self.released and sizes.direction == "encode" and not self.averaged
        turned = single_trials and sizes.pictures < sizes.training
        return min(sizes.predictors, sizes.pictures) if turned else sizes.predictors

    @property
    def need(self) -> Need:
        alphas = len(self.ridge.alphas)
        if self.released:
            alphas = RELEASED_ALPHAS[self.sizes.direction]
        dual = self.rows <= self.columns
        return Need(self.rows, self.columns, self.sizes.targets, alphas, dual, self._splits)

    @property
    def _splits(self) -> Splits:
        rows, sizes = self.rows, self.sizes
        if self.ridge.selection == "gcv":
            return Splits()
        if self.ridge.selection == "loo":
            parted = sizes.direction == "decode" or sizes.cross_validated
            largest = min(rows, sizes.repeats) if parted and not self.averaged else 1
            return Splits(groups=-(-rows // largest), largest=largest, squares=rows * largest)
        folds = RELEASED_FOLDS if self.released else self.ridge.folds
        held_out = -(-rows // folds)
        return Splits(folds, held_out, held_out * (rows - held_out))

    @property
    def parts(self) -> dict[str, float]:
        """Bytes of each part that does not grow with the targets of a block."""
        sizes, decode = self.sizes, self.sizes.direction == "decode"
        stimuli = (sizes.pictures + sizes.test) * (1 + sizes.cross_validated)
        features = stimuli * (sizes.targets if decode else sizes.predictors)
        betas = (sizes.trials + sizes.training + sizes.test) * sizes.predictors * decode
        # Sums and scores of every target; decoded features and their true values, twice.
        decoded = 4 * ITEM * (sizes.trials if sizes.cross_validated else sizes.test) * decode
        return {
            "features": ITEM * features,
            "betas": ITEM * betas,
            "standardised": ITEM * self.rows * self.columns * self.released,
            "results": (200 + decoded) * sizes.targets,
        }

    @property
    def fixed(self) -> float:
        return sum(self.parts.values())

    @property
    def per_target(self) -> int:
        """Bytes of a target of a block: training rows, spread, test rows, two predictions of them, scores."""
        scores = 8 * (self.need.alphas + 4)
        if self.sizes.direction == "decode":
            return scores
        return ITEM * (self.rows + 3 * self.sizes.test) + 8 + scores

    @property
    def fewest(self) -> int:
        """Fewest targets in a block; all of them if they are not read in blocks."""
        return (
            self.sizes.targets if self.sizes.direction == "decode" else min(LEAST_TARGETS, self.sizes.targets)
        )

    def block(self, targets: int) -> float:
        """Return the bytes of a block."""
        return float(self.per_target * targets)

    def most_targets(self, left: float) -> int:
        """Return how many targets, if any, fit into a block of so many bytes."""
        targets = min(self.sizes.targets, int(left // self.per_target))
        return targets if targets >= self.fewest else 0
