"""Selection of penalties without refitting: generalised cross-validation and leaving rows or groups out.

With the residuals R = Y - H Y of all rows, the errors of the rows g that a fit has not seen are (I - H_gg)^-1
R_g (Allen 1974, Technometrics 16:125; for groups, Cook and Weisberg 1982, Residuals and Influence in
Regression, section 3.6). The hat matrix H contains the mean if there is an intercept. Generalised
cross-validation replaces every I - H_ii by their mean (Golub, Heath and Wahba 1979, Technometrics 21:215).
Both need one projection of the targets; leaving out needs one product more for each penalty that bounds do
not exclude.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.products import product
from cortex2image.ridge.targets import Projected, Targets

# Groups whose hat matrices are computed together; each needs a copy of its rows of U.
GROUPS = 256
# Below this eigenvalue of I - H_gg the rounding of single-precision residuals would show in left-out errors.
LEAST_SPARE = 1e-4


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
    for batch, rows, means in targets.batches():
        projected = product(basis.left.T, rows)
        if kept is not None:
            kept.put(batch, projected, means)
        total, residual = _residual_sums(rows, projected, filters, basis.spans_all(targets.centre))
        scores[:, batch] = _score(residual / spare[:, None] ** 2, total)
    return scores


def left_out_scores(
    basis: Basis,
    targets: Targets,
    alphas: np.ndarray,
    groups: np.ndarray,
    complete: bool,
    kept: Projected | None = None,
) -> np.ndarray:
    """Return the (a, t) scores of a penalties by leaving one group out at a time.

    Parameters
    ----------
    basis : Basis
    targets : Targets, (n, t)
    alphas : (a,) array
    groups : (n,) array
        Rows of one group are left out together.
    complete : bool
        Compute all scores. Otherwise those of penalties that cannot be a target's best are upper bounds: a
        residual sum of squares times the smallest eigenvalue of (I - H_gg)^-2 over groups.
    kept : Projected, optional
        Filled with the projections.

    Returns
    -------
    (a, t) array
        R^2 of the left-out rows against the mean of the others (0 without an intercept).

    Notes
    -----
    The rounding of residuals is divided by the eigenvalues of I - H_gg. Where one of these is below
    `LEAST_SPARE`, as with repeated rows of X and penalties far below the eigenvalues of X'X, residuals of
    that penalty are computed in double precision. I - H_gg itself is known to about 1e-16 times the largest
    eigenvalue of X'X over the smallest plus the penalty. Of a row that alone gives a large column its
    variance, a tiny penalty leaves less than that: standardise, or choose K folds.
    """
    filters = basis.filters(torch.from_numpy(alphas).to(basis.values.device))
    members = _by_size(groups)
    saturated = basis.spans_all(targets.centre)
    leverages = [_Leverages.fit(basis, f, members, targets.centre, saturated) for f in filters.T]
    null = _Leverages.fit(basis, torch.zeros_like(basis.values), members, targets.centre, saturated)
    scores = np.zeros((len(alphas), targets.count))
    for batch, rows, means in targets.batches():
        projected = product(basis.left.T, rows)
        residuals = _Residuals(basis, rows, projected, filters, saturated, targets.centre)
        if kept is not None:
            kept.put(batch, projected, means)
        errors = _left_out_errors(residuals, leverages, complete)
        scores[:, batch] = _score(errors, null.squared_errors(rows))
    return scores


def _residual_sums(
    rows: torch.Tensor, projected: torch.Tensor, filters: torch.Tensor, saturated: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the sums of squares of the targets, (b,), and of their residuals by penalty, (a, b), float64."""
    total = rows.square().sum(dim=0).double()
    squared = projected.square()
    beyond = 0 if saturated else (total - squared.sum(dim=0).double()).clamp_min(0)
    return total, ((1 - filters).square().to(rows.dtype).T @ squared).double() + beyond


