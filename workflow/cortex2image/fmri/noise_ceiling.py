"""Noise ceilings of voxels from repeated stimuli, as defined by the Natural Scenes Dataset.

In the demo only test pictures are repeated, so ceilings describe test data. They help to interpret scores and
never select the voxels of a fit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cortex2image.fmri.standardise import GroupMoments, Moments
from cortex2image.progress import track

# Least number of trials of a repeated stimulus, for each trial of the means that are scored; with slack, as
# numbers may be unequal: the denominator is then 0 only where noise is estimated at twenty times its share.
FEWER = 0.95
Pass = Callable[[], Iterable[np.ndarray]]


class KnowsNoiseSd(Protocol):
    """Trials from which a share of noise was estimated."""

    def noise_sd(self, noise: np.ndarray) -> np.ndarray:
        """Return the standard error of the share of noise, for (voxels,) shares."""


@dataclass(frozen=True)
class Repeats:
    """Trials that share their stimulus with another trial.

    Attributes
    ----------
    sessions : (trials,) labels
    stimulus : (trials,) int array
        Number of the trial's stimulus among those with two or more used trials; -1 for all other trials.
    counts : (repeated stimuli,) int array
        Number of used trials of each repeated stimulus.
    single : int
        Number of used trials of stimuli without repeats.
    used_sessions : int
        Number of sessions with used trials.
    within, between : float
        Degrees of freedom of repeats around the mean of their stimulus, and of these means around that of all
        repeats, once the mean of the used trials of each session is subtracted from them.
    """

    sessions: np.ndarray
    stimulus: np.ndarray
    counts: np.ndarray
    single: int
    used_sessions: int
    within: float
    between: float

    @classmethod
    def among(cls, used: np.ndarray, stimuli: np.ndarray, sessions: np.ndarray) -> "Repeats":
        """Find the repeats among the trials marked in `used`, bool; all are (trials,) arrays."""
        _, numbers, counts = np.unique(stimuli[used], return_inverse=True, return_counts=True)
        stimulus = np.full(len(stimuli), -1)
        stimulus[used] = np.where(counts > 1, np.cumsum(counts > 1) - 1, -1)[numbers]
        labels, session, of_session = np.unique(sessions[used], return_inverse=True, return_counts=True)
        shown = np.zeros((int((counts > 1).sum()), len(labels)))
        repeated = stimulus[used] >= 0
        np.add.at(shown, (stimulus[used][repeated], session[repeated]), 1)
        freedom = _freedom(shown, of_session)
        return cls(sessions, stimulus, counts[counts > 1], int((counts == 1).sum()), len(labels), *freedom)

    def noise_sd(self, noise: np.ndarray) -> np.ndarray:
        """Return the standard error of the share of noise in the variance of a trial, for (voxels,) shares.

        With normal responses and pictures that are a sample of many, the sums of squares within and between
        stimuli, W and B, are independent. W / noise is chi-squared; B is the sum over stimuli of n_i trials
        of multiples n_i signal + noise of chi-squared variables, whose relative variance is that of one with
        fewer degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110). The estimate is
        proportional to W / (W + B), the ratio behind the F statistic, and the delta method gives
        var(log estimate) = (B / (W + B))^2 (var(log W) + var(log B)). Scales of sessions, each a W + B of its
        own, add up to the same to first order.
        """
        counts = np.concatenate([self.counts, np.ones(self.single)])
        within, total = self.within, counts.sum() - self.used_sessions
        squares = counts[:, None] * (1 - noise) + noise
        between = (squares**2).mean(axis=0) / squares.mean(axis=0) ** 2 * 2 / max(total - within, 1)
        return ratio_sd(noise, within, total, between)


def _freedom(shown: np.ndarray, of_session: np.ndarray) -> tuple[float, float]:
    """Return the degrees of freedom within and between repeated stimuli, beside the means of sessions.

    They are traces of products of projections: onto what is left of a mean of each stimulus, or of all, and
    onto what is left of a mean of each session.

    Parameters
    ----------
    shown : (repeated stimuli, sessions) numbers of used trials
    of_session : (sessions,) numbers of used trials, also of stimuli without repeats
    """
    if not len(shown):
        return 0.0, 0.0
    counts, repeated = shown.sum(axis=1), shown.sum(axis=0)
    by_stimulus = ((shown**2 / counts[:, None]).sum(axis=0) / of_session).sum()
    within = (counts - 1).sum() - (repeated / of_session).sum() + by_stimulus
    between = len(counts) - 1 - by_stimulus + (repeated**2 / of_session).sum() / counts.sum()
    return float(within), float(between)


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of betas that are z-scored per session, each a (voxels,) float64 array.

    Attributes
    ----------
    within : array
        Of the repeats of a stimulus around their mean: the noise variance of a trial, as a share of its
        variance.
    between : array
        Of the means of repeated stimuli around the mean of all their trials, times the number of trials:
        noise and, as many times as a stimulus has trials, signal. NaN with fewer than two repeated stimuli.
    """

    within: np.ndarray
    between: np.ndarray


