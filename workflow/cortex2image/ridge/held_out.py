"""Ridge regression on a kernel with every fold decomposed once, for predictions of its held-out rows.

:mod:`~cortex2image.ridge.kfold` scores penalties without ever making a prediction. Where predictions of
held-out rows are needed, as for stacked models, each fold gets a singular basis of its own: blocks of targets
then cost products alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.leakage import FinishedFit, HeldOut
from cortex2image.ridge.basis import Training
from cortex2image.ridge.engine import make_training, new_scores
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.inputs import checked_alphas
from cortex2image.ridge.kernels import Kernel, KernelBlocks, checked_kernel
from cortex2image.ridge.linalg import as_tensor, product
from cortex2image.ridge.planning import BLOCK, Plan
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.products import Products


@dataclass(frozen=True)
class _Part:
    """Rows to fit in their singular basis.

    Attributes
    ----------
    fitted : (n,) tensor of int
    roots : (n,) tensor
        Square roots of the weights.
    left : (n, k) tensor
    filters : (a, k) tensor
    """

    fitted: torch.Tensor
    roots: torch.Tensor
    left: torch.Tensor
    filters: torch.Tensor

    @classmethod
    def of(
        cls,
        products: np.ndarray,
        fitted: np.ndarray,
        weights: np.ndarray,
        alphas: np.ndarray,
        device: torch.device,
    ) -> tuple["_Part", Training]:
        """Decompose the rows at (n,) positions among those of the (r, r) inner products."""
        posed = Posed(KernelBlocks((products,), fitted, fitted), len(fitted), [], None, weights[fitted])
        plan = Plan(BLOCK, 1, 1, 1)
        training = make_training(
            posed, products.dtype, device, True, True, False, plan, None, float(alphas[-1])
        )
        basis, on_device = training.basis, torch.from_numpy(alphas).to(device)
        filters, roots = basis.filters(on_device).T, training.design.roots.to(basis.left.dtype)
        part = cls(torch.from_numpy(fitted).to(device), roots, basis.left, filters.to(roots.dtype))
        return part, training

    def projected(self, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the (k, t) projections of (r, t) targets, and their (t,) means over trials."""
        rows, weights = targets[self.fitted], self.roots.square()
        first = rows[0].clone()
        rows -= first
        mean = (weights / weights.sum()) @ rows
        return product(self.left.T, (rows - mean).mul_(self.roots[:, None])), first + mean


def _predicted(
    scores: torch.Tensor, projected: torch.Tensor, filters: torch.Tensor, mean: torch.Tensor
) -> torch.Tensor:
    """Return the (m, t) predictions of rows with (m, k) scores, with (k, t) or (k, 1) filters."""
    return product(scores, projected * filters).add_(mean)


@dataclass(frozen=True)
class HeldOutFit(FinishedFit):
    """A ridge regression of t targets.

    Attributes
    ----------
    held_out : (r, t) array
        Prediction of each training row by the fold that holds it out, at the chosen penalty.
    alpha : (t,) array
        Penalty with the least squared error over held-out trials; of equal ones the largest.
    filtered, mean : (k, t) and (t,) tensors
        Coefficients of the fit to all training rows at this penalty, and the means of the targets.
    new : (m, k) tensor, held out
        Scores of the test rows.
    """

    held_out: np.ndarray
    alpha: np.ndarray
    filtered: torch.Tensor
    mean: torch.Tensor
    new: HeldOut[torch.Tensor]

    @property
    def predicted(self) -> np.ndarray:
        """Predictions of the test rows by the fit to all training rows, (m, t)."""
        found: np.ndarray = product(self.new.open(self), self.filtered).add_(self.mean).cpu().numpy()
        return found


@dataclass(frozen=True)
class HeldOutRidge:
    """The decompositions of a kernel, of its folds and as a whole.

    Attributes
    ----------
    alphas : (a,) array, descending
    weights : (r,) array
    folds : list of Fold
    parts : list of the folds' decompositions
    scores : list of tensors
        Scores of the rows that each fold holds out.
    whole : decomposition of all training rows
    new : (m, k) tensor, held out
        Scores of the test rows.
    """

    alphas: np.ndarray
    weights: np.ndarray
    folds: Sequence[Fold]
    parts: Sequence[_Part]
    scores: Sequence[torch.Tensor]
    whole: _Part
    new: HeldOut[torch.Tensor]

    @classmethod
    def of(
        cls,
        products: Products,
        weights: np.ndarray,
        folds: Sequence[Fold],
        alphas: Sequence[float],
        device: torch.device,
    ) -> "HeldOutRidge":
        """Decompose every fold and the whole, once.

        Parameters
        ----------
        products : Products
            Those of test rows are projected, and stay held out.
        weights : (r,) array
            Trials that each row stands for.
        folds : sequence of Fold
            Of the r rows; together they hold out each row once.
        alphas : sequence of positive floats
        device : torch.device

        Raises
        ------
        DataError
            Inner products that are not finite, symmetric and positive semi-definite.
        ConfigError
            Penalties that are not positive, finite and sorted.
        """
        grid, kernel = checked_alphas(alphas), checked_kernel(Kernel(products.train)).products

        def projected(training: Training, rows: Kernel) -> torch.Tensor:
            return new_scores(training, KernelBlocks(rows.bands))

        def of_fold(fold: Fold) -> tuple[_Part, torch.Tensor]:
            part, training = _Part.of(kernel, np.flatnonzero(fold.train), weights, grid, device)
            return part, projected(training, Kernel(kernel[fold.validation]))

        # Of a decomposition no more than this stays in memory while the next one is made.
        parts, scores = zip(*map(of_fold, folds), strict=True)
        whole, training = _Part.of(kernel, np.arange(len(kernel)), weights, grid, device)
        new = products.new.through(training, lambda rows: projected(training, rows))
        return cls(grid, weights, folds, parts, scores, whole, new)

    def fit(self, targets: np.ndarray) -> HeldOutFit:
        """Choose a penalty for each of (r, t) targets, means over the trials of each row, and predict."""
        device = self.whole.left.device
        rows = as_tensor(targets, device, self.whole.left.dtype)
        projected = [part.projected(rows) for part in self.parts]
        errors = np.zeros((len(self.alphas), targets.shape[1]))
        for number, (known, mean) in enumerate(projected):
            errors += self._errors(number, rows, known, mean)
        which = errors.argmin(axis=0)
        held_out = np.empty(rows.shape, targets.dtype)
        folds = zip(self.folds, self.parts, self.scores, projected, strict=True)
        for fold, part, scores, (known, mean) in folds:
            found = _predicted(scores, known, part.filters[which].T, mean)
            held_out[fold.validation] = found.cpu().numpy()
        known, mean = self.whole.projected(rows)
        filtered = known * self.whole.filters[which].T
        return HeldOutFit(held_out, self.alphas[which], filtered, mean, self.new)

    def _errors(self, number: int, rows: torch.Tensor, known: torch.Tensor, mean: torch.Tensor) -> np.ndarray:
        """Return squared errors over the trials that a fold holds out of every penalty, (a, t), less those
        within rows."""
        fold, part, scores = self.folds[number], self.parts[number], self.scores[number]
        measured = rows[torch.from_numpy(fold.validation).to(rows.device)]
        weights = as_tensor(self.weights[fold.validation], rows.device, torch.float64)
        apart = (_predicted(scores, known, f[:, None], mean).sub_(measured) for f in part.filters)
        return np.array([(weights @ each.square_().double()).cpu().numpy() for each in apart])
