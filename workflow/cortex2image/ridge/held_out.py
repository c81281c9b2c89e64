"""Ridge regression on a kernel with every fold decomposed once, for predictions of its held-out rows.

:mod:`~cortex2image.ridge.kfold` scores penalties without ever making a prediction. Where predictions of
held-out rows are needed, as for stacked models, each fold gets a singular basis of its own: blocks of targets
then cost products alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.engine import make_training, new_scores
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.inputs import checked_alphas
from cortex2image.ridge.kernels import Kernel, KernelBlocks, checked_kernel
from cortex2image.ridge.linalg import as_tensor, product
from cortex2image.ridge.planning import BLOCK, Plan
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.products import Products


@dataclass(frozen=True)
class HeldOutFit:
    """A ridge regression of t targets.

    Attributes
    ----------
    held_out : (r, t) array
        Prediction of each training row by the fold that holds it out, at the chosen penalty.
    predicted : (m, t) array
        Predictions of new rows by a fit to all training rows at this penalty.
    alpha : (t,) array
        Penalty with the least squared error over held-out trials; of equal ones the largest.
    """

    held_out: np.ndarray
    predicted: np.ndarray
    alpha: np.ndarray


@dataclass(frozen=True)
class _Part:
    """Rows to fit in their singular basis, and rows to predict.

    Attributes
    ----------
    fitted : (n,) tensor of int
    roots : (n,) tensor
        Square roots of the weights.
    left : (n, k) tensor
    filters : (a, k) tensor
    scores : (m, k) tensor
    """

    fitted: torch.Tensor
    roots: torch.Tensor
    left: torch.Tensor
    filters: torch.Tensor
    scores: torch.Tensor

    @classmethod
    def of(
        cls,
        products: np.ndarray,
        new: np.ndarray,
        fitted: np.ndarray,
        weights: np.ndarray,
        alphas: np.ndarray,
        device: torch.device,
    ) -> "_Part":
        """Decompose the rows at (n,) positions; `new` are (m, r) inner products with all rows."""
        posed = Posed(KernelBlocks((products,), fitted, fitted), len(fitted), [], None, weights[fitted])
        plan = Plan(BLOCK, 1, 1, 1)
        training = make_training(
            posed, products.dtype, device, True, True, False, plan, None, float(alphas[-1])
        )
        basis, on_device = training.basis, torch.from_numpy(alphas).to(device)
        scores, filters = new_scores(training, KernelBlocks((new,))), basis.filters(on_device).T
        roots = training.design.roots.to(basis.left.dtype)
        return cls(torch.from_numpy(fitted).to(device), roots, basis.left, filters.to(roots.dtype), scores)

    def projected(self, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the (k, t) projections of (r, t) targets, and their (t,) means over trials."""
        rows, weights = targets[self.fitted], self.roots.square()
        first = rows[0].clone()
        rows -= first
        mean = (weights / weights.sum()) @ rows
        return product(self.left.T, (rows - mean).mul_(self.roots[:, None])), first + mean

    def predict(self, projected: torch.Tensor, filters: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        """Return (m, t) predictions with (k, t) or (k, 1) filters."""
        return product(self.scores, projected * filters).add_(mean)


@dataclass(frozen=True)
class HeldOutRidge:
    """The decompositions of a kernel, of its folds and as a whole.

    Attributes
    ----------
    alphas : (a,) array, descending
    weights : (r,) array
    folds : list of Fold
    parts : list of the folds' decompositions
    whole : decomposition of all training rows
    """

    alphas: np.ndarray
    weights: np.ndarray
    folds: Sequence[Fold]
    parts: Sequence[_Part]
    whole: _Part

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
        products : Products, (r, r) and (m, r)
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

        def part(rows: np.ndarray, new: np.ndarray) -> _Part:
            return _Part.of(kernel, new, np.flatnonzero(rows), weights, grid, device)

        parts = [part(fold.train, kernel[fold.validation]) for fold in folds]
        return cls(grid, weights, folds, parts, part(np.ones(len(kernel), bool), products.new))

    def fit(self, targets: np.ndarray) -> HeldOutFit:
        """Choose a penalty for each of (r, t) targets, means over the trials of each row, and predict."""
        device = self.whole.left.device
        rows = as_tensor(targets, device, self.whole.left.dtype)
        projected = [part.projected(rows) for part in self.parts]
        errors = np.zeros((len(self.alphas), targets.shape[1]))
        for part, fold, (known, mean) in zip(self.parts, self.folds, projected, strict=True):
            errors += self._errors(part, fold, rows, known, mean)
        which = errors.argmin(axis=0)
        held_out = np.empty(rows.shape, targets.dtype)
        for part, fold, (known, mean) in zip(self.parts, self.folds, projected, strict=True):
            held_out[fold.validation] = part.predict(known, part.filters[which].T, mean).cpu().numpy()
        known, mean = self.whole.projected(rows)
        predicted = self.whole.predict(known, self.whole.filters[which].T, mean)
        return HeldOutFit(held_out, predicted.cpu().numpy(), self.alphas[which])

    def _errors(
        self, part: _Part, fold: Fold, rows: torch.Tensor, known: torch.Tensor, mean: torch.Tensor
    ) -> np.ndarray:
        """Return squared errors over held-out trials of every penalty, (a, t), less those within rows."""
        measured = rows[torch.from_numpy(fold.validation).to(rows.device)]
        weights = as_tensor(self.weights[fold.validation], rows.device, torch.float64)
        apart = (part.predict(known, f[:, None], mean).sub_(measured) for f in part.filters)
        return np.array([(weights @ each.square_().double()).cpu().numpy() for each in apart])
