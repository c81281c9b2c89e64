"""True responses of every voxel to the stimuli, and noise from trial to trial."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cortex2image.simulation.anatomy import (
    EARLY,
    MIDLATERAL,
    MIDPARIETAL,
    MIDVENTRAL,
    NOT_CORTEX,
    UNLABELLED,
)
from cortex2image.simulation.design import EstimationNoise
from cortex2image.simulation.receptive_fields import ReceptiveFields, visual_drive
from cortex2image.simulation.tuning import Tuning, semantic_drive

SILENT_SHARE = 0.07
"""Share of voxels in the streams that respond to no stimulus."""
SHARED_SHARE = 0.2
"""Share of the variance of trial noise that is common to all voxels."""
SHARED_SOURCES = 8
NCSNR_RANGE = (0.3, 1.3)
NCSNR_SPREAD = 0.3
SIGNAL_PERCENT = 1.0
_LEAST_TRIAL_NOISE = 0.05


@dataclass(frozen=True)
class Roles:
    """What drives each voxel.

    Attributes
    ----------
    responds : (voxels,) bool
        False for silent voxels.
    visual_share : (voxels,)
        In [0, 1]: 1 for a purely visual voxel, 0 for a purely semantic voxel.
    """

    responds: NDArray[np.bool_]
    visual_share: NDArray[np.float64]

    @property
    def kinds(self) -> NDArray[np.str_]:
        """Kind of each voxel, (voxels,): ``early``, ``mid``, ``higher`` or ``silent``."""
        shares = [~self.responds, self.visual_share == 1, self.visual_share == 0]
        return np.select(shares, ["silent", "early", "higher"], "mid")


@dataclass(frozen=True)
class Responses:
    """Response amplitudes in percent of the baseline, at the peak of the response, and their noise.

    Attributes
    ----------
    amplitudes : (stimuli, voxels)
        Noise-free response to each stimulus; 0 in silent voxels.
    trial_noise : (voxels,)
        Standard deviation of the response over trials of one stimulus; 0 in silent voxels.
    loadings : (sources, voxels)
        Weights with which common sources of trial noise enter each voxel; unit length per voxel.
    ncsnr : (voxels,)
        True signal-to-noise ratio of a single-trial estimate: standard deviation of the noise-free responses
        over training stimuli, divided by the standard deviation of the noise of the estimate. 0 in silent
        voxels.
    """

    amplitudes: NDArray[np.float64]
    trial_noise: NDArray[np.float64]
    loadings: NDArray[np.float64]
    ncsnr: NDArray[np.float64]

    def draw_trials(self, stimuli: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw response amplitudes of trials that show the stimuli `stimuli`, (trials, voxels)."""
        shared = rng.standard_normal((len(stimuli), len(self.loadings))) @ self.loadings
        private = rng.standard_normal((len(stimuli), len(self.trial_noise)))
        noise = np.sqrt(SHARED_SHARE) * shared + np.sqrt(1 - SHARED_SHARE) * private
        amplitudes: NDArray[np.float64] = self.amplitudes[stimuli] + self.trial_noise * noise
        return amplitudes

    def noise_ceiling(self, trials: int) -> NDArray[np.float64]:
        """Return the explainable share of the variance of the mean over `trials` estimates, (voxels,)."""
        return self.ncsnr**2 / (self.ncsnr**2 + 1 / trials)


def draw_roles(labels: NDArray[np.int64], rng: np.random.Generator) -> Roles:
    """Draw the role of each voxel: silent outside the streams, visual and semantic in intermediate areas."""
    outside = np.isin(labels, [NOT_CORTEX, UNLABELLED])
    middle = np.isin(labels, [MIDVENTRAL, MIDLATERAL, MIDPARIETAL])
    silent = outside | (rng.random(len(labels)) < SILENT_SHARE)
    mixed = rng.uniform(0.3, 0.7, len(labels))
    return Roles(~silent, np.select([labels == EARLY, middle], [1.0, mixed], 0.0))


def tuned_responses(
    roles: Roles,
    fields: ReceptiveFields,
    tuning: Tuning,
    channels: NDArray[np.float32],
    attributes: NDArray[np.float64],
    training: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the tuned response of every voxel to every stimulus, (stimuli, voxels).

    Responses have mean 0 and deviation 1 over training stimuli and are 0 in silent voxels.

    Parameters
    ----------
    channels : (stimuli, channels, side, side)
        From :func:`~cortex2image.simulation.receptive_fields.visual_channels`.
    attributes : (stimuli, attributes)
        From :func:`~cortex2image.simulation.tuning.attributes`.
    training : (stimuli,) bool
    """
    mixed = np.zeros((len(channels), len(roles.responds)))
    sees = np.flatnonzero(roles.responds & (roles.visual_share > 0))
    knows = np.flatnonzero(roles.responds & (roles.visual_share < 1))
    scaled = channels / channels[training].std((0, 2, 3), keepdims=True)
    visual = _standardise(visual_drive(fields.subset(sees), scaled), training)
    semantic = _standardise(semantic_drive(tuning.subset(knows), attributes), training)
    mixed[:, sees] += roles.visual_share[sees] * visual
    mixed[:, knows] += (1 - roles.visual_share[knows]) * semantic
    return _standardise(mixed, training)


def draw_responses(
    tuned: NDArray[np.float64],
    responds: NDArray[np.bool_],
    scanner_noise: NDArray[np.float64],
    estimation: EstimationNoise,
    median_ncsnr: float,
    rng: np.random.Generator,
) -> Responses:
    """Scale tuned responses to percent signal change and set the trial noise of each voxel by its ncsnr.

    The noise variance of a single-trial estimate is the sum of trial noise, leakage from the other trials
    (their noise and their signal), and scanner noise multiplied by `estimation.scanner`. Trial noise is set
    such that the voxel reaches its drawn ncsnr. Where scanner noise and leakage alone are too large for that,
    the true ncsnr is lower than the drawn one.

    Parameters
    ----------
    tuned : (stimuli, voxels)
        From :func:`tuned_responses`.
    responds : (voxels,) bool
    scanner_noise : (voxels,)
        Standard deviation in percent.
    estimation : EstimationNoise
    median_ncsnr : float
    """
    voxels = len(responds)
    signal = SIGNAL_PERCENT * rng.lognormal(0, 0.2, voxels)
    mean = SIGNAL_PERCENT * rng.normal(1.0, 0.4, voxels)
    wanted = np.clip(median_ncsnr * rng.lognormal(0, NCSNR_SPREAD, voxels), *NCSNR_RANGE)
    fixed = estimation.scanner * scanner_noise**2 + estimation.leakage * signal**2
    spread = 1 + estimation.leakage
    trial = np.sqrt(np.maximum(((signal / wanted) ** 2 - fixed) / spread, _LEAST_TRIAL_NOISE**2))
    loadings = rng.standard_normal((SHARED_SOURCES, voxels))
    return Responses(
        amplitudes=np.where(responds, mean + signal * tuned, 0.0),
        trial_noise=np.where(responds, trial, 0.0),
        loadings=loadings / np.linalg.norm(loadings, axis=0),
        ncsnr=np.where(responds, signal / np.sqrt(spread * trial**2 + fixed), 0.0),
    )


def _standardise(responses: NDArray[np.float64], training: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Centre and scale responses by training stimuli; voxels that are constant over them become 0."""
    centred = responses - responses[training].mean(0)
    deviation = responses[training].std(0)
    flat = deviation < 1e-9
    return np.where(flat, 0.0, centred / np.where(flat, 1.0, deviation))
