"""Sizes of a fit, and the bytes of its parts that follow from them. Nothing here imports torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cortex2image.ridge.need import Need, Splits, prefers_dual
from cortex2image.study.settings import Ridge

if TYPE_CHECKING:
    from cortex2image.prediction.partitions import Partition, Trials

Direction = Literal["encode", "decode"]
ITEM = np.dtype(np.float32).itemsize
# Fewest voxels in a block.
LEAST_TARGETS = 192
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
        Values that are stored of a stimulus: the width of vectors, or the number of stimuli of a table of
        inner products; of the widest band of a joint model.
    repeats : int
        Training trials of the largest group that inner folds keep together.
    cross_validated : bool
    scores : int
        Bytes of the scores of a target, beyond its sums.
    kernel : bool
        Whether the fit is one to inner products of stimuli.
    bands : int
        Kernels that are fitted together.
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
    scores: int = 0
    kernel: bool = False
    bands: int = 1

    @classmethod
    def of(
        cls,
        direction: Direction,
        trials: "Trials",
        split: "Sequence[Partition]",
        predictors: int,
        targets: int,
        scores: int = 0,
        kernel: bool = False,
        bands: int = 1,
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
        sizes = n, training, pictures, test, predictors, targets
        return cls(direction, *sizes, repeats, several, scores, kernel, bands)


@dataclass(frozen=True)
class FitParts:
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
    def lifted(self) -> int:
        """Stimuli that are decomposed where trials stay rows; 0 where rows are decomposed themselves."""
        sizes = self.sizes
        single_trials = self.released and sizes.direction == "encode" and not self.averaged
        fewer = sizes.pictures <= sizes.predictors and sizes.pictures < sizes.training
        return sizes.pictures if single_trials and fewer else 0

    @property
    def need(self) -> Need:
        alphas = len(self.ridge.alphas)
        if self.released:
            alphas = RELEASED_ALPHAS[self.sizes.direction]
        splits = self._splits
        # Predictors are standardised by the training rows of each fold, except as released: before, at once.
        # Inner products leave nothing to standardise, and no choice of form.
        own = bool(splits.folds) and not self.released and not self.sizes.kernel
        predictors, lifted = self.sizes.predictors, self.lifted
        dual = self.sizes.kernel or prefers_dual(lifted or self.rows, predictors, splits.folds * own)
        columns = self.rows if self.sizes.kernel else predictors
        sizes = self.rows, columns, self.sizes.targets, alphas
        return Need(*sizes, dual, splits, own=own, lifted=lifted * dual)

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
        fitted = self._targets - self._targets // folds
        return Splits(folds, held_out, held_out * fitted, fitted=fitted)

    @property
    def _targets(self) -> int:
        """Rows of training targets, each once: trials of a stimulus share its features."""
        shared = self.sizes.direction == "decode" and not self.released
        return self.sizes.pictures if shared else self.rows

    @property
    def parts(self) -> dict[str, float]:
        """Bytes of each part that does not grow with the targets of a block."""
        sizes, decode = self.sizes, self.sizes.direction == "decode"
        stimuli = (sizes.pictures + sizes.test) * (1 + sizes.cross_validated)
        features = stimuli * (sizes.targets if decode else sizes.predictors)
        if sizes.kernel:
            # A table or matrix of features, which is read for one band after the other, and the products of
            # training and test stimuli of every band.
            features += sizes.bands * (sizes.pictures + sizes.test) * sizes.pictures
        betas = (sizes.trials + sizes.training + sizes.test) * sizes.predictors * decode
        # Sums and scores of every target; decoded features and their true values, twice.
        decoded = 4 * ITEM * (sizes.trials if sizes.cross_validated else sizes.test) * decode
        # Test predictions of each band of a joint model.
        by_band = ITEM * (sizes.bands > 1) * (sizes.bands + 1) * sizes.test
        return {
            "features": ITEM * features,
            "betas": ITEM * betas,
            "standardised": 3 * ITEM * (self.lifted or self.rows) * sizes.predictors * self.released,
            "results": (200 + sizes.scores + decoded + by_band) * sizes.targets,
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
