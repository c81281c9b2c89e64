"""Operators of folds: for every penalty, the matrix that predicts held-out rows from training targets.

All targets share the operators of a fold with training rows T and held-out rows F. The work per target is one
product with the shorter of U_T'Y_T ("projections") and Y_T ("samples"). This module computes the operator of
one fold on its own, for folds that scale X themselves or overlap; `shared_operators` has a faster way for all
other folds. In the units of the fold's own training rows, an own operator predicts

    mean(Y_T) + X_F (X_T'X_T + alpha)^-1 X_T'Y_T      primal form
    mean(Y_T) + K_FT (K_TT + alpha)^-1 Y_T            dual form, K = XX'

One eigendecomposition serves all penalties: A diag(1 / (l + alpha)) B. These functions of the eigenvalues l
are smooth, so in single precision the operators of a dozen penalties are combinations of fewer, which are
chosen from A and B before any operator is computed. For `FEW` penalties, and on a GPU, Cholesky's factors of
the systems of all penalties are cheaper.
"""

from dataclasses import dataclass
from functools import partial

import torch

from cortex2image.ridge.basis import Training
from cortex2image.ridge.compression import mixture
from cortex2image.ridge.conditioning import spectrum
from cortex2image.ridge.fold_systems import System, system_of_columns, system_of_rows
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.linalg import eigh, product, product_into
from cortex2image.ridge.need import FEW
from cortex2image.ridge.threads import torch_threads

# Largest factor by which rounding errors of single precision may grow from projections to predictions.
LARGEST_GAIN = 1e4


@dataclass(frozen=True)
class FoldOperator:
    """Operators of a fold, one for each of a penalties.

    Attributes
    ----------
    fold : Fold
    matrix : (a, m, w) tensor
        For m held-out rows. w is k + 1 on projections, the number of training targets on samples. In double
        precision if projections in the precision of the data are too coarse.
    on_projections : bool
        Whether the operators multiply projections rather than samples.
    around_mean : bool
        Whether the operators predict differences from the mean of the training targets.
    mixing : (a, j) tensor, optional
        If given, `matrix` is (j, m, w), and the operators are combinations of its j operators with these
        weights.
    """

    fold: Fold
    matrix: torch.Tensor
    on_projections: bool
    around_mean: bool = False
    mixing: torch.Tensor | None = None


def is_fine(matrix: torch.Tensor, training: Training) -> bool:
    """Return whether rounding of single-precision projections stays small in the predictions."""
    largest = torch.linalg.vector_norm(matrix, dim=2).max() * len(training.basis.left) ** 0.5
    return bool(largest < LARGEST_GAIN)


def own_operator(training: Training, fold: Fold, alphas: torch.Tensor, on_projections: bool) -> FoldOperator:
    """Compute the operators of a fold from its own training rows.

    Parameters
    ----------
    training : Training
    fold : Fold
    alphas : (a,) tensor, float64
    on_projections : bool
        Allowed in primal form only, for folds that together hold out every row once.
    """
    penalties, single = training.floor(alphas), training.basis.left.dtype == torch.float32
    least = float(penalties.min())
    if training.basis.dual:
        system, on_projections = system_of_rows(training, fold, least), False
    else:
        system = system_of_columns(training, fold, on_projections)
    made = partial(FoldOperator, fold, on_projections=on_projections, around_mean=True)
    if len(alphas) <= FEW or system.square.is_cuda:
        matrix = solved(system, penalties)
        if matrix is not None:
            fine = single and is_fine(matrix, training)
            return made(matrix=matrix.float() if fine else matrix)
    spectral = Spectral.of(system, int(fold.train.sum()), least)
    del system  # the operators take its place
    functions = spectral.functions(penalties)
    if single:
        mixing = mixture((functions * spectral.weights()) @ functions.T, len(spectral.outer))
        mixed = functions if mixing is None else mixing.T @ functions
        matrix = spectral.combined(mixed, torch.float32)
        if is_fine(matrix, training):
            return made(matrix=matrix, mixing=None if mixing is None else mixing.float())
        del matrix  # those in double precision take its place
    return made(matrix=spectral.combined(functions, torch.float64))


def solved(system: System, alphas: torch.Tensor) -> torch.Tensor | None:
    """Return the operators of all penalties, (a, m, w), by Cholesky's factors; None if one does not exist.

    A factor takes a tenth of the time of an eigendecomposition, and columns of very different size cost it no
    digits.
    """
    found: torch.Tensor | None = None
    with torch_threads():
        for number, alpha in enumerate(alphas):
            square = system.square.clone()
            square.diagonal().add_(alpha)
            factor, failed = torch.linalg.cholesky_ex(square)
            if failed:
                return None
            one = system.to_known(torch.cholesky_solve(system.rows.T, factor).T)
            found = one.new_empty(len(alphas), *one.shape) if found is None else found
            found[number] = one
    return found


@dataclass(frozen=True)
class Spectral:
    """The operators A diag(1 / (l + alpha)) B of a fold, for every alpha.

    Attributes
    ----------
    outer : (m, r) tensor, A
    values : (r,) tensor, l
    inner : (r, w) tensor, B
    """

    outer: torch.Tensor
    values: torch.Tensor
    inner: torch.Tensor

    @classmethod
    def of(cls, system: System, rows: int, least_alpha: float) -> "Spectral":
        """Decompose the system of a fold with so many training rows."""
        if system.columns:
            found = spectrum(system.square, rows, least_alpha)
            values, vectors = found.values, found.vectors
        else:
            values, vectors = eigh(system.square)
        return cls(product(system.rows, vectors), values, system.to_known(vectors.T))

    def functions(self, alphas: torch.Tensor) -> torch.Tensor:
        """Return 1 / (l + alpha), (a, r)."""
        return 1 / (self.values + alphas[:, None])

    def weights(self) -> torch.Tensor:
        """Return how much each eigenvalue contributes to squared norms of operators, (r,)."""
        return self.outer.square().sum(dim=0) * self.inner.square().sum(dim=1)

    def combined(self, functions: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """Return A diag(f) B for each of (j, r) functions f of the eigenvalues, (j, m, w)."""
        inner = self.inner.to(dtype)
        found = inner.new_empty(len(functions), len(self.outer), inner.shape[1])
        for number, function in enumerate(functions):
            product_into((self.outer * function).to(dtype), inner, found[number])
        return found
