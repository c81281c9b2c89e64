"""Higher voxels: nonlinear tuning to what is in a scene, whatever it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cortex2image.scenes.scene import Scene
from cortex2image.scenes.vocabulary import CATEGORIES, SETTINGS
from cortex2image.simulation.anatomy import LATERAL, PARIETAL

ATTRIBUTES = (*CATEGORIES, *SETTINGS, "two objects")
UNITS = 3
THRESHOLD = 0.3
CONJUNCTION = 1.5
"""Power of a unit's rectified drive: above one, two preferred attributes together do more than their sum."""

EMPHASIS: dict[int, tuple[float, float, float]] = {LATERAL: (1.0, 0.4, 0.8), PARIETAL: (0.4, 1.0, 0.8)}
VENTRAL_EMPHASIS = (1.0, 0.8, 0.4)
"""Weight of category, setting and number: by stream, and everywhere else."""


@dataclass(frozen=True)
class Tuning:
    """Semantic tuning of each voxel: `weights` (voxels, units, attributes) and `gains` (voxels, units)."""

    weights: NDArray[np.float64]
    gains: NDArray[np.float64]

    def subset(self, voxels: NDArray[np.int64]) -> "Tuning":
        """Return the tuning of some voxels."""
        return Tuning(self.weights[voxels], self.gains[voxels])


def attributes(scenes: Sequence[Scene]) -> NDArray[np.float64]:
    """Return what voxels are tuned to, (scenes, attributes) of 0 and 1, ordered as :data:`ATTRIBUTES`."""
    table = np.zeros((len(scenes), len(ATTRIBUTES)))
    for row, scene in zip(table, scenes, strict=True):
        for item in scene.objects:
            row[ATTRIBUTES.index(item.category)] = 1
        row[ATTRIBUTES.index(scene.setting)] = 1
        row[-1] = len(scene.objects) > 1
    return table


def draw_tuning(labels: NDArray[np.int64], rng: np.random.Generator) -> Tuning:
    """Draw the tuning of each voxel: units that prefer two categories, two settings and a number.

    Parameters
    ----------
    labels : (voxels,)
        Codes of the streams, which set how much category, setting and number count.
    rng : numpy.random.Generator
    """
    units = len(labels) * UNITS
    emphasis = np.array([EMPHASIS.get(int(label), VENTRAL_EMPHASIS) for label in labels])[:, None, :, None]
    parts = [
        _prefer(units, len(CATEGORIES), rng),
        _prefer(units, len(SETTINGS), rng),
        rng.normal(0, 1, (units, 1)),
    ]
    shaped = [part.reshape(len(labels), UNITS, -1) for part in parts]
    weighted = [emphasis[:, :, group] * part for group, part in enumerate(shaped)]
    return Tuning(np.concatenate(weighted, axis=-1), rng.dirichlet(np.ones(UNITS), len(labels)))


def semantic_drive(tuning: Tuning, table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the response to each scene, (scenes, voxels), in arbitrary units.

    Parameters
    ----------
    tuning : Tuning
    table : (scenes, attributes)
        From :func:`attributes`.
    """
    drive = np.einsum("sa,vua->svu", table, tuning.weights, optimize=True)
    units = np.maximum(drive - THRESHOLD, 0) ** CONJUNCTION
    response: NDArray[np.float64] = np.einsum("svu,vu->sv", units, tuning.gains, optimize=True)
    return response


def _prefer(units: int, options: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Give each unit two preferred options, weighted about one."""
    weights = np.zeros((units, options))
    preferred = rng.random((units, options)).argsort(axis=1)[:, :2]
    np.put_along_axis(weights, preferred, rng.gamma(4.0, 0.25, (units, 2)), axis=1)
    return weights
