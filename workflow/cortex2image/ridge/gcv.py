"""Residuals of every penalty in closed form, and selection of penalties by generalised cross-validation.

Generalised cross-validation (Golub, Heath and Wahba 1979, Technometrics 21:215) is leave-one-out
cross-validation with every leverage replaced by the mean leverage. It takes one projection of the targets;
no other work grows with their number. With rows of different weight (pictures with several trials), whole
rows are left out, all of them with the mean leverage.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.complement import Outside, free_rows, saturated, spared, without_span
from cortex2image.ridge.linalg import product
from cortex2image.ridge.targets import Batch, Projected, Targets

# Largest rounding error of a sum of squares, in units in the last place of the target's own.
UNITS = 16
# Share of a target's sum of squares outside the basis below which single precision is too coarse: the part
# outside, as rows minus fitted rows or as a difference of sums of squares, would be rounding error.
LEAST_DIFFERENCE = 1e-2


@dataclass(frozen=True)
class Residuals:
    """Residuals of a batch of b targets for each of a penalties, computed on request.

    Attributes
    ----------
    basis : Basis
    rows : (n, b) tensor
        Targets.
    projected : (k, b) tensor
        U'Y.
    spared : (k, a) tensor, float64
        See :func:`~cortex2image.ridge.complement.spared`.
    unfitted : Outside
    """

    basis: Basis
    rows: torch.Tensor
    projected: torch.Tensor
    spared: torch.Tensor
    unfitted: Outside

    @cached_property
    def outside(self) -> torch.Tensor:
        """Part of the targets outside the basis, which no penalty fits, (n, b), float64."""
        return self.unfitted.clean(without_span(self.basis, self.rows.double()))

    @cached_property
    def total(self) -> torch.Tensor:
        """Sum of squares of each target, (b,), float64."""
        return self.rows.square().sum(dim=0).double()

    @cached_property
    def beyond(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Both results of :func:`squares_outside` for the targets, (b,) each."""
        return squares_outside(self.basis, self.rows, self.projected, self.total)

    def sums(self) -> torch.Tensor:
        """Return the sums of squared residuals, (a, b), of every penalty and target."""
        return reached_sums(self.projected, self.spared) + self.beyond[0]

    def rounding(self) -> torch.Tensor:
        """Return the largest rounding error of the sums of squared residuals, (b,)."""
        return UNITS * torch.finfo(self.rows.dtype).eps * self.total

    def of(self, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        """Return the residuals of one penalty for chosen targets, (n, c), in double precision on request."""
        coarse = self.beyond[1][chosen] | double
        if saturated(self.basis) or coarse.all():
            return self._without_difference(penalty, chosen, double)
        projected = self.projected[:, chosen]
        fitted = projected.mul_((1 - self.spared[:, penalty, None]).to(projected.dtype))
        residual = self.rows[:, chosen].sub_(product(self.basis.left, fitted))
        if coarse.any():
            residual[:, coarse] = self._without_difference(penalty, chosen[coarse], double)
        return residual

    def _without_difference(self, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        """Return residuals as U S U'Y plus the part outside the basis, (n, c).

        Where X nearly interpolates a target, targets minus fitted values would be rounding error.
        """
        projected = self.projected[:, chosen]
        reached = product(self.basis.left, projected.mul_(self.spared[:, penalty, None].to(projected.dtype)))
        if saturated(self.basis):
            return reached
        exact = self.outside[:, chosen] + reached
        return exact if double else exact.to(reached.dtype)


def gcv_scores(
    basis: Basis,
    targets: Targets,
    alphas: np.ndarray,
    kept: Projected | None = None,
) -> np.ndarray:
    """Return the (a, t) scores of a penalties by generalised cross-validation; fill `kept` if given.

    Parameters
    ----------
    basis : Basis
    targets : Targets, (n, t)
    alphas : (a,) array
    kept : Projected, optional
        Filled with the projections and means of the targets.

    Returns
    -------
    (a, t) array
        1 - GCV(alpha) / GCV(infinity). A score of 0 is as good as predicting the mean of a target (0 without
        an intercept).
    """
    n, freedom = len(basis.left), free_rows(basis)
    shares = spared(basis, torch.from_numpy(alphas).to(basis.values.device))
    spare = (freedom - len(basis.values) + shares.sum(dim=0)) / freedom
    scores = np.zeros((len(alphas), targets.count))

    def work(batch: Batch) -> None:
        rows = batch.rows
        projected = product(basis.left.T, rows)
        if kept is not None:
            kept.put(batch.part, projected, batch.means)
        total = rows.square().sum(dim=0).double()
        beyond, _ = squares_outside(basis, rows, projected, total)
        errors = (reached_sums(projected, shares) + beyond) / spare[:, None] ** 2
        # Errors of left-out rows are n / freedom times those relative to the null, which `within` is not.
        scores[:, batch.part] = score(errors, total, batch.within * (freedom / n) ** 2)

    targets.each(work)
    return scores


def squares_outside(
    basis: Basis, rows: torch.Tensor, projected: torch.Tensor, total: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the sum of squares of every target outside the basis, (b,) float64, and a (b,) mask.

    The mask marks targets whose sum is below `LEAST_DIFFERENCE` of `total` and was computed from the rows.
    """
    if saturated(basis):
        return torch.zeros_like(total), torch.zeros_like(total, dtype=torch.bool)
    beyond = (total - projected.square().sum(dim=0).double()).clamp_min(0)
    coarse = beyond < LEAST_DIFFERENCE * total
    if coarse.any():
        beyond[coarse] = without_span(basis, rows[:, coarse].double()).square().sum(dim=0)
    return beyond, coarse


def reached_sums(projected: torch.Tensor, spared: torch.Tensor) -> torch.Tensor:
    """Return the sums of squared residuals inside the basis, (a, b) float64, by penalty and target."""
    return (spared.square().to(projected.dtype).T @ projected.square()).double()


def score(errors: torch.Tensor, total: torch.Tensor, within: np.ndarray) -> np.ndarray:
    """Return 1 - errors / total, an array like `errors`; 0 for targets whose total is 0.

    `within`, (b,), is added to the (a, b) errors and to the (b,) total.
    """
    constant = torch.from_numpy(within).to(total)
    errors, total = errors + constant, total + constant
    return torch.where(total > 0, 1 - errors / torch.where(total > 0, total, 1), 0.0).cpu().numpy()
