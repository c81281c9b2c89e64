"""Shares of the feature spaces to try in banded ridge regression: points of a simplex.

Bands of predictors, mixed by shares without touching the predictors again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.ridge.basis import decompose
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.engine import Problem

# Decades that the shares of two bands differ by, at most; beyond, a band is as good as absent.
DECADES = 4.0
CONCENTRATIONS = (0.1, 1.0)


def first_mixtures(bands: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return shares of the bands that cover the simplex.

    Two bands: `count` ratios, even on a logarithmic scale. More: equal shares and draws from Dirichlet
    distributions, half of them sparse (Dupre la Tour et al. 2022). Each band alone is always among them.

    Returns
    -------
    (count or more, bands) array of non-negative shares that sum to 1
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
    """Return shares around those that won, as many around each as it has votes in proportion.

    Parameters
    ----------
    winners : (w, bands) array of shares
    votes : (w,) array
        Targets that chose each.
    count : int
    width : float
        Standard deviation of the logarithm (base 10) of the shares.
    rng : np.random.Generator

    Returns
    -------
    (count, bands) array of shares; bands that are absent in a winner come back as the smallest of shares
    """
    centre = winners[rng.choice(len(winners), size=count, p=votes / votes.sum())]
    logarithm = np.log10(np.maximum(centre, 10**-DECADES)) + width * rng.standard_normal(centre.shape)
    shares = 10.0**logarithm
    return shares / shares.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Bands:
    """A problem whose columns belong to bands.

    Attributes
    ----------
    base : Problem
        With all shares 1.
    widths : (b,) sequence of int
    grams : list of (n, n) tensors, one per band, in dual form; empty in primal form
    """

    base: Problem
    widths: Sequence[int]
    grams: list[torch.Tensor]

    @classmethod
    def of(cls, base: Problem, widths: Sequence[int]) -> "Bands":
        """Get the bands of a problem ready."""
        grams = []
        if base.training.basis.dual:
            for number in range(len(widths)):
                alone = np.where(np.arange(len(widths)) == number, 1.0, 0.0)
                grams.append(_mixed_design(base.training.design, alone, widths).gram())
        return cls(base, widths, grams)

    def problem(self, shares: np.ndarray) -> Problem:
        """Return the problem with the columns of each band multiplied by the root of its share, (b,)."""
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
        basis = decompose(design, gram, training.basis.dual, training.basis.left.dtype)
        mixed = replace(training, design=design, gram=gram, basis=basis, standardize=False)
        return replace(self.base, training=mixed)


def _mixed_design(design: Design, shares: np.ndarray, widths: Sequence[int]) -> Design:
    """Return the design with columns times the roots of shares; an absent band is divided by infinity."""
    with np.errstate(divide="ignore"):
        scale = design.scaling.scale / np.sqrt(np.repeat(shares, widths))
    return replace(design, scaling=Scaling(design.scaling.centre, scale))
