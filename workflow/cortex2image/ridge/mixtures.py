"""Mixtures of feature spaces (bands) in banded ridge regression.

A mixture gives every band a share; shares are non-negative and sum to 1. This module chooses the mixtures to
try, and poses the regression of a mixture without reading the predictors again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.ridge.basis import decompose
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.engine import Problem
from cortex2image.ridge.kernels import KernelDesign

# Largest difference between the shares of two bands, in decades; a smaller share is as good as none.
DECADES = 4.0
# Concentrations of the Dirichlet distributions: sparse shares, and uniform over the simplex.
CONCENTRATIONS = (0.1, 1.0)


def first_mixtures(bands: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw mixtures that cover the simplex.

    For two bands: `count` ratios, evenly spaced on a logarithmic scale. For more: equal shares, and draws
    from Dirichlet distributions, half of them sparse (Dupre la Tour et al. 2022). Each band alone is always
    included.

    Returns
    -------
    (count or more, bands) array of shares, one mixture per row
    """
    alone = np.eye(bands)
    if bands == 2:
        ratio = np.logspace(-DECADES, DECADES, count)
        shares = np.column_stack([ratio, np.ones(count)])
    else:
        drawn = [rng.dirichlet(np.full(bands, c), -(-count // 2)) for c in CONCENTRATIONS]
        shares = np.concatenate([np.ones((1, bands)), *drawn])
    return np.concatenate([alone, shares / shares.sum(axis=1, keepdims=True)])


def nearby_mixtures(
    winners: np.ndarray, votes: np.ndarray, count: int, width: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw mixtures around the winning ones, in proportion to their votes.

    Parameters
    ----------
    winners : (w, bands) array of shares
    votes : (w,) array
        Number of targets that chose each mixture.
    count : int
    width : float
        Standard deviation of the logarithm (base 10) of the shares, in decades.
    rng : np.random.Generator

    Returns
    -------
    (count, bands) array of shares; a band that a winner lacks starts from the smallest share
    """
    centre = winners[rng.choice(len(winners), size=count, p=votes / votes.sum())]
    logarithm = np.log10(np.maximum(centre, 10**-DECADES)) + width * rng.standard_normal(centre.shape)
    shares = 10.0**logarithm
    mixtures: np.ndarray = shares / shares.sum(axis=1, keepdims=True)
    return mixtures


@dataclass(frozen=True)
class Bands:
    """A regression problem whose columns belong to bands.

    Attributes
    ----------
    base : Problem
        The problem with all shares 1.
    widths : (b,) sequence of int
        Columns of each band.
    grams : list of (n, n) tensors
        Gram matrix of each band in dual form; empty in primal form.
    """

    base: Problem
    widths: Sequence[int]
    grams: list[torch.Tensor]

    @classmethod
    def of(cls, base: Problem, widths: Sequence[int]) -> "Bands":
        """Divide a problem into bands; compute their Gram matrices in dual form."""
        grams = []
        if base.training.basis.dual:
            for number in range(len(widths)):
                alone = np.where(np.arange(len(widths)) == number, 1.0, 0.0)
                grams.append(_mixed_design(base.training.design, alone, widths).gram())
        return cls(base, widths, grams)

    def problem(self, shares: np.ndarray) -> Problem:
        """Return the problem with the columns of each band times the square root of its share, (b,)."""
        training = self.base.training
        design = _mixed_design(training.design, shares, self.widths)
        if training.basis.dual:
            gram = sum(
                (float(share) * gram for share, gram in zip(shares, self.grams, strict=True)),
                start=0 * training.gram,
            )
        else:
            root = torch.from_numpy(np.sqrt(np.repeat(shares, self.widths))).to(training.gram.device)
            gram = training.gram * torch.outer(root, root)
        old = training.basis
        basis = decompose(design, gram, old.dual, old.left.dtype, old.constant)
        mixed = replace(training, design=design, gram=gram, basis=basis, standardize=False)
        return replace(self.base, training=mixed)


def _mixed_design(design: Design, shares: np.ndarray, widths: Sequence[int]) -> Design:
    """Return the design with columns times the square roots of shares; share 0 is a scale of infinity."""
    if isinstance(design, KernelDesign):
        return design.mixed(shares)
    with np.errstate(divide="ignore"):
        scale = design.scaling.scale / np.sqrt(np.repeat(shares, widths))
    return replace(design, scaling=Scaling(design.scaling.centre, scale))
