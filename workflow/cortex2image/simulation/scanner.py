"""What the scanner and the body add to the signal: baseline, drift, noise, motion, spikes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from cortex2image.simulation.motion import Motion, cosines
from cortex2image.simulation.subjects import Traits

DRIFT_PERCENT = 1.0
DRIFT_CUTOFF_S = 200.0
SPIKE_PERCENT = 4.0
T1_PERCENT = 15.0


@dataclass(frozen=True)
class Scanner:
    """What stays the same over the runs of a subject, one value per voxel.

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
    """Draw baseline, noise and motion coupling; towards the surface of the head motion counts for more."""
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
        Stimulus-driven signal in percent of the baseline.
    """
    volumes, voxels = signal.shape
    basis = cosines(volumes, traits.tr, DRIFT_CUTOFF_S) * np.sqrt(volumes / 2)
    change = signal + basis @ rng.normal(0, DRIFT_PERCENT, (basis.shape[1], voxels))
    change += (motion.in_mm - motion.in_mm.mean(0)) @ scanner.coupling
    change += ar1_noise(volumes, scanner.noise, traits.autocorrelation, rng)
    change[motion.jerks] += rng.normal(0, SPIKE_PERCENT, (len(motion.jerks), voxels))
    early = np.arange(traits.non_steady_volumes)
    change[early] += T1_PERCENT * np.exp(-early)[:, None]
    return scanner.baseline * (1 + change / 100)


def ar1_noise(
    volumes: int, sd: NDArray[np.float64], autocorrelation: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return stationary first-order autoregressive noise, (volumes, voxels), with these deviations."""
    innovations = rng.standard_normal((volumes, len(sd)))
    innovations[1:] *= np.sqrt(1 - autocorrelation**2)
    return lfilter([1.0], [1.0, -autocorrelation], innovations, axis=0) * sd
