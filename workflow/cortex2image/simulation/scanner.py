"""Baseline, drift, noise, head motion and spikes that the scanner and the body add to the BOLD signal.

Also the confounds table that fMRIPrep would write for the head motion.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter

from cortex2image.simulation.anatomy import Traits

DRIFT_PERCENT = 1.0
DRIFT_CUTOFF_S = 200.0
SPIKE_PERCENT = 4.0
T1_PERCENT = 15.0
AXES = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
HEAD_RADIUS_MM = 50.0
OUTLIER_MM = 0.5
_COSINE_CUTOFF_S = 128.0
_JERK_MM = 1.0


@dataclass(frozen=True)
class Motion:
    """Head motion in one run.

    Attributes
    ----------
    parameters : (volumes, 6)
        Translations in mm and rotations in radians, in the order of :data:`AXES`.
    jerks : (k,) int
        Volumes with sudden motion.
    """

    parameters: NDArray[np.float64]
    jerks: NDArray[np.int64]

    @property
    def in_mm(self) -> NDArray[np.float64]:
        """Motion parameters with rotations as arc lengths on a sphere of 50 mm, (volumes, 6) in mm."""
        parameters: NDArray[np.float64] = self.parameters * np.array(
            [1, 1, 1, HEAD_RADIUS_MM, HEAD_RADIUS_MM, HEAD_RADIUS_MM]
        )
        return parameters

    @property
    def framewise_displacement(self) -> NDArray[np.float64]:
        """Framewise displacement in mm (Power et al. 2012): sum of absolute changes since the last volume.

        0 for the first volume.
        """
        displacement: NDArray[np.float64] = np.abs(np.diff(self.in_mm, axis=0, prepend=self.in_mm[:1])).sum(1)
        return displacement


def draw_motion(volumes: int, non_steady: int, rng: np.random.Generator) -> Motion:
    """Draw the head motion of a run: a slow random walk with one or two jerks of a single volume.

    Parameters
    ----------
    volumes : int
    non_steady : int
        Number of volumes at the start of the run that have no jerks.
    rng : numpy.random.Generator
    """
    walk = np.cumsum(rng.normal(0, 0.012, (volumes, 6)), axis=0)
    jerks = np.sort(rng.choice(np.arange(non_steady + 2, volumes - 2), rng.integers(1, 3), replace=False))
    walk[jerks] += _JERK_MM * rng.choice([-1, 1], (len(jerks), 6)) * rng.uniform(0.3, 1.0, (len(jerks), 6))
    scale = np.array([1, 1, 1, 1 / HEAD_RADIUS_MM, 1 / HEAD_RADIUS_MM, 1 / HEAD_RADIUS_MM])
    return Motion(walk * scale, jerks)


def confounds(motion: Motion, non_steady: int, tr: float) -> pd.DataFrame:
    """Return confounds under the names of fMRIPrep, one row per volume; NaN where fMRIPrep writes n/a.

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
    """Return discrete cosines of periods above `cutoff_s`, (volumes, k), norm one, without the constant."""
    orders = np.arange(1, int(2 * volumes * tr / cutoff_s) + 1)
    phases = np.pi * (np.arange(volumes)[:, None] + 0.5) * orders / volumes
    basis: NDArray[np.float64] = np.sqrt(2 / volumes) * np.cos(phases)
    return basis


def _one_hot(name: str, rows: NDArray[np.int64], volumes: int) -> dict[str, NDArray[np.float64]]:
    columns = (np.arange(volumes)[:, None] == rows).astype(float)
    return {f"{name}{i:02d}": column for i, column in enumerate(columns.T)}


@dataclass(frozen=True)
class Scanner:
    """Properties of each voxel that stay the same over the runs of a subject.

    Attributes
    ----------
    baseline : (voxels,)
        Mean intensity in arbitrary units, about 100.
    noise : (voxels,)
        Standard deviation of the autoregressive noise in percent of the baseline.
    coupling : (6, voxels)
        Percent of signal change per millimetre of motion.
    """

    baseline: NDArray[np.float64]
    noise: NDArray[np.float64]
    coupling: NDArray[np.float64]


def draw_scanner(position: NDArray[np.float64], traits: Traits, rng: np.random.Generator) -> Scanner:
    """Draw the scanner properties of each voxel; motion coupling grows towards the surface of the head."""
    voxels = len(position)
    edge = np.linalg.norm(position, axis=1) ** 2
    return Scanner(
        baseline=rng.uniform(90, 130, voxels) * (1 - 0.25 * edge),
        noise=traits.scanner_noise * rng.lognormal(0, 0.15, voxels),
        coupling=rng.normal(0, 1.0, (6, voxels)) * (0.2 + 0.8 * edge),
    )


def scan(
    signal: NDArray[np.float64], motion: Motion, scanner: Scanner, traits: Traits, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the intensities of a run, (volumes, voxels).

    Parameters
    ----------
    signal : (volumes, voxels)
        BOLD response to the stimuli, in percent of the baseline.
    """
    volumes, voxels = signal.shape
    basis = cosines(volumes, traits.tr, DRIFT_CUTOFF_S) * np.sqrt(volumes / 2)
    change = signal + basis @ rng.normal(0, DRIFT_PERCENT, (basis.shape[1], voxels))
    change += (motion.in_mm - motion.in_mm.mean(0)) @ scanner.coupling
    change += ar1_noise(volumes, scanner.noise, traits.autocorrelation, rng)
    change[motion.jerks] += rng.normal(0, SPIKE_PERCENT, (len(motion.jerks), voxels))
    early = np.arange(traits.non_steady_volumes)
    change[early] += T1_PERCENT * np.exp(-early)[:, None]
    intensities: NDArray[np.float64] = scanner.baseline * (1 + change / 100)
    return intensities


def ar1_noise(
    volumes: int, sd: NDArray[np.float64], autocorrelation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return stationary first-order autoregressive noise of standard deviations `sd`, (volumes, voxels)."""
    innovations = rng.standard_normal((volumes, len(sd)))
    innovations[1:] *= np.sqrt(1 - autocorrelation**2)
    noise: NDArray[np.float64] = lfilter([1.0], [1.0, -autocorrelation], innovations, axis=0) * sd
    return noise
