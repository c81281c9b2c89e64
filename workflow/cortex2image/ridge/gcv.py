"""Selection of penalties by generalised cross-validation.

Leaving one row out after the other, with every leverage replaced by their mean (Golub, Heath and Wahba 1979,
Technometrics 21:215). It needs one projection of the targets and nothing else that grows with them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.design import Projected, Targets
from cortex2image.ridge.linalg import product

UNITS = 16
# Below this share of a target's sum of squares, what no penalty reaches is no longer told by a difference of
# sums in single precision, nor its rows by a difference of rows.
LEAST_DIFFERENCE = 1e-2


@dataclass(frozen=True)
class Residuals:
    """Residuals of a batch of targets: rows (n, b), projected (k, b), filters (k, a)."""

    basis: Basis
    rows: torch.Tensor
    projected: torch.Tensor
    filters: torch.Tensor
    saturated: bool
    centred: bool

    @cached_property
    def outside(self) -> torch.Tensor:
        """What of the rows no penalty reaches, (n, b), float64."""
        return outside(self.basis, self.rows, self.centred)

    @cached_property
    def total(self) -> torch.Tensor:
        """Sums of squares of the rows, (b,), float64."""
        return self.rows.square().sum(dim=0).double()

    @cached_property
    def beyond(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Sums of squares outside, and whether rows less fitted ones would be rounding error, both (b,)."""
        return squares_outside(self.basis, self.rows, self.projected, self.total, self.centred)

    def sums(self) -> torch.Tensor:
        """Return their sums of squares by penalty, (a, b)."""
        return reached_sums(self.projected, self.filters) + self.beyond[0]

    def rounding(self) -> torch.Tensor:
        """Return what these sums may be off by, (b,)."""
        return UNITS * torch.finfo(self.rows.dtype).eps * self.total

    def of(self, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        """Return those of a penalty and chosen targets, (n, c), in double precision on request."""
        coarse = self.beyond[1][chosen] | double
        if self.saturated or coarse.all():
            return self._without_difference(penalty, chosen, double)
        projected = self.projected[:, chosen]
        fitted = projected.mul_(self.filters[:, penalty, None].to(projected.dtype))
        residual = self.rows[:, chosen].sub_(product(self.basis.left, fitted))
        if coarse.any():
            residual[:, coarse] = self._without_difference(penalty, chosen[coarse], double)
        return residual

    def _without_difference(self, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        """Return them by 1 - filter, not rows - fitted: that is rounding error near interpolation."""
        projected = self.projected[:, chosen]
        spared = (1 - self.filters[:, penalty, None]).to(projected.dtype)
        reached = product(self.basis.left, projected.mul_(spared))
        if self.saturated:
            return reached
        exact = self.outside[:, chosen] + reached
        return exact if double else exact.to(reached.dtype)


def gcv_scores(
    basis: Basis, targets: Targets, alphas: np.ndarray, kept: Projected | None = None
) -> np.ndarray:
    """Return the (a, t) scores of a penalties by generalised cross-validation; fill `kept` if there is one.

    A score is 1 - GCV(alpha) / GCV(infinity): 0 is no better than the mean (than 0 without an intercept).
    """
    n = len(basis.left)
    filters = basis.filters(torch.from_numpy(alphas).to(basis.values.device))
    freedom = n - int(targets.centre)
    spare = (freedom - filters.sum(dim=0)) / freedom
    scores = np.zeros((len(alphas), targets.count))

    def work(batch: slice, rows: torch.Tensor, means: torch.Tensor) -> None:
        projected = product(basis.left.T, rows)
        if kept is not None:
            kept.put(batch, projected, means)
        total = rows.square().sum(dim=0).double()
        beyond, _ = squares_outside(basis, rows, projected, total, targets.centre)
        residual = reached_sums(projected, filters) + beyond
        scores[:, batch] = score(residual / spare[:, None] ** 2, total)

    targets.each(work)
    return scores


def outside(basis: Basis, rows: torch.Tensor, centred: bool) -> torch.Tensor:
    """Return what of (n, b) rows no penalty reaches, (n, b), float64."""
    exact, left = rows.double(), basis.exact
    exact = exact - exact.mean(dim=0) if centred else exact
    return exact - product(left, product(left.T, exact))


def squares_outside(
    basis: Basis, rows: torch.Tensor, projected: torch.Tensor, total: torch.Tensor, centred: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the sums of squares of what no penalty reaches, (b,) float64, and where they took `outside`."""
    if basis.spans_all(centred):
        return torch.zeros_like(total), torch.zeros_like(total, dtype=torch.bool)
    beyond = (total - projected.square().sum(dim=0).double()).clamp_min(0)
    coarse = beyond < LEAST_DIFFERENCE * total
    if coarse.any():
        beyond[coarse] = outside(basis, rows[:, coarse], centred).square().sum(dim=0)
    return beyond, coarse


def reached_sums(projected: torch.Tensor, filters: torch.Tensor) -> torch.Tensor:
    """Return the sums of squares of what penalties leave of their directions, (a, b) float64."""
    return ((1 - filters).square().to(projected.dtype).T @ projected.square()).double()


def score(errors: torch.Tensor, total: torch.Tensor) -> np.ndarray:
    return torch.where(total > 0, 1 - errors / torch.where(total > 0, total, 1), 0.0).cpu().numpy()
