"""Joint encoding models: two feature spaces together to every voxel, each with a penalty of its own."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.encoding.scoring import Scorer
from cortex2image.encoding.variance import ProductMeasure
from cortex2image.leakage import HeldOut
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.predictions import RidgeSettings, geometric_mean, ridge_of
from cortex2image.prediction.responses import Responses, VoxelBlock, voxel_blocks
from cortex2image.prediction.spaces import StimulusRows, StoredSpace
from cortex2image.ridge.banded import BandedFit, fit_bands
from cortex2image.ridge.mixtures import mixtures_of_two
from cortex2image.ridge.products import Products
from cortex2image.ridge.solver import TargetRows

BlocksOfVoxels = Callable[[], Iterable[VoxelBlock]]


@dataclass(frozen=True)
class JointlyEncoded:
    """Facts of the fits of v voxels, whose predictions went to a scorer.

    Attributes
    ----------
    alpha : (v,) array
        Penalties, their geometric mean over folds.
    share : (2, v) array
        Shares of the bands, their mean over folds; the penalty of a band is alpha / share.
    product_r2 : (2, v) array
        Parts of the bands in R^2, see :class:`~cortex2image.encoding.variance.ProductMeasure`.
    stimuli : int
        Number of test stimuli.
    """

    alpha: np.ndarray
    share: np.ndarray
    product_r2: np.ndarray
    stimuli: int


def encode_jointly(
    spaces: Sequence[StoredSpace],
    betas: Responses,
    trials: Trials,
    settings: RidgeSettings,
    voxels_at_once: int,
    scorer: Scorer,
    components: int | None = None,
) -> JointlyEncoded:
    """Fit two feature spaces together to the training trials of each partition; score test stimuli.

    Every space becomes inner products of stimuli, see :meth:`StimulusRows.products`. Mixtures of the two and
    penalties are chosen by cross-validation over training trials.

    Parameters
    ----------
    spaces : two StoredSpace
    betas, trials, settings, scorer, components
        As in :func:`~cortex2image.prediction.voxelwise.encode_test_trials`.
    voxels_at_once : int
        Voxels in a block. If not all voxels fit into one, every mixture takes a pass over the betas for each
        block; results stay the same.

    Raises
    ------
    DataError, ConfigError
        As in :func:`~cortex2image.prediction.voxelwise.encode_test_trials`; a selection without kernels.
    """
    measure = ProductMeasure.of(len(spaces), betas.voxels)
    fits, stimuli = [], 0
    for fold, partition in enumerate(partitions(trials)):
        rows = StimulusRows.of(trials, partition, settings.average_repeats)
        blocks = _blocks(betas, rows, voxels_at_once)
        products = [rows.products(space.read(), components) for space in spaces]
        fit = _fit(products, rows, blocks, settings, betas)
        for block in blocks():
            part, measured = block.voxels, block.test.open(fit).means
            scorer.add(fold, part, fit.by_band[:, :, part].sum(axis=0) + fit.means[part], measured)
            measure.add(part, fit.by_band[:, :, part], measured)
        fits.append(fit)
        stimuli += len(rows.test.used)
    share: np.ndarray = np.mean([fit.share for fit in fits], axis=0)
    return JointlyEncoded(geometric_mean([fit.alpha for fit in fits]), share, measure.parts, stimuli)


def _fit(
    products: Sequence[Products],
    rows: StimulusRows,
    blocks: BlocksOfVoxels,
    settings: RidgeSettings,
    betas: Responses,
) -> BandedFit:
    """Fit one partition."""

    def targets() -> Iterator[tuple[slice, TargetRows]]:
        for block in blocks():
            yield block.voxels, rows.targets(block)

    return fit_bands(
        ridge_of(settings, standardize=False),
        [rows.kernel(each) for each in products],
        targets,
        betas.voxels,
        HeldOut.together([each.new for each in products]),
        mixtures_of_two(),
        groups=rows.groups,
    )


def _blocks(betas: Responses, rows: StimulusRows, voxels_at_once: int) -> BlocksOfVoxels:
    """Return what yields the voxels in blocks; a single block is read once and kept."""

    def read() -> Iterator[VoxelBlock]:
        return voxel_blocks(betas, *rows.sides, voxels_at_once)

    if voxels_at_once < betas.voxels:
        return read
    kept = list(read())
    return lambda: kept
