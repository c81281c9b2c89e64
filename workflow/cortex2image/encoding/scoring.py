"""Every statistic of an encoding model's voxels, from predictions that come block by block."""

from dataclasses import dataclass

import numpy as np

from cortex2image.encoding.voxel_scores import VoxelScores, score_voxels
from cortex2image.errors import DataError
from cortex2image.stats.correlation import Sums
from cortex2image.stats.permuted_products import PermutationNull
from cortex2image.stats.resampled_scores import ResampledScores

SINGLE = np.dtype(np.float32).itemsize


@dataclass(frozen=True)
class Scoring:
    """How voxels are scored.

    Attributes
    ----------
    permutations : int
        Draws of the permutation null.
    resamples : int
        Bootstrap resamples of the test stimuli.
    within_folds : bool
        Whether the study is cross-validated: everything is then centred, permuted and resampled within folds.
    seed : int
        Seed of both draws. Models with the same seed share them, if they have the same test stimuli in the
        same order, so that their resamples can be compared draw by draw.
    """

    permutations: int
    resamples: int
    within_folds: bool
    seed: int

    @property
    def bytes_per_voxel(self) -> int:
        """Return the bytes that a :class:`Scorer` keeps of a voxel, its largest results included."""
        of_folds = self.permutations + 3 * (self.resamples + 1) if self.within_folds else 0
        # r and R^2 of the resamples, and a copy of each while they are squared or written.
        return SINGLE * (of_folds + 4 * (self.resamples + self.within_folds))


class Scorer:
    """Collects predictions and measurements of test stimuli, and scores them when all are there.

    Sums, permuted products and resampled sums are kept, no predictions. Blocks of voxels and folds come in
    any order, which changes no result, except for rounding: a draw depends on the seed and the fold.

    Parameters
    ----------
    voxels : int
    scoring : Scoring
    """

    def __init__(self, voxels: int, scoring: Scoring):
        self.voxels, self.scoring = voxels, scoring
        given = scoring.within_folds, scoring.seed
        self._null = PermutationNull(voxels, scoring.permutations, *given)
        self._resampled = ResampledScores(voxels, scoring.resamples, *given)
        self._sums: dict[int, dict[int, tuple[int, Sums]]] = {}

    def add(self, fold: int, voxels: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        """Add the test stimuli of one fold and the voxels of one block.

        Parameters
        ----------
        fold : int
            Number of the fold; always the same for a study that is not cross-validated.
        voxels : slice, with start and stop
            Place of the block among all voxels.
        predicted, measured : (m, w) arrays
            Of m test stimuli, in an order that is the same for all models of a subject, and w voxels.

        Raises
        ------
        DataError
            The shapes differ from each other or from the block, values are not finite, a block was given
            before, or a study that is not cross-validated has a second fold.
        """
        self._check(fold, voxels, predicted, measured)
        blocks = self._sums.setdefault(fold, {})
        blocks[voxels.start] = voxels.stop, Sums.of(predicted, measured)
        self._null.add(fold, voxels, predicted, measured)
        self._resampled.add(fold, voxels, predicted, measured)

    def _check(self, fold: int, voxels: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        fix = "give each block of voxels of each fold once"
        width = voxels.stop - voxels.start
        if not 0 <= voxels.start < voxels.stop <= self.voxels:
            _refuse(f"a block of {self.voxels} voxels", f"{voxels.start} to {voxels.stop}", fix)
        shapes = f"{predicted.shape} and {measured.shape}"
        if predicted.shape != measured.shape or predicted.shape[1] != width:
            _refuse(f"predictions and measurements of {width} voxels", shapes, fix)
        if not (np.isfinite(predicted).all() and np.isfinite(measured).all()):
            _refuse("finite predictions and measurements", "NaN or Inf", "find the input that holds them")
        if any(s < voxels.stop and voxels.start < e for s, (e, _) in self._sums.get(fold, {}).items()):
            _refuse("new voxels", f"voxels {voxels.start} to {voxels.stop} of fold {fold} again", fix)
        if not self.scoring.within_folds and self._sums and fold not in self._sums:
            _refuse("one fold", f"folds {next(iter(self._sums))} and {fold}", "set within_folds")

    @property
    def parts(self) -> list[Sums]:
        """Return the sums of every fold, in ascending order.

        Raises
        ------
        DataError
            A block of voxels is missing in a fold.
        """
        self._check_complete()
        folds = [self._sums[fold] for fold in sorted(self._sums)]
        return [Sums.beside([blocks[start][1] for start in sorted(blocks)]) for blocks in folds]

    def _check_complete(self) -> None:
        # Blocks of a fold never overlap, so that their widths add up.
        for fold, blocks in (self._sums or {0: {}}).items():
            given = sum(stop - start for start, (stop, _) in blocks.items())
            if given != self.voxels:
                found = f"{given} in fold {fold}"
                _refuse(f"predictions of all {self.voxels} voxels", found, "give every block before scoring")

    def scores(self, noise_ceiling: np.ndarray, ceiling_sd: np.ndarray | None) -> VoxelScores:
        """Return the scores of all voxels.

        Parameters
        ----------
        noise_ceiling : (v,) array
            Explainable share of the variance of the measurements, NaN where unknown.
        ceiling_sd : (v,) array, optional
            Standard errors of the ceilings, NaN where unknown.

        Raises
        ------
        DataError
            A block of voxels is missing in a fold, or there are too few test stimuli.
        """
        parts, (r, _) = self.parts, self._resampled.scores()
        within_folds = self.scoring.within_folds
        return score_voxels(parts, within_folds, self._null.p(), r, noise_ceiling, ceiling_sd)

    def resamples(self) -> tuple[np.ndarray, np.ndarray]:
        """Return r and R^2 of every voxel in every resample, two (v, resamples) float32 arrays.

        Raises
        ------
        DataError
            A block of voxels is missing in a fold.
        """
        self._check_complete()
        return self._resampled.scores()


def _refuse(expected: str, found: str, fix: str) -> None:
    raise DataError("scores of voxels", expected, found, fix)
