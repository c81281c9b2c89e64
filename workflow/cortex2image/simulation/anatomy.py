"""Traits of simulated subjects, and their heads: tilted ellipsoids with the streams of the NSD atlas."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cortex2image.seeds import rng_for

VOXEL_MM = 3.0
CENTRE_MM = (0.4, -58.0, 6.0)
"""World position of the middle of the grid: an occipito-temporal slab, slightly off the midline."""

Value = TypeVar("Value", bound=np.generic)

NOT_CORTEX, UNLABELLED = -1, 0
EARLY, MIDVENTRAL, MIDLATERAL, MIDPARIETAL, VENTRAL, LATERAL, PARIETAL = range(1, 8)


@dataclass(frozen=True)
class Traits:
    """What makes one simulated subject differ from another: grid, orientation, scanner and noise.

    Attributes
    ----------
    shape : (int, int, int)
        Grid of the BOLD runs; the three numbers differ.
    radiological : bool
        True if the first voxel axis points to the left (LAS), False if it points to the right (RAS).
    pitch, yaw : float
        Rotation of the grid relative to the scanner, in degrees.
    tr : float
        Repetition time in seconds.
    slice_timing_corrected : bool
        True if samples represent the middle of the repetition time.
    non_steady_volumes : int
        Volumes at the start of a run before the magnetisation reaches its steady state.
    ncsnr : float
        Median over responding voxels of the signal-to-noise ratio of a single-trial estimate.
    scanner_noise : float
        Median over voxels of the standard deviation of scanner noise, in percent of the baseline.
    autocorrelation : float
        Lag-one autocorrelation of scanner noise.
    """

    shape: tuple[int, int, int]
    radiological: bool
    pitch: float
    yaw: float
    tr: float
    slice_timing_corrected: bool
    non_steady_volumes: int
    ncsnr: float
    scanner_noise: float
    autocorrelation: float

    @property
    def start_time(self) -> float:
        """Seconds from the start of a volume to the time its samples represent: `StartTime` of fMRIPrep."""
        return self.tr / 2 if self.slice_timing_corrected else 0.0

    def sample_times(self, volumes: int) -> NDArray[np.float64]:
        """Return the time that each volume represents, (volumes,) in seconds from the start of the first."""
        return self.tr * np.arange(volumes, dtype=np.float64) + self.start_time


KNOWN: dict[str, Traits] = {
    "sub-01": Traits((18, 22, 14), False, 12.0, 0.0, 2.0, True, 2, 0.72, 0.8, 0.3),
    "sub-02": Traits((17, 23, 15), True, -7.0, 3.0, 1.6, False, 1, 0.62, 0.9, 0.4),
}


def traits_of(seed: int, subject: str) -> Traits:
    """Return the traits of a subject: fixed for sub-01 and sub-02, drawn from the seed for all others."""
    if subject in KNOWN:
        return KNOWN[subject]
    rng = rng_for(seed, "simulated", subject, "traits")
    return Traits(
        shape=(int(rng.integers(16, 19)), int(rng.integers(21, 24)), int(rng.integers(13, 16))),
        radiological=bool(rng.random() < 0.5),
        pitch=float(rng.uniform(-15, 15)),
        yaw=float(rng.uniform(-4, 4)),
        tr=float(rng.choice([1.5, 1.6, 1.8, 2.0])),
        slice_timing_corrected=bool(rng.random() < 0.5),
        non_steady_volumes=int(rng.integers(1, 4)),
        ncsnr=float(rng.uniform(0.55, 0.75)),
        scanner_noise=float(rng.uniform(0.7, 1.0)),
        autocorrelation=float(rng.uniform(0.2, 0.45)),
    )


@dataclass(frozen=True)
class Anatomy:
    """The voxels of one subject, their positions in the head and their visual streams.

    Attributes
    ----------
    shape : (int, int, int)
    affine : (4, 4) float64
        Voxel indices to millimetres, RAS.
    ijk : (voxels, 3) int64
        Indices of the voxels in the brain mask, in C order.
    position : (voxels, 3) float64
        Position in the head: right, anterior, superior, each from -1 to 1 at the surface.
    labels : (voxels,) int64
        Codes of the NSD atlas `streams`: -1 not cortex, 0 no stream, 1 to 7 the streams.
    """

    shape: tuple[int, int, int]
    affine: NDArray[np.float64]
    ijk: NDArray[np.int64]
    position: NDArray[np.float64]
    labels: NDArray[np.int64]

    def volume(self, values: NDArray[Value], fill: float = 0.0) -> NDArray[Value]:
        """Put one value, or one row of values, per voxel into a volume on the grid of the subject."""
        grid = np.full(self.shape + values.shape[1:], fill, dtype=values.dtype)
        grid[tuple(self.ijk.T)] = values
        return grid


def build_anatomy(traits: Traits) -> Anatomy:
    """Return the anatomy of a subject with these traits."""
    shape = np.array(traits.shape)
    centre, semi_axes = (shape - 1) / 2, shape / 2 - 1.2
    grid = np.moveaxis(np.indices(traits.shape), 0, -1)
    inside = (((grid - centre) / semi_axes) ** 2).sum(-1) <= 1
    ijk = np.argwhere(inside)
    right = -1.0 if traits.radiological else 1.0
    position = (ijk - centre) / semi_axes * np.array([right, 1.0, 1.0])
    return Anatomy(traits.shape, _affine(traits, centre), ijk, position, stream_labels(position))


def stream_labels(position: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the stream of each position: early at the back, then intermediate, then higher streams.

    Parameters
    ----------
    position : (voxels, 3)
        Right, anterior, superior, each in [-1, 1].
    """
    _, anterior, superior = position.T
    middle = anterior < -0.07
    areas = [
        (np.linalg.norm(position, axis=1) < 0.4, NOT_CORTEX),
        (anterior > 0.72, UNLABELLED),
        (anterior < -0.27, EARLY),
        (middle & (superior < -0.3), MIDVENTRAL),
        (middle & (superior > 0.35), MIDPARIETAL),
        (middle, MIDLATERAL),
        (superior < 0.15, VENTRAL),
        (superior > 0.55, PARIETAL),
    ]
    return np.select([where for where, _ in areas], [label for _, label in areas], LATERAL)


def _affine(traits: Traits, centre: NDArray[np.float64]) -> NDArray[np.float64]:
    pitch, yaw = np.radians([traits.pitch, traits.yaw])
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_z = [[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]]
    first_axis = -VOXEL_MM if traits.radiological else VOXEL_MM
    affine = np.eye(4)
    affine[:3, :3] = np.array(about_z) @ np.array(about_x) @ np.diag([first_axis, VOXEL_MM, VOXEL_MM])
    affine[:3, 3] = np.array(CENTRE_MM) - affine[:3, :3] @ centre
    return affine
