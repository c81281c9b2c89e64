"""Semantic tuning of higher voxels: nonlinear responses to the contents of a scene."""

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
"""Power of the rectified drive of a unit. Above one, two preferred attributes together drive it more than the
sum of both alone."""

EMPHASIS: dict[int, tuple[float, float, float]] = {LATERAL: (1.0, 0.4, 0.8), PARIETAL: (0.4, 1.0, 0.8)}
VENTRAL_EMPHASIS = (1.0, 0.8, 0.4)
"""Weights of category, setting and number of objects in streams without an entry in :data:`EMPHASIS`."""


@dataclass(frozen=True)
class Tuning:
    """Semantic tuning of each voxel: `weights` (voxels, units, attributes) and `gains` (voxels, units)."""

    weights: NDArray[np.float64]
    gains: NDArray[np.float64]

    def subset(self, voxels: NDArray[np.int64]) -> "Tuning":
        """Return the tuning of some voxels."""
        return Tuning(self.weights[voxels], self.gains[voxels])


def attributes(scenes: Sequence[Scene]) -> NDArray[np.float64]:
    """Return which of the :data:`ATTRIBUTES` each scene has, (scenes, attributes) of 0 and 1."""
    table = np.zeros((len(scenes), len(ATTRIBUTES)))
    for row, scene in zip(table, scenes, strict=True):
        for item in scene.objects:
            row[ATTRIBUTES.index(item.category)] = 1
        row[ATTRIBUTES.index(scene.setting)] = 1
        row[-1] = len(scene.objects) > 1
    return table


def draw_tuning(labels: NDArray[np.int64], rng: np.random.Generator) -> Tuning:
    """Draw the tuning of each voxel: units that prefer two categories, two settings and a number of objects.

    Parameters
    ----------
    labels : (voxels,)
        Codes of the streams, which determine the weights of category, setting and number of objects.
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
    """Return the semantic response of each voxel to each scene, (scenes, voxels), in arbitrary units.

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
    """Return weights, (units, options), about one for two random options of each unit and zero elsewhere."""
    weights = np.zeros((units, options))
    preferred = rng.random((units, options)).argsort(axis=1)[:, :2]
    np.put_along_axis(weights, preferred, rng.gamma(4.0, 0.25, (units, 2)), axis=1)
    return weights