def repeat_mean_squares(
    start_pass: Pass, moments: Moments, repeats: Repeats, voxels: int, block_bytes: int
) -> MeanSquares:
    """Estimate the noise variance of every voxel, and the variance of the means of repeated stimuli.

    Allen et al. 2022 (Methods, "Noise ceiling estimation"): betas are z-scored per session (ddof 1), the
    noise variance is the variance over the repeats of a stimulus (ddof 1), and the signal variance is 1 minus
    the noise variance. Allen et al. average the noise variance over stimuli with exactly three trials; here
    the average is over all stimuli with two or more, weighted by degrees of freedom. With equal numbers of
    repeats the two averages are the same, but for the degrees of freedom that means of sessions take, which
    count where sessions are short. :func:`signal_to_noise` makes the ratio ncsnr of it.

    Repeats of a stimulus lie in different sessions, so a sum over repeats is kept for every stimulus while
    the betas are read; `block_bytes` bounds the number of voxels per pass.

    Parameters
    ----------
    start_pass : function that returns batches of betas, (some trials, voxels) each
        Called once per block of voxels; the batches together are all trials, in order.
    moments : Moments
        Moments of the used trials, grouped by session.
    repeats : Repeats
    voxels : int
    block_bytes : int
        Size of the sums over repeats, in bytes.

    Returns
    -------
    MeanSquares
        NaN for voxels whose betas are constant in a session, and for all voxels if no stimulus is repeated.
    """
    if not len(repeats.counts):
        return MeanSquares(np.full(voxels, np.nan), np.full(voxels, np.nan))
    shown = track(voxel_blocks(voxels, len(repeats.counts), block_bytes), "noise ceiling, blocks of voxels")
    parts = [_mean_squares(start_pass(), moments.groups, repeats, block) for block in shown]
    within, between = (np.concatenate(side) for side in zip(*parts, strict=True))
    return MeanSquares(within, between)


