"""Gram matrices of folds that standardise their own training rows, in dual form.

With d_j the squared ratio of a column's scale over all rows to its scale over the training rows of a fold, d
the least of them, and Z the predictors in units of all rows,

    K_T = sum_j d_j z_j z_j' = d K + sum_j (d_j - d) z_j z_j'

and centring by the mean of the fold acts on K_T itself. d_j - d is some percent, so that in single precision
the sum has errors of 1e-7 of some percent of K: hardly more than K has from values that come in single
precision. It takes half the time of K_T in double precision.

Scales of the fold are those of all rows less what held-out rows add (Engstrom and Jensen 2024, arXiv
2401.13185).
"""

import numpy as np
import torch

from cortex2image.ridge.basis import Training
from cortex2image.ridge.conditioning import SINGLE_EPSILON
from cortex2image.ridge.linalg import as_tensor, product

# Share of a column's variance below which its scale over training rows is computed from these.
LEAST_LEFT = 1e-2
# Largest error of K_T in single precision, as a share of the least penalty.
LARGEST_ERROR = 1e-3
# Largest eigenvalue of the errors of the sum in single precision, as a share of sum_j (d_j - d). For random
# numbers 1.4 to 3.2 times the precision was measured.
ROUNDING = 4 * SINGLE_EPSILON


def own_gram(training: Training, train: np.ndarray, least_alpha: float) -> torch.Tensor:
    """Return XX', (n, n) float64, in units of the rows marked in `train`, an (n,) array of bool.

    Parameters
    ----------
    training : Training
        In dual form.
    train : (n,) array of bool
    least_alpha : float
        The least penalty, beside which rounding errors must be small.
    """
    design, standardize = training.design, training.standardize
    single = training.basis.left.dtype == torch.float32 and not training.lifted
    if single and standardize and training.intercept:
        squares = _relative_squares(training, train)
        if squares is not None:
            least = float((1 / squares).min())
            apart = 1 / squares - least
            if ROUNDING * float(apart.sum()) < LARGEST_ERROR * least_alpha:
                gram = training.gram * least + _sum_of_columns(training, apart)
                return _centred(gram, design.roots, train)
    return design.own_gram(train, training.intercept, standardize)


def _relative_squares(training: Training, train: np.ndarray) -> torch.Tensor | None:
    """Return the variance of every column over training rows, (p,), as a share of that over all rows.

    None if hardly anything is left of a column.
    """
    design, spared = training.design, torch.from_numpy(np.flatnonzero(~train))
    roots = design.roots[spared]
    whole = float(design.roots.square().sum())
    kept, found = whole - float(roots.square().sum()), []
    for part, values in design.blocks.columns(design.elements):
        rows = design.scaled(values[~train], part, spared)
        sums, squares = roots @ rows, rows.square_().sum(dim=0)
        # For a column that is constant over all rows, and so 0, any number will do.
        found.append((whole - squares) / kept - (sums / kept).square())
    joined = torch.cat(found)
    return joined if bool((joined > LEAST_LEFT).all()) else None


def _sum_of_columns(training: Training, factors: torch.Tensor) -> torch.Tensor:
    """Return sum_j f_j z_j z_j', (n, n), of which each block of columns is in single precision."""
    design = training.design
    out = torch.zeros_like(training.gram)
    centres = design.scaling.centre.astype(np.float32)
    roots = (factors.sqrt().cpu().numpy() / design.scaling.scale).astype(np.float32)
    for part, values in design.blocks.columns(design.elements):
        centre, root = (as_tensor(each[part], design.device) for each in (centres, roots))
        block = (as_tensor(values, design.device, torch.float32) - centre).mul_(root)
        if design.weights is not None:
            block.mul_(design.roots.to(block)[:, None])
        out += product(block, block.T)
    return out


def _centred(gram: torch.Tensor, roots: torch.Tensor, train: np.ndarray) -> torch.Tensor:
    """Return XX' of rows less their mean over training rows, times the roots of their weights; in place."""
    mine = roots * as_tensor(train, roots.device)
    trials = mine.square().sum()
    means = gram @ mine / trials
    gram.addr_(roots, means, alpha=-1).addr_(means, roots, alpha=-1)
    return gram.addr_(roots, roots, alpha=float(mine @ means / trials))
