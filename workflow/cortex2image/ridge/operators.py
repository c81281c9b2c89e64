"""Operators of folds: for every penalty, the matrix that predicts held-out rows from training targets.

All targets share the operators of a fold with training rows T and held-out rows F. The work per target is one
product with the shorter of U_T'Y_T ("projections") and Y_T ("samples"). This module computes the operator of
one fold on its own, for folds that scale X themselves or overlap; `shared_operators` has a faster way for all
other folds. In the units of the fold's own training rows, an own operator predicts

    mean(Y_T) + X_F (X_T'X_T + alpha)^-1 X_T'Y_T      primal form
    mean(Y_T) + K_FT (K_TT + alpha)^-1 Y_T            dual form, K = XX'

Centres, scales and X_T'X_T of a fold are those of all rows minus what the held-out rows add (Engstrom and
Jensen 2024, arXiv 2401.13185). If a column varies in held-out rows only, the difference is rounding error: if
less than `LEAST_KEPT` of the sum of squares of a column is left, it is computed from the rows of T.

One eigendecomposition serves all penalties: A diag(1 / (l + alpha)) B. These functions of the eigenvalues l
are smooth, so in single precision the operators of a dozen penalties are combinations of fewer, which are
chosen from A and B before any operator is computed.
"""

from dataclasses import dataclass, replace

import torch

from cortex2image.ridge.basis import Training
from cortex2image.ridge.compression import mixture
from cortex2image.ridge.conditioning import spectrum
from cortex2image.ridge.design import own_units
from cortex2image.ridge.fold_grams import own_gram
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.linalg import eigh, product, side_by_side, threads_of
from cortex2image.ridge.repeats import Side

# Largest factor by which rounding errors of single precision may grow from projections to predictions.
LARGEST_GAIN = 1e4
# Share of a column's sum of squares that keeps half the digits of the difference.
LEAST_KEPT = 1e-8


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
    dual = training.basis.dual
    on_projections = on_projections and not dual
    penalties, dtype = training.floor(alphas), training.basis.left.dtype
    if dual:
        spectral = _from_rows(training, fold, float(penalties.min()))
    else:
        spectral = _from_columns(training, fold, on_projections, float(penalties.min()))
    operator = FoldOperator(fold, spectral.outer[None], on_projections, around_mean=True)
    functions = spectral.functions(penalties)
    if dtype == torch.float32:
        mixing = mixture((functions * spectral.weights()) @ functions.T, len(spectral.outer))
        mixed = functions if mixing is None else mixing.T @ functions
        matrix = spectral.combined(mixed, dtype)
        if is_fine(matrix, training):
            return replace(operator, matrix=matrix, mixing=None if mixing is None else mixing.to(dtype))
    return replace(operator, matrix=spectral.combined(functions, torch.float64))


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

        def combine(number: int) -> None:
            found[number] = product((self.outer * functions[number]).to(dtype), inner)

        side_by_side(combine, range(len(functions)), threads_of(inner.device))
        return found


def _from_columns(training: Training, fold: Fold, on_projections: bool, least_alpha: float) -> Spectral:
    """Return the operators in primal form."""
    design = training.design
    roots, left_out = design.roots, design.select(~fold.train)
    centre, scale, gram = _own_moments(training, fold, left_out)
    # Rows that are neither fitted nor held out are left out of the Gram matrix only.
    held_out = left_out if (fold.train != fold.validation).all() else design.select(fold.validation)
    rows = (held_out - torch.outer(roots[torch.from_numpy(fold.validation)], centre)) / scale
    # A column that does not vary in the training rows gets no weight.
    rows[:, gram.diagonal() == 0] = 0
    found = spectrum(gram, int(fold.train.sum()), least_alpha)
    values, vectors = found.values, found.vectors
    if on_projections:
        to_products = training.basis.score_map.matrix * training.basis.values
        inner = product(vectors.T, to_products.div_(scale[:, None]))
        inner = torch.cat([inner, _mean_column(training, training.side(fold.train), inner)], dim=1)
    else:
        train = training.side(fold.train)
        samples = (design.select(fold.train) - torch.outer(roots[train.rows], centre)) / scale
        inner = _by_target(product(samples, vectors), train, training)
    return Spectral(product(rows, vectors), values, inner)


def _mean_column(training: Training, train: Side, inner: torch.Tensor) -> torch.Tensor:
    """Return what the projection on the mean takes off, so that a mean predicts 0, (r, 1)."""
    constant = training.basis.constant[train.rows]
    along = training.basis.exact[train.rows].T @ constant
    share = constant.square().sum()
    return (-(inner @ along) / share if share > 0 else 0 * (inner @ along))[:, None]


def _own_moments(
    training: Training, fold: Fold, left_out: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return centre and scale of a fold, (p,), in units of the design, and X_T'X_T in its own, (p, p).

    `left_out`, (l, p), are the rows that are not fitted.
    """
    design, train = training.design, torch.from_numpy(fold.train)
    trials = design.roots[train].square().sum()
    spared = design.roots[~train]
    centre = (design.sums - spared @ left_out) / trials
    gram = training.gram - product(left_out.T, left_out)
    spread = gram.diagonal() / trials - centre.square()
    if (spread < LEAST_KEPT * training.gram.diagonal() / trials).any():
        return _exact_moments(training, fold)
    centre = centre * training.intercept
    gram -= trials * torch.outer(centre, centre)
    scale = torch.where((spread > 0) & training.standardize, spread.sqrt(), 1.0)
    return centre, scale, gram.div_(torch.outer(scale, scale)) if training.standardize else gram


def _exact_moments(training: Training, fold: Fold) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the same as :func:`_own_moments` from the training rows themselves."""
    design, train = training.design, torch.from_numpy(fold.train)
    roots = design.roots[train]
    plain = design.select(fold.train) / roots[:, None]
    centre, scale = own_units(plain, roots, training.intercept, training.standardize)
    rows = (plain - centre).mul_(roots[:, None]).div_(scale)
    return centre, scale, product(rows.T, rows)


def _from_rows(training: Training, fold: Fold, least_alpha: float) -> Spectral:
    """Return the operators in dual form."""
    gram = own_gram(training, fold.train, least_alpha)
    train, held_out = training.side(fold.train), torch.from_numpy(fold.validation)
    square, rows = gram[train.rows][:, train.rows], gram[held_out][:, train.rows]
    del gram
    values, vectors = eigh(square)
    return Spectral(product(rows, vectors), values, _by_target(vectors, train, training))


def _by_target(inner: torch.Tensor, train: Side, training: Training) -> torch.Tensor:
    """Return (n, r) factors of training rows as (r, u) factors of their targets that take the mean for 0."""
    if training.intercept:
        roots = training.design.roots[train.rows]
        inner = inner - torch.outer(roots, roots @ inner / roots.square().sum())
    return train.summed(inner).T
