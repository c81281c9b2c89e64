"""The equations of a fold: training rows, in units of their own, from what is known of all rows.

Centres, scales and X_T'X_T of a fold are those of all rows minus what the held-out rows add (Engstrom and
Jensen 2024, arXiv 2401.13185). If a column varies in held-out rows only, the difference is rounding error: if
less than `LEAST_KEPT` of the sum of squares of a column is left, it is computed from the training rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from cortex2image.ridge.basis import Training
from cortex2image.ridge.design import own_units
from cortex2image.ridge.fold_grams import own_gram
from cortex2image.ridge.folds import Fold
from cortex2image.ridge.linalg import as_tensor, product
from cortex2image.ridge.repeats import Side

# Share of a column's sum of squares that keeps half the digits of the difference.
LEAST_KEPT = 1e-8


@dataclass(frozen=True)
class System:
    """A fold's operators R (S + alpha)^-1 B, with s = p in primal and s = the training rows in dual form.

    Attributes
    ----------
    rows : (m, s) tensor, R
        Held-out rows, or their inner products with training rows.
    square : (s, s) tensor, S
        X_T'X_T, or the inner products of training rows.
    to_known : callable
        Multiplies a (q, s) tensor by B, which gives (q, w): what operators then multiply are projections, or
        targets of training rows, of which it takes the mean for 0.
    columns : bool
        Whether the system is that of columns (primal form).
    """

    rows: torch.Tensor
    square: torch.Tensor
    to_known: Callable[[torch.Tensor], torch.Tensor]
    columns: bool


def system_of_rows(training: Training, fold: Fold, least_alpha: float) -> System:
    """Return the equations of a fold in dual form; `least_alpha` is the least penalty."""
    gram = own_gram(training, fold.train, least_alpha)
    train, held_out = training.side(fold.train), torch.from_numpy(fold.validation)
    square, rows = gram[train.rows][:, train.rows], gram[held_out][:, train.rows]
    return System(
        rows, square, lambda half: _without_mean(train.summed(half, dim=1), train, training), columns=False
    )


def system_of_columns(training: Training, fold: Fold, on_projections: bool) -> System:
    """Return the equations of a fold in primal form, for operators on projections or on samples."""
    design, train = training.design, training.side(fold.train)
    roots, left_out = design.roots, design.select(~fold.train)
    centre, scale, square = own_moments(training, fold, left_out)
    # Rows that are neither fitted nor held out are left out of the Gram matrix only.
    held_out = left_out if (fold.train != fold.validation).all() else design.select(fold.validation)
    rows = torch.addr(held_out, roots[torch.from_numpy(fold.validation)], centre, alpha=-1).div_(scale)
    # A column that does not vary in the training rows gets no weight.
    rows[:, square.diagonal() == 0] = 0
    if on_projections:
        to_products = (training.basis.score_map.matrix * training.basis.values).div_(scale[:, None])
        return System(
            rows, square, lambda half: _by_projection(product(half, to_products), train, training), True
        )
    # Rows that share a target meet it as their sum.
    samples = design.summed(train).addr_(train.summed(roots[train.rows]), centre, alpha=-1).div_(scale)
    return System(rows, square, lambda half: _without_mean(product(half, samples.T), train, training), True)


def _by_projection(half: torch.Tensor, train: Side, training: Training) -> torch.Tensor:
    """Append what the projection on the mean takes off, so that a mean predicts 0, (q, k + 1)."""
    constant = training.basis.constant[train.rows]
    along = training.basis.exact[train.rows].T @ constant
    share = constant.square().sum().clamp_min(torch.finfo(torch.float64).tiny)
    return torch.cat([half, -(half @ along / share)[:, None]], dim=1)


def _without_mean(half: torch.Tensor, train: Side, training: Training) -> torch.Tensor:
    """Return (q, u) factors of the targets of training rows that take the mean over trials for 0."""
    if not training.intercept:
        return half
    roots = training.design.roots[train.rows]
    # What a mean of 1 gives each target; only targets that no rows share have weights.
    one = train.summed(roots.square()) / train.summed(roots)
    return torch.addr(half, half @ one / roots.square().sum(), train.summed(roots), alpha=-1)


def own_moments(
    training: Training, fold: Fold, left_out: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Compute the units and the moments of a fold's training rows.

    Parameters
    ----------
    training : Training, in primal form
    fold : Fold
    left_out : (l, p) tensor
        Rows that are not fitted, in units of all rows.

    Returns
    -------
    (p,), (p,) and (p, p) tensors
        Centre and scale in units of all rows, and X_T'X_T in units of the fold.
    """
    design, train = training.design, torch.from_numpy(fold.train)
    trials = design.roots[train].square().sum()
    centre = (design.sums - design.roots[~train] @ left_out) / trials
    square = training.gram - product(left_out.T, left_out)
    spread = square.diagonal() / trials - centre.square()
    if (spread < LEAST_KEPT * training.gram.diagonal() / trials).any():
        return _exact_moments(training, fold)
    centre = centre * training.intercept
    square -= trials * torch.outer(centre, centre)
    scale = torch.where((spread > 0) & training.standardize, spread.sqrt(), 1.0)
    return centre, scale, square.div_(torch.outer(scale, scale)) if training.standardize else square


def _exact_moments(training: Training, fold: Fold) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the same as :func:`own_moments` from the training rows themselves, block by block."""
    design, chosen = training.design, torch.from_numpy(fold.train)
    # Read without weights, not divided by their roots: a column constant over training rows stays constant.
    plain = replace(design, weights=None)
    centre, scale = (training.gram.new_empty(len(training.gram)) for _ in range(2))
    for part, block in plain.columns():
        rows, roots = block[chosen], design.roots[chosen]
        centre[part], scale[part] = own_units(rows, roots, training.intercept, training.standardize)
        if training.standardize:
            # A constant column is left as it is: not divided by its standard deviation over all rows either.
            whole = as_tensor(design.scaling.scale[part], design.device)
            scale[part] = torch.where((rows == rows[0]).all(dim=0), 1 / whole, scale[part])
    square = torch.zeros_like(training.gram)
    for part, block in plain.rows():
        rows = (block - centre).mul_(design.roots[part, None]).div_(scale)[chosen[part]]
        square += product(rows.T, rows)
    return centre, scale, square
