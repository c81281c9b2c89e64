"""Encoding models: features to every voxel, in blocks of voxels that are read and scored one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cortex2image.leakage import HeldOut
from cortex2image.prediction.alignment import average, of_trials
from cortex2image.prediction.kept import Receiver
from cortex2image.prediction.partitions import Partition, Trials, partitions
from cortex2image.prediction.predictions import (
    RidgeSettings,
    check_averaged,
    fit_blocks,
    fitted,
    geometric_mean,
    held_out_means,
)
from cortex2image.prediction.responses import Responses, Rows, VoxelBlock, voxel_blocks
from cortex2image.prediction.spaces import Gram, Space, StimulusRows, is_wider
from cortex2image.progress import track
from cortex2image.ridge.cross_validated import CrossValidatedRidge
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.repeats import Averaged, PerTrial, Repeats

if TYPE_CHECKING:  # it imports scikit-learn
    from cortex2image.prediction.as_released import AsReleasedRidgeCV


@dataclass(frozen=True)
class Encoded:
    """Facts of the fits of v voxels, whose predictions went to a scorer.

    Attributes
    ----------
    alpha : (v,) array
        Penalties, their geometric mean over folds.
    stimuli : int
        Number of test stimuli.
    """

    alpha: np.ndarray
    stimuli: int


def encode_test_trials(
    features: Space,
    betas: Responses,
    trials: Trials,
    settings: RidgeSettings,
    voxels_at_once: int,
    scorer: Receiver,
    components: int | None = None,
) -> Encoded:
    """Fit the training trials of each partition to every voxel; give predictions to the scorer.

    Parameters
    ----------
    features : PerTrial, (stimuli, p), or Gram, (stimuli, stimuli)
        Columns of vectors are standardised by the training rows of every fit. Inner products are multiplied
        by one number, see :mod:`~cortex2image.ridge.products`: a penalty then means the same for both.
    betas : Responses
    trials : Trials
    settings : RidgeSettings
    voxels_at_once : int
        Voxels in a block; each block takes one pass over the betas, and changes no result.
    scorer : Scorer, or another receiver
        Gets the predicted and the mean measured responses to the test stimuli of each fold and block, in
        order of the names of the stimuli. Folds are numbered from 0 in ascending order.
    components : int, optional
        Principal components of the training stimuli that take the place of wider features.

    Raises
    ------
    DataError, ConfigError
        As in :func:`~cortex2image.prediction.predictions.predict_test_trials`.
    """
    folds = []
    for fold, partition in enumerate(track(partitions(trials), "ridge")):
        sides = _sides(features, trials, partition, settings, components)
        folds.append(_encode(sides, betas, settings, voxels_at_once, scorer, fold))
    alpha = geometric_mean([fold.alpha for fold in folds])
    return Encoded(alpha, sum(fold.stimuli for fold in folds))


def predict_pictures(
    features: PerTrial,
    pictures: np.ndarray,
    betas: Responses,
    trials: Trials,
    settings: RidgeSettings,
    voxels_at_once: int,
) -> Iterator[tuple[slice, np.ndarray]]:
    """Fit the training trials to every voxel; yield the responses that pictures predict, by blocks of voxels.

    Parameters
    ----------
    features : PerTrial, (stimuli, p)
        Of the stimuli that the subject saw.
    pictures : (k, p) array
        Features of other pictures.
    betas : Responses
    trials : Trials
        Of a study that is not cross-validated.
    settings : RidgeSettings
    voxels_at_once : int
        As in :func:`encode_test_trials`.

    Yields
    ------
    slice, (m + k, w) array
        Place of a block among the voxels, and its predicted responses to the m test stimuli in order of their
        names, then to the pictures. The fit saw neither the features nor the responses of test trials.

    Raises
    ------
    DataError, ConfigError
        As in :func:`~cortex2image.prediction.predictions.predict_test_trials`.
    """
    (partition,) = partitions(trials)
    sides = _sides(features, trials, partition, settings, None)
    of_pictures = HeldOut(pictures, len(pictures), "pictures of test stimuli")
    sides = replace(sides, new=HeldOut.stacked([sides.new, of_pictures]))
    blocks = _Remembered(voxel_blocks(betas, sides.train, sides.test, voxels_at_once))
    targets = (sides.targets(block) for block in blocks)
    for fit in fit_blocks(sides.predictors, targets, sides.new, sides.groups, settings):
        yield blocks.last.voxels, fit.predicted


def fit_encoder(
    features: PerTrial, betas: Responses, trials: Trials, settings: RidgeSettings
) -> "CrossValidatedRidge | AsReleasedRidgeCV":
    """Fit the training trials to every voxel; the fit predicts pictures as :func:`predict_pictures` does.

    Parameters and errors are those of :func:`predict_pictures`. The mean responses of all voxels are in
    memory, and those to test trials stay held out.
    """
    (partition,) = partitions(trials)
    sides = _sides(features, trials, partition, settings, None)
    (block,) = voxel_blocks(betas, sides.train, sides.test, betas.voxels)
    return fitted(sides.predictors, sides.targets(block), sides.groups, settings)


@dataclass(frozen=True)
class _Sides:
    """Predictors and groups of training rows, predictors of test rows, and the rows of betas of both."""

    predictors: np.ndarray | PerTrial | Kernel
    groups: np.ndarray
    new: HeldOut[Any]
    train: Rows
    test: Rows
    averaged: bool

    def targets(self, block: VoxelBlock) -> np.ndarray | Averaged:
        means = block.train.means
        return Averaged(means, block.train.within) if self.averaged else means


def _encode(
    sides: _Sides, betas: Responses, settings: RidgeSettings, voxels_at_once: int, scorer: Receiver, fold: int
) -> Encoded:
    """Fit one partition, and give the scorer its predictions and the responses to its test stimuli."""
    blocks = _Remembered(voxel_blocks(betas, sides.train, sides.test, voxels_at_once))
    targets = (sides.targets(block) for block in blocks)
    alphas = []
    for fit in fit_blocks(sides.predictors, targets, sides.new, sides.groups, settings):
        scorer.add(fold, blocks.last.voxels, fit.predicted, blocks.last.test.open(fit).means)
        alphas.append(fit.alpha)
    return Encoded(np.concatenate(alphas), sides.test.count)


class _Remembered:
    """An iterator over blocks that remembers the last one, whose test rows are needed after its fit."""

    def __init__(self, blocks: Iterable[VoxelBlock]):
        self._blocks = blocks

    def __iter__(self) -> Iterator[VoxelBlock]:
        for block in self._blocks:
            self.last = block
            yield block


def _sides(
    features: Space,
    trials: Trials,
    partition: Partition,
    settings: RidgeSettings,
    components: int | None,
) -> _Sides:
    """Return the rows of both sides: trials, or means over the trials of a stimulus."""
    if isinstance(features, Gram) or is_wider(features, components):
        return _kernel_sides(features, trials, partition, settings, components)
    n = len(trials.stimulus)
    test = Repeats.of(trials.stimulus[partition.test])
    check_averaged(test, settings.average_repeats)
    new = held_out_means(test, features, partition)
    test_rows = Rows.of(partition.test, test.member, n)
    X, groups = of_trials(features, partition.train), trials.groups[partition.train]
    if settings.keeps_trials:
        rows = Rows.of(partition.train, np.arange(len(partition.train)), n)
        return _Sides(X, groups, new, rows, test_rows, averaged=False)
    if "train" in settings.average_repeats:
        train = Repeats.of(trials.stimulus[partition.train])
        rows = Rows.of(partition.train, train.member, n)
        return _Sides(average(train, X), groups[train.first], new, rows, test_rows, averaged=False)
    return _Sides(X, groups, new, Rows.of(partition.train, X.row, n), test_rows, averaged=True)


def _kernel_sides(
    features: Space,
    trials: Trials,
    partition: Partition,
    settings: RidgeSettings,
    components: int | None,
) -> _Sides:
    """Return the rows of both sides, stimuli, by their inner products."""
    rows = StimulusRows.of(trials, partition, settings.average_repeats)
    products = rows.products(features, components)
    return _Sides(rows.kernel(products), rows.groups, products.new, *rows.sides, averaged=not rows.averaged)
