"""Banded ridge regression: several feature spaces (bands) in one model, each with its own penalty.

Minimises ||Y - sum_b X_b W_b||^2 + sum_b alpha_b ||W_b||^2. With alpha_b = alpha / share_b and shares that
sum to 1, this is ridge regression on the kernel sum_b share_b X_b X_b': a mixture of shares costs as much as
one ridge regression, for all targets and penalties together (Nunez-Elizalde, Huth and Gallant 2019,
NeuroImage 197:482; Dupre la Tour et al. 2022, NeuroImage 264:119728).

The mixtures are fixed before the fit. A search that goes on around the winners would be finer, but targets
would then depend on each other, and blocks of targets could not share decompositions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.errors import DataError
from cortex2image.leakage import FinishedFit, HeldOut, opened
from cortex2image.progress import track
from cortex2image.ridge.checking import checked_new
from cortex2image.ridge.choice import best
from cortex2image.ridge.cross_validated import CrossValidatedRidge
from cortex2image.ridge.engine import Problem, coefficients, scores
from cortex2image.ridge.inputs import Blocks, checked_alphas, warn_at_edge
from cortex2image.ridge.kernels import Kernel, KernelDesign
from cortex2image.ridge.linalg import product
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.solver import Given, Solver, TargetRows
from cortex2image.ridge.threads import computing

TargetBlocks = Callable[[], Iterable[tuple[slice, TargetRows]]]


@dataclass(frozen=True)
class BandedFit(FinishedFit):
    """A banded ridge regression of t targets, and its predictions for m new rows.

    Attributes
    ----------
    by_band : (b, m, t) array
        What each band adds to the mean.
    means : (t,) array
        Means of the targets over the training trials; 0 without an intercept.
    alpha : (t,) array
    share : (b, t) array
        Shares of the bands, which sum to 1. The penalty of a band is alpha / share.
    score : (t,) array
        Cross-validated R^2 of the choice, as in `CrossValidatedRidge`; too high, as the choice maximises it.
    """

    by_band: np.ndarray
    means: np.ndarray
    alpha: np.ndarray
    share: np.ndarray
    score: np.ndarray

    @classmethod
    def empty(cls, bands: int, new: int, targets: int, dtype: np.dtype) -> "BandedFit":
        """Return a fit that any finite score is better than."""
        by_band, of_target = np.zeros((bands, new, targets), dtype), np.zeros(targets, dtype)
        score = np.full(targets, -np.inf)
        return cls(by_band, of_target, np.ones(targets), np.ones((bands, targets)) / bands, score)

    @property
    def predicted(self) -> np.ndarray:
        """Predictions of all bands together, (m, t)."""
        predicted: np.ndarray = self.by_band.sum(axis=0) + self.means
        return predicted


def fit_bands(
    ridge: CrossValidatedRidge,
    bands: Sequence[Kernel],
    blocks: TargetBlocks,
    targets: int,
    new: Sequence[Kernel] | HeldOut[Sequence[Kernel]],
    mixtures: np.ndarray,
    groups: np.ndarray | None = None,
) -> BandedFit:
    """Choose mixture and penalty of every target, and predict new rows.

    Each mixture is decomposed once, whatever the number of blocks. Targets that it predicts better than all
    mixtures before are predicted at once, so that no decomposition is repeated or kept.

    Parameters
    ----------
    ridge : CrossValidatedRidge
        Penalties, folds or closed form, and resources; without `standardize`.
    bands : b Kernels of r rows
    blocks : callable
        Returns an iterator over (slice of targets, their values as in
        :meth:`CrossValidatedRidge.predict_blocks`), the same ones on every call, the largest first; one call
        for each mixture.
    targets : int
        Number of targets in all blocks.
    new : b Kernels of m new rows, held out or not
        Held-out rows are first read when mixture and penalties of some targets are chosen.
    mixtures : (k, b) array of shares
    groups : (n,) array, optional
        Groups of trials that stay together.

    Raises
    ------
    DataError, ConfigError
        As in :meth:`CrossValidatedRidge.fit`; bands with different rows; a target without a finite score.
    """
    posed, rows = ridge.pose(_beside(bands), groups, None), _NewRows(ridge, new)
    found = BandedFit.empty(len(bands), rows.count, targets, posed.blocks.dtype)
    with computing(ridge.threads):
        for shares in track(mixtures, "mixtures"):
            _Mixture.of(ridge, posed, rows, shares).improve(found, blocks)
    warn_at_edge(found.alpha[found.score > 0], checked_alphas(ridge.alphas))
    return found


class _NewRows:
    """New rows of all bands, which are read and checked once, when a choice is made."""

    def __init__(self, ridge: CrossValidatedRidge, rows: Sequence[Kernel] | HeldOut[Sequence[Kernel]]):
        self._ridge, self._rows = ridge, rows
        self._blocks: Blocks | None = None
        self.count = rows.count if isinstance(rows, HeldOut) else len(_beside(rows).products)

    def blocks(self, choice: FinishedFit) -> Blocks:
        if self._blocks is None:
            self._blocks = checked_new(self._ridge, _beside(opened(self._rows, choice)))
        return self._blocks


@dataclass(frozen=True)
class _Choice(FinishedFit):
    """Best penalties of a block of t targets, as positions, and their scores, (t,) each."""

    penalty: np.ndarray
    score: np.ndarray

    @classmethod
    def of(cls, scored: np.ndarray) -> "_Choice":
        """Choose from the (a, t) scores of all penalties."""
        penalty = best(scored)
        return cls(penalty, scored[penalty, np.arange(scored.shape[1])])


@dataclass
class _Mixture:
    """A mixture of bands; it is decomposed when the first block of targets comes."""

    ridge: CrossValidatedRidge
    posed: Posed
    new: _NewRows
    shares: np.ndarray
    alphas: np.ndarray
    solver: Solver | None = None
    new_scores: list[torch.Tensor] | None = None

    @classmethod
    def of(cls, ridge: CrossValidatedRidge, posed: Posed, new: _NewRows, shares: np.ndarray) -> "_Mixture":
        return cls(ridge, posed, new, shares, checked_alphas(ridge.alphas))

    def improve(self, found: BandedFit, blocks: TargetBlocks) -> None:
        """Put the fit of this mixture in the place of worse ones."""
        for part, values in blocks():
            given = Given.of(values, self.posed)
            problem = self._problem(given)
            choice = _Choice.of(self._scores(problem))
            better = np.flatnonzero(choice.score > found.score[part])
            if len(better):
                places = part.start + better
                found.score[places] = choice.score[better]
                found.alpha[places] = self.alphas[choice.penalty[better]]
                found.share[:, places] = self.shares[:, None]
                if self.new_scores is None:
                    self.new_scores = self._scores_by_band(problem, choice)
                self._predict(problem, given, found, better, places)

    def _problem(self, given: Given) -> Problem:
        if self.solver is None:
            options = replace(self.ridge.options(), shares=self.shares)
            self.solver = Solver.of(self.posed, given, self.alphas, options)
        return self.solver.problem(given)

    def _scores_by_band(self, problem: Problem, choice: _Choice) -> list[torch.Tensor]:
        """Return the scores of the new rows due to each band, b times (m, k)."""
        basis, design = problem.training.basis, problem.training.design
        assert isinstance(design, KernelDesign)
        new = self.new.blocks(choice)
        each = [design.only(number).new(new) for number in range(len(self.shares))]
        return [basis.score_map.scores(rows).to(basis.left.dtype) for rows in each]

    def _scores(self, problem: Problem) -> np.ndarray:
        assert self.solver is not None
        folds, groups, operators = self.posed.folds, self.posed.groups, self.solver.operators
        return scores(problem, self.ridge.selection, self.alphas, folds, groups, False, None, operators)

    def _predict(
        self, problem: Problem, given: Given, found: BandedFit, chosen: np.ndarray, places: np.ndarray
    ) -> None:
        """Predict the new rows of chosen targets, which stand at `places` among all."""
        targets, new_scores = replace(problem.targets, chosen=chosen), self.new_scores
        assert new_scores is not None

        def take(batch: slice, filtered: torch.Tensor, means: torch.Tensor) -> None:
            found.means[places[batch]] = given.undone(means.cpu().numpy().copy(), chosen[batch])
            for by_band, score in zip(found.by_band, new_scores, strict=True):
                predicted = product(score, filtered).cpu().numpy()
                by_band[:, places[batch]] = given.undone(predicted, chosen[batch])

        coefficients(problem.training, targets, found.alpha[places], take)


def _beside(bands: Sequence[Kernel]) -> Kernel:
    """Return the bands as one kernel; raise :class:`DataError` if there is none."""
    if not bands:
        raise DataError("ridge bands", "at least one band", "none", "give the kernels of the feature spaces")
    return Kernel.beside(bands)