@dataclass(frozen=True)
class _Residuals:
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
        rows, left = self.rows.double(), self.basis.exact
        centred = rows - rows.mean(dim=0) if self.centred else rows
        return centred - product(left, product(left.T, centred))

    def sums(self) -> torch.Tensor:
        """Return their sums of squares by penalty, (a, b)."""
        return _residual_sums(self.rows, self.projected, self.filters, self.saturated)[1]

    def of(self, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        """Return those of a penalty and chosen targets, (n, c), in double precision on request."""
        left, filters, projected = self.basis.left, self.filters[:, penalty, None], self.projected[:, chosen]
        if not self.saturated and not double:
            return self.rows[:, chosen] - product(left, filters.to(projected.dtype) * projected)
        # 1 - filter, not rows - fitted: near interpolation the difference would be rounding error.
        reached = product(left, (1 - filters).to(projected.dtype) * projected)
        return reached if self.saturated else self.outside[:, chosen] + reached


def _left_out_errors(residuals: _Residuals, leverages: "list[_Leverages]", complete: bool) -> torch.Tensor:
    """Return the left-out squared errors, (a, b), or lower bounds above the target's smallest."""
    sums = residuals.sums()
    errors = torch.stack([leverage.smallest for leverage in leverages])[:, None] * sums
    wanted = torch.full_like(errors, complete, dtype=torch.bool)
    if not complete:
        middle = torch.stack([leverage.middle for leverage in leverages])[:, None] * sums
        wanted[middle.argmin(dim=0), torch.arange(errors.shape[1])] = True
        _refine(residuals, leverages, errors, wanted)
        best = torch.where(wanted, errors, torch.inf).amin(dim=0)
        wanted = ~wanted & (errors <= best)
    _refine(residuals, leverages, errors, wanted)
    return errors


def _refine(
    residuals: _Residuals, leverages: "list[_Leverages]", errors: torch.Tensor, wanted: torch.Tensor
) -> None:
    """Replace bounds by errors where they are wanted."""
    for penalty, leverage in enumerate(leverages):
        chosen = torch.nonzero(wanted[penalty])[:, 0]
        if len(chosen):
            errors[penalty, chosen] = leverage.squared_errors(residuals.of(penalty, chosen, leverage.double))


@dataclass(frozen=True)
class _Leverages:
    """(I - H_gg)^-1 of all groups: a (G, s, s) tensor for the (G, s) rows of the groups of each size s.

    Attributes
    ----------
    members, inverses : lists of tensors, one for each size
    double : bool
        Whether residuals are to be in double precision, like the inverses then are.
    smallest, middle : () tensors
        Smallest and mean eigenvalue of (I - H_gg)^-2.
    """

    members: list[torch.Tensor]
    inverses: list[torch.Tensor]
    double: bool
    smallest: torch.Tensor
    middle: torch.Tensor

    @classmethod
    def fit(
        cls,
        basis: Basis,
        filters: torch.Tensor,
        members: list[torch.Tensor],
        intercept: bool,
        saturated: bool,
    ) -> "_Leverages":
        inverses, eigenvalues = [], []
        for rows in members:
            parts = [_complement(basis, filters, part, intercept, saturated) for part in rows.split(GROUPS)]
            spare, vectors = torch.linalg.eigh(torch.cat(parts))
            # A row that only its own fit reaches has leverage 1: its left-out error is without bound.
            spare = spare.clamp_min(torch.finfo(torch.float64).eps)
            inverses.append((vectors / spare[:, None]) @ vectors.transpose(1, 2))
            eigenvalues.append(spare.flatten())
        spread = torch.cat(eigenvalues)
        double = not saturated and bool(spread.min() < LEAST_SPARE)
        dtype = torch.float64 if double else basis.left.dtype
        powers = spread**-2
        return cls(members, [i.to(dtype) for i in inverses], double, powers.min(), powers.mean())

    def squared_errors(self, residual: torch.Tensor) -> torch.Tensor:
        """Return the sums of squared left-out errors, (b,) float64, of (n, b) residuals."""
        total = torch.zeros(residual.shape[1], dtype=torch.float64, device=residual.device)
        for rows, inverse in zip(self.members, self.inverses, strict=True):
            total += (inverse @ residual[rows]).square_().sum(dim=(0, 1)).double()
        return total


def _complement(
    basis: Basis, filters: torch.Tensor, rows: torch.Tensor, intercept: bool, saturated: bool
) -> torch.Tensor:
    """Return I - H_gg of the (G, s) rows of groups, (G, s, s)."""
    left = basis.exact[rows]
    if saturated:
        return (left * (1 - filters)) @ left.transpose(1, 2)
    identity = torch.eye(rows.shape[1], dtype=torch.float64, device=left.device)
    return identity - (left * filters) @ left.transpose(1, 2) - intercept / len(basis.left)


def _by_size(groups: np.ndarray) -> list[torch.Tensor]:
    """Return the rows of all groups of one size as a (groups, size) tensor, one for each size."""
    _, member, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(member, kind="stable")
    starts = np.cumsum(counts) - counts
    return [
        torch.from_numpy(np.stack([order[s : s + size] for s in starts[counts == size]]))
        for size in np.unique(counts)
    ]


def _score(errors: torch.Tensor, total: torch.Tensor) -> np.ndarray:
    return torch.where(total > 0, 1 - errors / torch.where(total > 0, total, 1), 0.0).cpu().numpy()
