"""Features decoded with and without the voxels of a region.

A lesion sets voxels of test responses to their mean over training trials. The decoder is fitted once, to
whole training responses: a voxel at its training mean adds nothing to what a linear decoder predicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.fmri.rois import select_rois
from cortex2image.leakage import FinishedFit
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.predictions import Regression, RidgeSettings, fit_blocks, regression_of
from cortex2image.ridge.repeats import PerTrial
from cortex2image.seeds import rng_for
from cortex2image.tables.regions import NOTHING, RANDOM, REGION


@dataclass(frozen=True)
class Lesion:
    """Voxels to remove, as positions in voxels.parquet; `removed` says which they are, see the table."""

    region: str
    removed: str
    voxels: np.ndarray


@dataclass(frozen=True)
class Lesioned:
    """Features (s, d) decoded for s stimuli after a lesion."""

    lesion: Lesion
    stimuli: np.ndarray
    features: np.ndarray


INTACT = Lesion("", NOTHING, np.empty(0, int))


def plan_lesions(
    labels: Sequence[str], regions: Sequence[str], read: Sequence[str], seed: int, subject: str
) -> list[Lesion]:
    """Return no lesion, and for each region that of its voxels and of as many random voxels.

    Parameters
    ----------
    labels : (voxels,) labels
        Column `roi` of voxels.parquet.
    regions : names of the regions to remove
    read : names of all regions that a decoder reads; random voxels come from these
    seed : int
        Of the study; the draw depends on subject and region.

    Raises
    ------
    ConfigError
        A region that no voxel has.
    """
    pool, lesions = select_rois(labels, read), [INTACT]
    for region in regions:
        voxels = select_rois(labels, [region])
        rng = rng_for(seed, "attribute", "random", subject, region)
        drawn = np.sort(rng.choice(pool, len(np.intersect1d(voxels, pool)), replace=False))
        lesions += [Lesion(region, REGION, voxels), Lesion(region, RANDOM, drawn)]
    return lesions


def decode_lesioned(
    betas: np.ndarray,
    voxels: np.ndarray,
    features: PerTrial,
    trials: Trials,
    lesions: Sequence[Lesion],
    stimuli: Sequence[str],
    settings: RidgeSettings,
) -> list[Lesioned]:
    """Decode test stimuli after each lesion, by the decoder that is fitted to whole training responses.

    Parameters
    ----------
    betas : (n, k) array
        Responses of all trials in the voxels that the decoder reads.
    voxels : (k,) array of int
        Their positions in voxels.parquet.
    features : PerTrial of n trials
    trials : Trials
    lesions : sequence of Lesion
        A lesion of voxels that the decoder does not read gives exactly the features of no lesion.
    stimuli : names of the test stimuli to decode
    settings : RidgeSettings

    Raises
    ------
    DataError, ConfigError
        As in :func:`~cortex2image.prediction.predictions.predict_test_trials`.
    """
    predictors = PerTrial(betas, np.arange(len(betas)))
    masks = [np.isin(voxels, lesion.voxels) for lesion in lesions]
    found: list[list[np.ndarray]] = [[] for _ in lesions]
    names = []
    for partition in partitions(trials):
        posed = regression_of(predictors, features, trials, partition, settings.average_repeats)
        wanted = np.isin(posed.stimuli, stimuli)
        if wanted.any():
            names.append(posed.stimuli[wanted])
            for parts, decoded in zip(found, _decoded(posed, wanted, masks, settings), strict=True):
                parts.append(decoded)
    order = np.argsort(np.concatenate(names))
    ids = np.concatenate(names)[order]
    pairs = zip(lesions, found, strict=True)
    return [Lesioned(lesion, ids, np.concatenate(parts)[order]) for lesion, parts in pairs]


def first_test_stimuli(trials: Trials, count: int) -> list[str]:
    """Return the first `count` test stimuli by name; of all stimuli if the study is cross-validated."""
    held_out = trials.split == "test" if trials.fold is None else np.ones(len(trials.split), bool)
    names: list[str] = np.unique(trials.stimulus[held_out])[:count].tolist()
    return names


@dataclass(frozen=True)
class TrainingMeans(FinishedFit):
    """The mean (p,) of each predictor over training rows."""

    values: np.ndarray

    @classmethod
    def of(cls, posed: Regression) -> "TrainingMeans":
        rows = posed.predictors.each() if isinstance(posed.predictors, PerTrial) else posed.predictors
        return cls(rows.mean(axis=0, dtype=np.float64))

    def put(self, rows: np.ndarray, masks: Sequence[np.ndarray]) -> np.ndarray:
        """Return (s, p) rows, and below them the rows with the predictors of each mask at their mean."""
        means = self.values.astype(rows.dtype)
        return np.concatenate([rows, *(np.where(mask, means, rows) for mask in masks)])


def _decoded(
    posed: Regression, wanted: np.ndarray, masks: Sequence[np.ndarray], settings: RidgeSettings
) -> list[np.ndarray]:
    """Return the features of the wanted rows after each mask of predictors; equal rows are predicted once."""
    means, variants = TrainingMeans.of(posed), [number for number, mask in enumerate(masks) if mask.any()]
    new = posed.new.through(means, lambda rows: means.put(rows[wanted], [masks[n] for n in variants]))
    (block,) = fit_blocks(posed.predictors, [posed.targets], new, posed.groups, settings)
    intact, *lesioned = np.split(block.predicted, len(variants) + 1)
    of_variant = dict(zip(variants, lesioned, strict=True))
    return [of_variant.get(number, intact) for number in range(len(masks))]
