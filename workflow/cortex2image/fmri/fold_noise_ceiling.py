"""Noise ceilings of cross-validated studies, whose predictions are compared with responses within folds.

A stimulus that repeats in every fold, such as a category with the same captions, has a response s that adds
to the offset of the fold: y = offset of fold + s + noise. The explainable share is that of s in the variance
within folds, since r compares nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.fmri.noise_ceiling import (
    Pass,
    add_by_stimulus,
    ratio_sd,
    voxel_blocks,
)
from cortex2image.fmri.standardise import Moments
from cortex2image.progress import track

# Eigenvalues of the equations of the offsets, as a share of the largest, that count as 0: one for each set of
# folds without a stimulus in common with other folds. Rounding leaves up to 1e-14 of them.
NO_EQUATION = 1e-10


@dataclass(frozen=True)
class FoldRepeats:
    """Folds of n trials, and what they repeat.

    Attributes
    ----------
    fold : (n,) int array, numbered from 0
    stimulus : (n,) int array, numbered from 0
        Trials of one number show the same as far as the features of a study tell.
    shown : (folds, stimuli) int array
        Number of trials of each stimulus in each fold.
    """

    fold: np.ndarray
    stimulus: np.ndarray
    shown: np.ndarray

    @classmethod
    def of(cls, folds: np.ndarray, stimuli: np.ndarray) -> "FoldRepeats":
        """Number the labels of folds and stimuli, (n,) arrays."""
        fold, stimulus = (np.unique(labels, return_inverse=True)[1] for labels in (folds, stimuli))
        shown = np.zeros((fold.max() + 1, stimulus.max() + 1), int)
        np.add.at(shown, (fold, stimulus), 1)
        return cls(fold, stimulus, shown)

    @property
    def link(self) -> np.ndarray:
        """Return the (folds, folds) normal equations of the offsets of folds, once stimuli are fitted."""
        shared = (self.shown / self.shown.sum(axis=0)) @ self.shown.T
        link: np.ndarray = np.diag(self.shown.sum(axis=1)) - shared
        return link

    @property
    def total(self) -> int:
        """Return the degrees of freedom of differences within folds."""
        return int(self.shown.sum()) - len(self.shown)

    @property
    def within(self) -> int:
        """Return the degrees of freedom of noise: trials less offsets and responses that are fitted."""
        from scipy.sparse.csgraph import connected_components  # imported late: most studies have no folds

        apart = connected_components(self.shown @ self.shown.T > 0, directed=False)[0]
        fitted: int = self.shown.shape[1] + len(self.shown) - apart
        return int(self.shown.sum()) - fitted

    def noise_sd(self, noise: np.ndarray) -> np.ndarray:
        """Return the standard error of the share of noise in the variance within folds, for (voxels,) shares.

        The stimuli are those of every fold, and no sample of others: of the sum of squares that they explain,
        B, only the noise varies. B / noise is non-central chi-squared, with var(log B) = 2 (M^2 - S^2) /
        (M^2 df) for its mean square M and the part S of M that is signal.
        """
        df = max(self.total - self.within, 1)
        square = np.maximum((self.total - noise * self.within) / df, noise)
        signal = 1 - noise / np.where(square > 0, square, 1)
        return ratio_sd(noise, self.within, self.total, 2 / df * (1 - signal**2))


def fold_noise(
    start_pass: Pass, moments: Moments, repeats: FoldRepeats, voxels: int, block_bytes: int
) -> np.ndarray:
    """Estimate the share of noise in the variance of a trial within its fold, of every voxel.

    The noise variance is the mean square of the residuals of y = offset of fold + response to stimulus, by
    least squares; the variance of a trial is the mean square within folds. Where every fold shows every
    stimulus once, these are the mean squares of a two-way analysis of variance. One minus their ratio is
    the adjusted R^2 of the stimuli, in which noise that the fit takes for signal is subtracted
    (Theil 1961, Economic Forecasts and Policy).

    Parameters
    ----------
    start_pass, voxels, block_bytes : as for :func:`~cortex2image.fmri.noise_ceiling.repeat_mean_squares`
    moments : Moments
        Moments of all trials, grouped by fold, the number in `repeats` as text.
    repeats : FoldRepeats

    Returns
    -------
    (voxels,) float64 array
        Above 1 by estimation error where there is no signal; NaN for voxels that are constant within all
        folds, and for all voxels if no stimulus is repeated.
    """
    if not repeats.within or repeats.total == repeats.within:
        return np.full(voxels, np.nan)
    blocks = track(
        voxel_blocks(voxels, repeats.shown.shape[1], block_bytes), "noise ceiling, blocks of voxels"
    )
    explained = np.concatenate([_explained(start_pass(), moments, repeats, block) for block in blocks])
    # From deviations that are exactly 0 in voxels that vary by rounding only.
    total = sum((group.count - 1) * group.sd(1) ** 2 for group in moments.groups.values())
    residual = np.maximum(1 - explained / np.where(total > 0, total, np.nan), 0)
    noise: np.ndarray = residual / repeats.within * repeats.total
    return noise


def unclipped_fold_ceiling(noise: np.ndarray, repeats: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the ceiling of means of so many trials within folds, negative where noise exceeds 1.

    For single trials, as in most cross-validated studies, it is 1 - noise, the adjusted R^2 of the stimuli:
    its mean over voxels without signal is 0, since there the residual share of the sum of squares has a beta
    distribution whose mean is that of its degrees of freedom.

    Parameters
    ----------
    noise : (voxels,) array
        From :func:`fold_noise`.
    repeats : (stimuli,) numbers of trials averaged
    """
    averaged = np.mean(1 / np.asarray(repeats))
    ceiling: np.ndarray = (1 - noise) / (1 - noise + averaged * noise)
    return ceiling


def _explained(
    batches: Iterable[np.ndarray], moments: Moments, repeats: FoldRepeats, block: slice
) -> np.ndarray:
    """Return the sum of squares within folds that stimuli explain, beside offsets of the folds."""
    centre = np.stack([moments.groups[str(f)].mean[block] for f in range(len(repeats.shown))])
    sums, first = np.zeros((repeats.shown.shape[1], centre.shape[1]), np.float32), 0
    for rows in batches:
        here = slice(first, first + len(rows))
        add_by_stimulus(sums, rows[:, block] - centre[repeats.fold[here]], repeats.stimulus[here])
        first = here.stop
    means = sums.astype(np.float64) / repeats.shown.sum(axis=0)[:, None]
    # Around their means folds sum to 0; what the means of stimuli leave of them are the offsets' equations.
    left = repeats.shown @ means
    offsets = np.linalg.pinv(repeats.link, rtol=NO_EQUATION, hermitian=True) @ left
    explained: np.ndarray = np.einsum("sv,sv->v", sums, means) + np.einsum("fv,fv->v", left, offsets)
    return explained
