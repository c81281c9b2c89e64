"""Experimental design: which stimulus is shown when, and how noisy single-trial estimates are under it.

Test stimuli repeat over sessions and runs, training stimuli are shown once. Estimation noise is that of the
least-squares-separate model (Mumford et al. 2012) of one run: each trial is fitted with one regressor of its
own and one for all other trials, after constant and drift terms have been projected out. Estimates are linear
in the data, so their noise follows exactly from the weights that they give to the volumes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz

from cortex2image.simulation.layout import Sizes

STIMULUS_S = 3.0
PAUSE_S = (4.0, 5.0)
LEAD_IN_S = 6.0
LEAD_OUT_S = 14.0
TRIALS_PER_BLANK = 13
BLANK = -1


@dataclass(frozen=True)
class RunDesign:
    """Trials of one run.

    Attributes
    ----------
    onsets : (trials,) float64
        Seconds from the first volume.
    stimuli : (trials,) int64
        Index of the stimulus shown, or -1 for a blank trial.
    volumes : int
        Number of volumes of the run.
    """

    onsets: NDArray[np.float64]
    stimuli: NDArray[np.int64]
    volumes: int

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Which trials show a stimulus, (trials,) bool."""
        shown: NDArray[np.bool_] = self.stimuli != BLANK
        return shown


def draw_designs(sizes: Sizes, runs: int, tr: float, rng: np.random.Generator) -> list[RunDesign]:
    """Draw all runs of one subject.

    Parameters
    ----------
    sizes : Sizes
        The first `train_stimuli` indices are training stimuli, shown once; the following are test stimuli.
    runs : int
        Number of runs; the runs of a session are adjacent.
    tr : float
        Repetition time in seconds.
    rng : numpy.random.Generator
    """
    contents = deal_stimuli(sizes, runs, rng)
    return [_time_run(stimuli, tr, rng) for stimuli in contents]


def deal_stimuli(sizes: Sizes, runs: int, rng: np.random.Generator) -> list[list[int]]:
    """Distribute stimuli over runs of equal length, repeats of a test stimulus as far apart as possible."""
    contents: list[list[int]] = [[] for _ in range(runs)]
    for place, stimulus in enumerate(rng.permutation(sizes.test_stimuli)):
        for repeat in range(sizes.test_repeats):
            run = (place + repeat * runs // sizes.test_repeats) % runs
            contents[run].append(sizes.train_stimuli + int(stimulus))
    for stimulus in rng.permutation(sizes.train_stimuli):
        min(contents, key=len).append(int(stimulus))
    return contents


def _time_run(stimuli: list[int], tr: float, rng: np.random.Generator) -> RunDesign:
    blanks = [BLANK] * math.ceil(len(stimuli) / TRIALS_PER_BLANK)
    order = rng.permutation(np.array(stimuli + blanks, dtype=np.int64))
    gaps = np.round(STIMULUS_S + rng.uniform(*PAUSE_S, len(order)), 3)
    onsets = LEAD_IN_S + np.concatenate([[0.0], np.cumsum(gaps)[:-1]])
    return RunDesign(onsets, order, math.ceil((onsets[-1] + STIMULUS_S + LEAD_OUT_S) / tr))


@dataclass(frozen=True)
class EstimationNoise:
    """Two variances of single-trial estimates, averaged over trials.

    Attributes
    ----------
    scanner : float
        Variance of an estimate that is caused by autoregressive scanner noise of variance 1.
    leakage : float
        Variance of an estimate that is caused by the other trials, if their amplitudes vary about their mean
        with variance 1.
    """

    scanner: float
    leakage: float


def estimation_noise(
    design: NDArray[np.float64], nuisance: NDArray[np.float64], autocorrelation: float
) -> EstimationNoise:
    """Return the noise of least-squares-separate estimates under a design.

    Parameters
    ----------
    design : (volumes, trials)
        BOLD response to each trial.
    nuisance : (volumes, k)
        Regressors fitted together with the trials, including the constant.
    autocorrelation : float
        Lag-one autocorrelation of the scanner noise.
    """
    weights = separate_weights(design, nuisance)
    covariance = toeplitz(autocorrelation ** np.arange(len(design)))
    scanner = np.einsum("vt,vw,wt->t", weights, covariance, weights, optimize=True)
    taken = (weights.T @ design) ** 2
    leakage = taken.sum(1) - np.diag(taken)
    return EstimationNoise(float(scanner.mean()), float(leakage.mean()))


def separate_weights(design: NDArray[np.float64], nuisance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights, (volumes, trials), that give the estimate of each trial from a time series."""
    basis = np.linalg.qr(nuisance)[0]
    own = design - basis @ (basis.T @ design)
    others = own.sum(1, keepdims=True) - own
    overlap = (own * others).sum(0) / (others**2).sum(0)
    distinct = own - others * overlap
    weights: NDArray[np.float64] = distinct / (distinct * own).sum(0)
    return weights
