"""Noise ceilings of the voxels of a subject with their standard errors, from the trials that a study has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.fmri.fold_noise_ceiling import FoldRepeats, fold_noise, unclipped_fold_ceiling
from cortex2image.fmri.noise_ceiling import (
    KnowsNoiseSd,
    Pass,
    Repeats,
    noise_ceiling,
    noise_ceiling_sd,
    repeat_mean_squares,
    signal_to_noise,
    unclipped_ceiling,
)
from cortex2image.fmri.standardise import Moments
from cortex2image.progress import track


@dataclass(frozen=True)
class Ceilings:
    """Noise ceilings of v voxels, named as in voxels.parquet; (v,) arrays, NaN where unknown."""

    ncsnr: np.ndarray
    noise_ceiling: np.ndarray
    noise_ceiling_sd: np.ndarray
    noise_ceiling_unclipped: np.ndarray

    @classmethod
    def released(cls, ncsnr: np.ndarray, averaged: Sequence[int]) -> "Ceilings":
        """Return ceilings from ratios of others: their errors, and what clipping took, are unknown."""
        unknown = np.full(len(ncsnr), np.nan)
        return cls(ncsnr, noise_ceiling(ncsnr, averaged), unknown, unknown)

    @classmethod
    def estimated(
        cls, noise: np.ndarray, unclipped: np.ndarray, trials: KnowsNoiseSd, averaged: Sequence[int]
    ) -> "Ceilings":
        """Return ceilings of means of so many trials.

        Parameters
        ----------
        noise : (v,) array
            Share of noise in the variance of a trial.
        unclipped : (v,) array
            Ceilings that may be negative.
        trials : KnowsNoiseSd
            The trials from which `noise` was estimated.
        averaged : numbers of trials
        """
        ncsnr = signal_to_noise(noise)
        sd = noise_ceiling_sd(ncsnr, trials, averaged)
        return cls(ncsnr, noise_ceiling(ncsnr, averaged), sd, unclipped)


@dataclass(frozen=True)
class SingleTrials:
    """Single-trial betas that are read several times.

    Attributes
    ----------
    start_pass : function that returns batches of betas, (some trials, voxels) each
        The batches together are all trials, in order.
    voxels : int
    block_bytes : int
        Bound on the size of sums over repeats, in bytes.
    """

    start_pass: Pass
    voxels: int
    block_bytes: int

    def ceilings(self, moments: Moments, repeats: Repeats, averaged: Sequence[int]) -> Ceilings:
        """Return ceilings from the repeats of a stimulus, given moments of the used trials by session."""
        sizes = self.voxels, self.block_bytes
        squares = repeat_mean_squares(self.start_pass, moments, repeats, *sizes)
        unclipped = unclipped_ceiling(squares, repeats, averaged)
        return Ceilings.estimated(squares.within, unclipped, repeats, averaged)

    def fold_ceilings(self, repeats: FoldRepeats, averaged: Sequence[int]) -> Ceilings:
        """Return ceilings from what repeats within and across the folds of a cross-validated study."""
        moments, first = Moments(), 0
        for betas in track(self.start_pass(), "mean and deviation of the folds, row groups"):
            moments.add(betas, repeats.fold[first : first + len(betas)].astype(str))
            first += len(betas)
        sizes = self.voxels, self.block_bytes
        noise = fold_noise(self.start_pass, moments, repeats, *sizes)
        return Ceilings.estimated(noise, unclipped_fold_ceiling(noise, averaged), repeats, averaged)


def shown_alike(captions: Mapping[str, Sequence[str]], pictures: Mapping[str, str | None]) -> dict[str, str]:
    """Return a label of each stimulus, the same for stimuli that no feature of a study tells apart.

    Without a picture, features come from captions: stimuli repeat where their captions do.

    Parameters
    ----------
    captions, pictures : stimulus -> its captions, and the path of its picture or None
    """
    return {
        name: "\x1f".join(("captions", *captions[name])) if picture is None else name
        for name, picture in pictures.items()
    }
