"""Selection of penalties by leaving out one row or group of rows at a time, without refitting.

Let R = Y - H Y be the residuals of a fit to all rows, with hat matrix H (which includes the mean if there is
an intercept). A fit without the rows g has the errors (I - H_gg)^-1 R_g on them (Allen 1974, Technometrics
16:125; for groups, Cook and Weisberg 1982, Residuals and Influence in Regression, section 3.6).

The residuals of one penalty cost a product with U, so penalties that cannot be the best are excluded by a
lower bound of their error. Let r be the residuals of the likely penalty, which generalised cross-validation
would choose, and r + d those of another penalty, with M = (I - H_gg)^-2 of that other penalty and m the mean
eigenvalue of M. The squared error of the other penalty is

    (r + d)'M(r + d)  >=  r'Mr + 2m r'd - 2 ||(M - m)r|| ||d|| + smallest(M) ||d||^2

where r'd and ||d|| are sums over the directions of the basis and cost next to nothing.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.complement import Outside, spared
from cortex2image.ridge.gcv import Residuals, score
from cortex2image.ridge.leverages import Forms, Leverages, rows_of_groups
from cortex2image.ridge.linalg import product
from cortex2image.ridge.targets import Batch, Projected, Targets

# Lower bounds are lowered by this share of their terms, against rounding in single precision.
ROUNDING = 1e-5


def leave_one_out_scores(
    basis: Basis,
    targets: Targets,
    alphas: np.ndarray,
    groups: np.ndarray,
    complete: bool,
    kept: Projected | None = None,
) -> np.ndarray:
    """Return the (a, t) scores of a penalties by leaving out one group at a time.

    Parameters
    ----------
    basis : Basis
    targets : Targets, (n, t)
    alphas : (a,) array
    groups : (n,) array
        Rows of one group are left out together.
    complete : bool
        Compute all scores. Otherwise, scores of penalties that cannot be a target's best are upper bounds.
    kept : Projected, optional
        Filled with the projections and means of the targets.

    Returns
    -------
    (a, t) array
        R^2 of left-out rows, against predicting the mean of the other rows (0 without an intercept).

    Notes
    -----
    Rounding errors of residuals are divided by the eigenvalues of I - H_gg. If one of these is below
    `LEAST_SPARE`, as with repeated rows of X and penalties far below the eigenvalues of X'X, the residuals of
    that penalty are computed in double precision. For targets that X nearly interpolates, the residuals of
    all penalties are computed without differences of nearly equal numbers. If the fit of a row depends on no
    other row, though another combination of rows is free, penalties below sqrt(1e-16 least L largest L) give
    the errors of this penalty, with a warning; these differ from their own by about
    sqrt(1e-16 largest L / least L), with the L of the rows that are not left out.
    """
    members = rows_of_groups(groups)
    outside = Outside.of(basis, members)
    grid = torch.from_numpy(alphas).to(basis.values.device)
    least = outside.least_penalty(basis)
    if alphas.min() < least:
        warnings.warn(
            f"ridge alpha below {least:.1e} is scored as {least:.1e}: the fit of some rows depends on no "
            f"other row, and their left-out errors at smaller penalties are lost in rounding",
            stacklevel=2,
        )
    shares = spared(basis, grid.clamp_min(least))
    leverages = [Leverages.fit(basis, share, outside) for share in shares.T]
    penalties = _Penalties(leverages, None if complete else Forms.of(leverages))
    null = Leverages.null(basis, members)
    scores = np.zeros((len(alphas), targets.count))

    def work(batch: Batch) -> None:
        rows = batch.rows
        projected = product(basis.left.T, rows)
        residuals = Residuals(basis, rows, projected, shares, outside)
        if kept is not None:
            kept.put(batch.part, projected, batch.means)
        errors = _left_out_errors(residuals, penalties, complete)
        scores[:, batch.part] = score(errors, null.squared_errors(rows), batch.within)

    targets.each(work)
    return scores


@dataclass(frozen=True)
class _Penalties:
    """Leverages of every penalty, the same for all targets, and quadratic forms if groups are small."""

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
    """Return the left-out squared errors, (a, b), of every penalty and target.

    Unless `complete`, errors that exceed the smallest of a target may be lower bounds.
    """
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
    """Raise the lower bounds in `errors`, in place, with the residuals of each target's likely penalty.

    Returns
    -------
    (b,) tensor
        Errors of the likely penalties, which are exact.
    """
    for penalty in sorted(set(likely.tolist())):
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
    """Return lower bounds of the errors of all penalties, (a, c), from the residuals of one penalty."""
    shares, squared = residuals.spared, residuals.projected[:, chosen].square()
    change = shares - shares[:, penalty, None]
    weights = torch.cat([change.square(), shares[:, penalty, None] * change], dim=1)
    moved, along = product(weights.T.to(squared.dtype), squared).double().chunk(2)
    across = 2 * (apart * moved).sqrt()
    along *= 2 * penalties.middle
    bounds = total + along - across + penalties.smallest * moved
    bounds -= ROUNDING * (total + along.abs() + across)
    # Penalties that need residuals in double precision get no bound from residuals in single precision.
    bounds[torch.tensor([leverage.double for leverage in penalties.leverages])] = 0
    return bounds
