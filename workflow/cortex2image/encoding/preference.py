"""Which of several models predicts a voxel best, and by how much: an argmax with its uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cortex2image.encoding.variance import INTERVAL
from cortex2image.errors import ConfigError, DataError


@dataclass(frozen=True)
class Preference:
    """The best and second best model of v voxels, each a (v,) array; named as in the table `preferred`.

    `best` and `second` are positions among the models.
    """

    best: np.ndarray
    r: np.ndarray
    second: np.ndarray
    margin: np.ndarray
    margin_low: np.ndarray
    margin_high: np.ndarray
    stability: np.ndarray


def prefer(r: Sequence[np.ndarray], resampled: Sequence[np.ndarray]) -> Preference:
    """Compare models on the same test stimuli.

    One model is always the best, also where all of them predict noise. The margin over the second best in
    resamples of the test stimuli says whether other stimuli would have led to the same choice: a voxel is
    counted for a model only if the interval of the margin lies above 0, see :func:`decided`.

    Parameters
    ----------
    r : sequence of (v,) arrays
        r of each model; of equal ones the first is the best.
    resampled : sequence of (v, draws) arrays
        r of each model in resamples of the test stimuli, drawn alike for all models.

    Raises
    ------
    ConfigError
        Fewer than two models.
    DataError
        Models with different numbers of voxels or resamples.
    """
    if len(r) < 2:
        raise ConfigError("best model", "at least 2 models", f"{len(r)}", "add points to encode/grid")
    _check_shapes(r, resampled)
    order = np.argsort(-np.array(r), axis=0, kind="stable")
    best, second = order[:2]
    voxels = np.arange(len(best))
    values = np.array(resampled)
    apart = values[best, voxels].astype(np.float64) - values[second, voxels]
    low, high = np.percentile(apart, INTERVAL, axis=1)
    of_best = values[best, voxels]
    values[best, voxels] = -np.inf
    stability = (of_best > values.max(axis=0)).mean(axis=1)
    found = np.array(r)
    margin = found[best, voxels] - found[second, voxels]
    return Preference(best, found[best, voxels], second, margin, low, high, stability)


def decided(table: pa.Table) -> np.ndarray:
    """Return whether each voxel of a table `preferred` may be counted for its best model, (v,) bool.

    It may if the 95 % interval of its margin over the second best lies above 0.
    """
    low: np.ndarray = table.column("margin_low").to_numpy()
    return low > 0


def _check_shapes(r: Sequence[np.ndarray], resampled: Sequence[np.ndarray]) -> None:
    shapes = {(len(one), *draws.shape) for one, draws in zip(r, resampled, strict=True)}
    if len(shapes) > 1 or any(voxels != rows for voxels, rows, _ in shapes):
        found = ", ".join(map(str, sorted(shapes)))
        fix = "run the encoding models of the subject again"
        raise DataError("best model", "tables of the same voxels and resamples", found, fix)
