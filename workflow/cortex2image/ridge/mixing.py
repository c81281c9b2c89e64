"""Bands of predictors, mixed by shares without touching the predictors again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.ridge.basis import decompose
from cortex2image.ridge.design import Design
from cortex2image.ridge.engine import Problem
from cortex2image.ridge.scaling import Scaling


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