def voxel_blocks(voxels: int, sums: int, block_bytes: int) -> list[slice]:
    """Return blocks of voxels for whose `sums`, float32 of each voxel, `block_bytes` are enough."""
    width = max(1, block_bytes // (sums * np.dtype(np.float32).itemsize))
    return [slice(first, min(first + width, voxels)) for first in range(0, voxels, width)]


def signal_to_noise(noise: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the signal over that of the noise, >= 0, given the share of noise."""
    with np.errstate(divide="ignore"):
        ratio: np.ndarray = np.sqrt(np.maximum(1 - noise, 0) / noise)
    return ratio


def noise_ceiling(ncsnr: np.ndarray, repeats: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the fraction of the variance of averaged trials that a perfect model explains.

    ``ncsnr^2 / (ncsnr^2 + mean(1 / n))`` with n trials averaged per stimulus (Allen et al. 2022, who take the
    mean for mixed numbers of repeats).

    Parameters
    ----------
    ncsnr : (voxels,) array
    repeats : (stimuli,) numbers of trials averaged

    Returns
    -------
    (voxels,) float64 array
        In [0, 1], in units of r squared; NaN where `ncsnr` is.
    """
    signal, noise = np.asarray(ncsnr, np.float64) ** 2, np.mean(1 / np.asarray(repeats))
    # In this form an infinite ratio (trials without noise) gives 1.
    with np.errstate(divide="ignore"):
        ceiling: np.ndarray = 1 / (1 + noise / signal)
    return ceiling


def unclipped_ceiling(
    squares: MeanSquares, design: Repeats, repeats: Sequence[int] | np.ndarray
) -> np.ndarray:
    """Return an estimate of :func:`noise_ceiling` that is right on average, also for voxels without signal.

    A ratio of signal to noise cannot be negative, so that the ceilings of silent voxels, which scatter around
    0, are cut off there, and their mean is too high: by 0.04 to 0.17 with 60 pictures shown three times. With
    F = between / within, b degrees of freedom of `between`, and normal responses to pictures that are a
    sample of many, (b - 2) / b / F is an unbiased estimate of noise / (noise + n signal), since 1 / F is a
    ratio of independent chi-squared variables, and the mean of 1 / chi-squared is 1 / (b - 2). One minus that
    is the ceiling of means of n trials. Where means of fewer trials are scored, the ratio of noise to signal
    is taken to that number. To means of more trials it cannot be taken: the estimate would be a ratio whose
    denominator passes through 0 within the errors of silent voxels.

    Parameters
    ----------
    squares : MeanSquares
    design : Repeats
        The trials from which `squares` were estimated.
    repeats : (stimuli,) numbers of trials averaged

    Returns
    -------
    (voxels,) float64 array
        In units of r squared, at most 1, negative by estimation error; NaN where unknown, and for all voxels
        with fewer than four repeated stimuli, for which the correction does not exist, and if means of more
        trials are scored than those of the repeated stimuli.
    """
    counts, freedom = design.counts.astype(np.float64), design.between
    averaged = np.mean(1 / np.asarray(repeats))
    together = (counts.sum() - (counts**2).sum() / counts.sum()) / freedom if freedom > 0 else 0.0
    if len(counts) < 4 or freedom <= 2 or averaged * together < FEWER:
        return np.full(len(squares.within), np.nan)
    noise = (freedom - 2) / freedom * squares.within / np.where(squares.between > 0, squares.between, np.nan)
    ceiling: np.ndarray = (1 - noise) / (1 - noise + averaged * together * noise)
    return ceiling


def ratio_sd(noise: np.ndarray, within: float, total: float, between: np.ndarray) -> np.ndarray:
    """Return the standard error of a share of noise, W / within over (W + B) / total.

    Parameters
    ----------
    noise : (voxels,) array
        The share, in [0, 1].
    within, total : float
        Degrees of freedom of W, and of W + B; NaN is returned if W has none.
    between : (voxels,) array
        Variance of log B.
    """
    if not within:
        return np.full(len(noise), np.nan)
    of_noise = noise * within / total
    sd: np.ndarray = noise * (1 - of_noise) * np.sqrt(2 / within + between)
    return sd


def noise_ceiling_sd(
    ncsnr: np.ndarray, design: KnowsNoiseSd, repeats: Sequence[int] | np.ndarray
) -> np.ndarray:
    """Return the standard error of :func:`noise_ceiling`.

    With the share of noise in one trial, N = 1 / (1 + ncsnr^2), and the mean a of 1 / n, the ceiling is
    (1 - N) / (1 - N + a N); the delta method multiplies the standard error of N by a / (1 - N + a N)^2.

    Parameters
    ----------
    ncsnr : (voxels,) array
    design : Repeats, or FoldRepeats of :mod:`~cortex2image.fmri.fold_noise_ceiling`
        The trials from which `ncsnr` was estimated.
    repeats : (stimuli,) numbers of trials averaged

    Returns
    -------
    (voxels,) float64 array
        In units of r squared; NaN where `ncsnr` is.
    """
    noise, averaged = 1 / (1 + np.asarray(ncsnr, np.float64) ** 2), np.mean(1 / np.asarray(repeats))
    sd: np.ndarray = averaged / (1 - noise + averaged * noise) ** 2 * design.noise_sd(noise)
    return sd


def _mean_squares(
    batches: Iterable[np.ndarray], moments: Mapping[str, GroupMoments], repeats: Repeats, block: slice
) -> tuple[np.ndarray, np.ndarray]:
    """Return both mean squares of a block of voxels, from z-scores and their means over repeats."""
    centre = {session: group.mean[block] for session, group in moments.items()}
    spread = {session: group.sd(1)[block] for session, group in moments.items()}
    sums = np.zeros((len(repeats.counts), block.stop - block.start), np.float32)
    squares, first = np.zeros(sums.shape[1]), 0
    for rows in batches:
        chosen = first + np.flatnonzero(repeats.stimulus[first : first + len(rows)] >= 0)
        z = _z_scores(rows[chosen - first, block], repeats.sessions[chosen], centre, spread)
        add_by_stimulus(sums, z, repeats.stimulus[chosen])
        squares += (z**2).sum(axis=0)
        first += len(rows)
    of_means = np.einsum("sv,sv,s->v", sums, sums, 1 / repeats.counts, dtype=np.float64)
    within = np.maximum(squares - of_means, 0) / repeats.within
    stimuli = len(repeats.counts)
    if stimuli < 2:
        return within, np.full(len(within), np.nan)
    of_all = sums.sum(axis=0, dtype=np.float64) ** 2 / repeats.counts.sum()
    return within, np.maximum(of_means - of_all, 0) / repeats.between


def _z_scores(
    rows: np.ndarray, sessions: np.ndarray, centre: Mapping[str, np.ndarray], spread: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return rows z-scored per session, float64; NaN for voxels that are constant in a session."""
    z = np.empty(rows.shape, np.float64)
    for session in np.unique(sessions).tolist():
        sd, mine = spread[session], sessions == session
        z[mine] = (rows[mine] - centre[session]) / np.where(sd > 0, sd, np.nan)
    return z


def add_by_stimulus(sums: np.ndarray, z: np.ndarray, stimulus: np.ndarray) -> None:
    """Add each row of `z` to the sum of its stimulus; a stimulus may have several rows."""
    if len(z):
        order = np.argsort(stimulus, kind="stable")
        present, starts = np.unique(stimulus[order], return_index=True)
        sums[present] += np.add.reduceat(z[order], starts, axis=0)
