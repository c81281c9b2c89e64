"""What makes one simulated subject differ from another: grid, head, scanner and noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cortex2image.seeds import rng_for


@dataclass(frozen=True)
class Traits:
    """Particulars of one subject.

    Attributes
    ----------
    shape : (int, int, int)
        Grid of the BOLD runs, three different numbers.
    radiological : bool
        True where the first voxel axis runs to the left (LAS), False where it runs to the right (RAS).
    pitch, yaw : float
        Turn of the grid against the scanner, in degrees.
    tr : float
        Repetition time in seconds.
    slice_timing_corrected : bool
        True where samples stand for the middle of the repetition time.
    non_steady_volumes : int
        Volumes at the start of a run before the magnetisation is steady.
    ncsnr : float
        Median signal-to-noise ratio of a single trial's response over responding voxels.
    scanner_noise : float
        Median standard deviation of the scanner's noise, in percent of the baseline.
    autocorrelation : float
        Lag-one autocorrelation of the scanner's noise.
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
        """Seconds from a volume's start to the moment its samples stand for: `StartTime` of fMRIPrep."""
        return self.tr / 2 if self.slice_timing_corrected else 0.0

    def sample_times(self, volumes: int) -> NDArray[np.float64]:
        """Return the moment each volume stands for, in seconds from the start of the first."""
        return self.tr * np.arange(volumes, dtype=np.float64) + self.start_time


KNOWN: dict[str, Traits] = {
    "sub-01": Traits((18, 22, 14), False, 12.0, 0.0, 2.0, True, 2, 0.72, 0.8, 0.3),
    "sub-02": Traits((17, 23, 15), True, -7.0, 3.0, 1.6, False, 1, 0.62, 0.9, 0.4),
}


def traits_of(seed: int, subject: str) -> Traits:
    """Return the particulars of a subject: fixed for sub-01 and sub-02, drawn from the seed for others."""
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
