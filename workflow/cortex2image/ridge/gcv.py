"""Selection of penalties by generalised cross-validation.

Leaving one row out after the other, with every leverage replaced by their mean (Golub, Heath and Wahba 1979,
Technometrics 21:215). It needs one projection of the targets and nothing else that grows with them.
"""

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.products import product
from cortex2image.ridge.targets import Projected, Targets


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
        total, residual = residual_sums(rows, projected, filters, basis.spans_all(targets.centre))
        scores[:, batch] = score(residual / spare[:, None] ** 2, total)
    return scores


def residual_sums(
    rows: torch.Tensor, projected: torch.Tensor, filters: torch.Tensor, saturated: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the sums of squares of the targets, (b,), and of their residuals by penalty, (a, b), float64."""
    total = rows.square().sum(dim=0).double()
    squared = projected.square()
    beyond = 0 if saturated else (total - squared.sum(dim=0).double()).clamp_min(0)
    return total, ((1 - filters).square().to(rows.dtype).T @ squared).double() + beyond


def score(errors: torch.Tensor, total: torch.Tensor) -> np.ndarray:
    return torch.where(total > 0, 1 - errors / torch.where(total > 0, total, 1), 0.0).cpu().numpy()
