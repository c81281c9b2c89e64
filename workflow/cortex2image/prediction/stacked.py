"""Stacks: a weighted mean of the models of several layers, with weights that every voxel chooses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.device import choose_device
from cortex2image.encoding.scoring import Scorer
from cortex2image.encoding.stacking import error_products, simplex_weights
from cortex2image.leakage import FinishedFit
from cortex2image.prediction.memory import TOGETHER
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.predictions import RidgeSettings, geometric_mean
from cortex2image.prediction.responses import Responses, voxel_blocks
from cortex2image.prediction.spaces import StimulusRows, StoredSpace
from cortex2image.progress import track
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.held_out import HeldOutRidge
from cortex2image.ridge.threads import computing


@dataclass(frozen=True)
class Stack(FinishedFit):
    """A stack of l layers for v voxels.

    Attributes
    ----------
    alpha : (v,) array
        Geometric mean of the layers' penalties, weighted as the layers are.
    weights : (l, v) array
        Weights of the layers; those of a voxel are not negative and sum to 1.
    """

    alpha: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Stacked(Stack):
    """Mean over folds of stacks, of `alpha` the geometric one; and the number of test stimuli."""

    stimuli: int


def stack_layers(
    spaces: Sequence[StoredSpace],
    betas: Responses,
    trials: Trials,
    settings: RidgeSettings,
    voxels_at_once: int,
    scorer: Scorer,
    components: int | None = None,
) -> Stacked:
    """Fit every layer to the training trials of each partition, stack the layers, and score test stimuli.

    Each layer chooses its penalties by inner folds, which the layers share. Predictions of held-out stimuli
    at these penalties choose the weights. The stack predicts test stimuli by the weighted mean of what the
    layers, fitted to all training trials, predict. Penalties and weights come from the same held-out
    stimuli; what is reported is measured on test stimuli, which neither has seen.

    Penalties are chosen by `folds` inner folds whatever `settings.selection` is, because closed forms make no
    prediction of held-out stimuli.

    Parameters
    ----------
    spaces : sequence of StoredSpace
    betas, trials, settings, voxels_at_once, scorer, components
        As in :func:`~cortex2image.prediction.voxelwise.encode_test_trials`.

    Raises
    ------
    DataError, ConfigError
        As in :func:`~cortex2image.prediction.voxelwise.encode_test_trials`.
    """
    stacks, stimuli = [], 0
    for fold, partition in enumerate(partitions(trials)):
        rows = StimulusRows.of(trials, partition, settings.average_repeats)
        with computing(settings.threads):
            layers = _decomposed(spaces, rows, settings, components)
        stacks.append(_stack(layers, rows, betas, settings, voxels_at_once, scorer, fold))
        stimuli += len(rows.test.used)
    weights: np.ndarray = np.mean([stack.weights for stack in stacks], axis=0)
    return Stacked(geometric_mean([stack.alpha for stack in stacks]), weights, stimuli)


def _decomposed(
    spaces: Sequence[StoredSpace], rows: StimulusRows, settings: RidgeSettings, components: int | None
) -> list[HeldOutRidge]:
    """Decompose every layer, with the same folds."""
    groups = rows.stimulus_groups
    folds = make_folds(settings.folds, len(groups), groups, settings.seed % 2**32)
    device = choose_device(settings.device)
    return [
        HeldOutRidge.of(rows.products(space.read(), components), rows.weights, folds, settings.alphas, device)
        for space in track(spaces, "layers")
    ]


def _stack(
    layers: Sequence[HeldOutRidge],
    rows: StimulusRows,
    betas: Responses,
    settings: RidgeSettings,
    voxels_at_once: int,
    scorer: Scorer,
    fold: int,
) -> Stack:
    """Stack the layers of one partition, and give the scorer the predictions of its test stimuli."""
    found = []
    for block in voxel_blocks(betas, *rows.sides, voxels_at_once):
        predicted = np.empty((block.test.count, block.voxels.stop - block.voxels.start), np.float32)
        with computing(settings.threads):
            for part in _parts(predicted.shape[1]):
                stack, predicted[:, part] = stack_voxels(layers, block.train.means[:, part])
                found.append(stack)
        scorer.add(fold, block.voxels, predicted, block.test.open(stack).means)
    return Stack(
        np.concatenate([stack.alpha for stack in found]),
        np.concatenate([stack.weights for stack in found], axis=1),
    )


def stack_voxels(layers: Sequence[HeldOutRidge], measured: np.ndarray) -> tuple[Stack, np.ndarray]:
    """Return the stack of some voxels, and its predictions of the test stimuli, (m, w).

    Parameters
    ----------
    layers : sequence of HeldOutRidge
    measured : (r, w) array
        Mean responses to the training stimuli.
    """
    fits = [layer.fit(measured) for layer in layers]
    errors = np.stack([fit.held_out for fit in fits])
    errors -= measured
    weights = simplex_weights(error_products(errors, layers[0].weights)).T
    predicted = np.einsum("lw,lmw->mw", weights, np.stack([fit.predicted for fit in fits]))
    alpha = 10 ** (weights * np.log10([fit.alpha for fit in fits])).sum(axis=0)
    return Stack(alpha, weights), predicted


def _parts(voxels: int) -> Iterator[slice]:
    for first in range(0, voxels, TOGETHER):
        yield slice(first, min(first + TOGETHER, voxels))
