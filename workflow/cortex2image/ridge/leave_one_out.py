"""Selection of penalties by leaving rows or groups out, without refitting.

With the residuals R = Y - H Y of all rows, the errors of the rows g that a fit has not seen are (I - H_gg)^-1
R_g (Allen 1974, Technometrics 16:125; for groups, Cook and Weisberg 1982, Residuals and Influence in
Regression, section 3.6). The hat matrix H contains the mean if there is an intercept.

A penalty costs one product with U, so that most are excluded by lower bounds of their error. With the
residuals r of one penalty, the one that generalised cross-validation would choose, those of another are
r + d. Its squared error, with M = (I - H_gg)^-2 of that other penalty and m the mean eigenvalue of M, is

    (r + d)'M(r + d)  >=  r'Mr + 2m r'd - 2 ||(M - m)r|| ||d|| + smallest(M) ||d||^2

where r'd and ||d|| are sums over directions, which cost next to nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.design import Projected, Targets
from cortex2image.ridge.gcv import Residuals, score
from cortex2image.ridge.leverages import Forms, Leverages, rows_of_groups
from cortex2image.ridge.linalg import product

# Bounds are lowered by so much of their terms, against rounding in single precision; sums of squares by so
# many units in the last place of the target's own.
ROUNDING = 1e-5


def leave_one_out_scores(
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
        Compute all scores. Otherwise those of penalties that cannot be a target's best are upper bounds.
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
    that penalty are computed in double precision; those of all penalties, without differences of nearly
    equal numbers, for targets that X can follow almost everywhere. I - H_gg itself is known to about 1e-16
    times the largest eigenvalue of X'X over the smallest plus the penalty. Of a row that alone gives a large
    column its variance, a tiny penalty leaves less than that: standardise, or choose K folds.
    """
    filters = basis.filters(torch.from_numpy(alphas).to(basis.values.device))
    members = rows_of_groups(groups)
    saturated = basis.spans_all(targets.centre)
    leverages = [Leverages.fit(basis, f, members, targets.centre, saturated) for f in filters.T]
    penalties = _Penalties(leverages, None if complete else Forms.of(leverages))
    null = Leverages.fit(basis, torch.zeros_like(basis.values), members, targets.centre, saturated)
    scores = np.zeros((len(alphas), targets.count))

    def work(batch: slice, rows: torch.Tensor, means: torch.Tensor) -> None:
        projected = product(basis.left.T, rows)
        residuals = Residuals(basis, rows, projected, filters, saturated, targets.centre)
        if kept is not None:
            kept.put(batch, projected, means)
        errors = _left_out_errors(residuals, penalties, complete)
        scores[:, batch] = score(errors, null.squared_errors(rows))

    targets.each(work)
    return scores


@dataclass(frozen=True)
class _Penalties:
    """What all targets share: the leverages of every penalty, and forms where these pay."""

    leverages: list[Leverages]
    forms: Forms | None

    @cached_property
    def smallest(self) -> torch.Tensor:
        """Smallest eigenvalue of every M, (a, 1)."""
        return torch.stack([leverage.smallest for leverage in self.leverages])[:, None]

    @cached_property
    def middle(self) -> torch.Tensor:
        """Mean eigenvalue of every M, (a, 1)."""
        return torch.stack([leverage.middle for leverage in self.leverages])[:, None]


def _left_out_errors(residuals: Residuals, penalties: _Penalties, complete: bool) -> torch.Tensor:
    """Return the left-out squared errors, (a, b), or lower bounds above the target's smallest."""
    sums = residuals.sums()
    errors = penalties.smallest * (sums - residuals.rounding()).clamp_min(0)
    wanted = torch.ones_like(errors, dtype=torch.bool)
    if not complete:
        likely = (penalties.middle * sums).argmin(dim=0)
        best = _refine_likely(residuals, penalties, errors, likely)
        wanted = errors <= best
        wanted[likely, torch.arange(len(likely))] = False
    for penalty, leverage in enumerate(penalties.leverages):
        chosen = torch.nonzero(wanted[penalty])[:, 0]
        if len(chosen):
            errors[penalty, chosen] = leverage.squared_errors(residuals.of(penalty, chosen, leverage.double))
    return errors


def _refine_likely(
    residuals: Residuals,
    penalties: _Penalties,
    errors: torch.Tensor,
    likely: torch.Tensor,
) -> torch.Tensor:
    """Raise the bounds of each target by its likely penalty; return the errors of that one, (b,)."""
    for penalty in likely.unique().tolist():
        chosen, leverage = torch.nonzero(likely == penalty)[:, 0], penalties.leverages[penalty]
        residual = residuals.of(penalty, chosen, leverage.double)
        if penalties.forms is None:
            errors[penalty, chosen] = leverage.squared_errors(residual)
            continue
        total, apart = penalties.forms.values(residual)
        bounds = _bounds(residuals, penalties, total, apart, penalty, chosen)
        errors[:, chosen] = torch.maximum(errors[:, chosen], bounds)
        errors[penalty, chosen] = leverage.squared_errors(residual) if leverage.double else total[penalty]
    return errors.gather(0, likely[None])[0]


def _bounds(
    residuals: Residuals,
    penalties: _Penalties,
    total: torch.Tensor,
    apart: torch.Tensor,
    penalty: int,
    chosen: torch.Tensor,
) -> torch.Tensor:
    """Return lower bounds of the errors of all penalties, (a, c), from both forms of the residuals of one."""
    filters, squared = residuals.filters, residuals.projected[:, chosen].square()
    change = filters[:, penalty, None] - filters
    weights = torch.cat([change.square(), (1 - filters[:, penalty, None]) * change], dim=1)
    moved, along = product(weights.T.to(squared.dtype), squared).double().chunk(2)
    across = 2 * (apart * moved).sqrt()
    along *= 2 * penalties.middle
    bounds = total + along - across + penalties.smallest * moved
    bounds -= ROUNDING * (total + along.abs() + across)
    # Residuals too coarse for the leverages of a penalty say nothing about it.
    bounds[torch.tensor([leverage.double for leverage in penalties.leverages])] = 0
    return bounds
