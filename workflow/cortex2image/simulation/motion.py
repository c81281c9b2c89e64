"""Head motion and the confounds table that fMRIPrep would make of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

AXES = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
HEAD_RADIUS_MM = 50.0
OUTLIER_MM = 0.5
_COSINE_CUTOFF_S = 128.0
_JERK_MM = 1.0


@dataclass(frozen=True)
class Motion:
    """One run: `parameters` (volumes, 6) in mm and radians, `jerks` the volumes of sudden motion."""

    parameters: NDArray[np.float64]
    jerks: NDArray[np.int64]

    @property
    def in_mm(self) -> NDArray[np.float64]:
        """Parameters with rotations as arcs on a sphere of 50 mm."""
        return self.parameters * np.array([1, 1, 1, HEAD_RADIUS_MM, HEAD_RADIUS_MM, HEAD_RADIUS_MM])

    @property
    def framewise_displacement(self) -> NDArray[np.float64]:
        """Sum of absolute changes per volume in mm (Power et al. 2012); 0 for the first volume."""
        return np.abs(np.diff(self.in_mm, axis=0, prepend=self.in_mm[:1])).sum(1)


def draw_motion(volumes: int, non_steady: int, rng: np.random.Generator) -> Motion:
    """Draw the motion of a run: a slow walk, and at one or two moments a jerk out and back.

    Parameters
    ----------
    volumes : int
    non_steady : int
        Volumes at the start without jerks.
    rng : numpy.random.Generator
    """
    walk = np.cumsum(rng.normal(0, 0.012, (volumes, 6)), axis=0)
    jerks = np.sort(rng.choice(np.arange(non_steady + 2, volumes - 2), rng.integers(1, 3), replace=False))
    walk[jerks] += _JERK_MM * rng.choice([-1, 1], (len(jerks), 6)) * rng.uniform(0.3, 1.0, (len(jerks), 6))
    scale = np.array([1, 1, 1, 1 / HEAD_RADIUS_MM, 1 / HEAD_RADIUS_MM, 1 / HEAD_RADIUS_MM])
    return Motion(walk * scale, jerks)


def confounds(motion: Motion, non_steady: int, tr: float) -> pd.DataFrame:
    """Return the confounds under fMRIPrep's names, one row per volume; NaN where fMRIPrep writes n/a.

    A volume whose framewise displacement exceeds 0.5 mm is a motion outlier.
    """
    table = dict(zip(AXES, motion.parameters.T, strict=True))
    for name, values in list(table.items()):
        table[f"{name}_derivative1"] = np.append(np.nan, np.diff(values))
    displacement = motion.framewise_displacement
    table["framewise_displacement"] = np.append(np.nan, displacement[1:])
    volumes = len(displacement)
    table |= {f"cosine{i:02d}": column for i, column in enumerate(cosines(volumes, tr, _COSINE_CUTOFF_S).T)}
    table |= _one_hot("non_steady_state_outlier", np.arange(non_steady), volumes)
    table |= _one_hot("motion_outlier", np.flatnonzero(displacement > OUTLIER_MM), volumes)
    return pd.DataFrame(table)


def cosines(volumes: int, tr: float, cutoff_s: float) -> NDArray[np.float64]:
    """Return the discrete cosines slower than `cutoff_s` without the constant, (volumes, k), norm one."""
    orders = np.arange(1, int(2 * volumes * tr / cutoff_s) + 1)
    phases = np.pi * (np.arange(volumes)[:, None] + 0.5) * orders / volumes
    return np.sqrt(2 / volumes) * np.cos(phases)


def _one_hot(name: str, rows: NDArray[np.int64], volumes: int) -> dict[str, NDArray[np.float64]]:
    columns = (np.arange(volumes)[:, None] == rows).astype(float)
    return {f"{name}{i:02d}": column for i, column in enumerate(columns.T)}
