"""What a fit leaves of the targets, I - H, without differences of nearly equal numbers.

With the constant c and the basis U of n rows (see `basis`), the hat matrix is
H = cc' + U diag(L / (L + alpha)) U' and

    I - H = Q + U S U',    S = diag(alpha / (L + alpha)),    Q = I - cc' - UU'.

Both terms are positive semi-definite, so their sum loses no digits, where 1 - L/(L + alpha) loses all of them
for a penalty of 1e-16 L. If c and U span all rows, Q is 0 and left-out errors, like generalised
cross-validation, are ratios in which a common factor of S cancels: they have a limit for alpha -> 0 although
I - H has none but 0.

Rows of different weight (pictures with w trials each) enter multiplied by sqrt(w), and c is sqrt(w / sum w).
"""

import math
from dataclasses import dataclass

import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.conditioning import EPSILON
from cortex2image.ridge.linalg import product
from cortex2image.ridge.need import GROUPS

# Eigenvalue of a block of Q below which the difference that gives the block has lost too many digits.
LEAST_BLOCK = 1e-6
# Largest length of a row of Q that is taken for 0 however inaccurate the basis is.
LARGEST_NOTHING = 1e-6


def free_rows(basis: Basis) -> int:
    """Return the number of dimensions that remain for a fit: n, or n - 1 if the mean takes one."""
    return len(basis.left) - int(basis.constant.any())


def saturated(basis: Basis) -> bool:
    """Return whether the basis, with the constant, spans all rows, so that Q is 0."""
    return len(basis.values) == free_rows(basis)


def spared(basis: Basis, alphas: torch.Tensor) -> torch.Tensor:
    """Return the share of each direction that a penalty keeps from being fitted, S, (k, a) float64.

    Parameters
    ----------
    basis : Basis, of k directions
    alphas : (a,) tensor, float64

    Returns
    -------
    (k, a) tensor
        alpha / (L + alpha). If the basis is saturated, divided by the largest value of each penalty, which
        leaves (least L + alpha) / (L + alpha): no result depends on the factor, and no value is below 1e-16.
    """
    numerator = alphas + basis.values.min() if saturated(basis) else alphas
    return numerator / (basis.values[:, None] + alphas)


@dataclass(frozen=True)
class Outside:
    """The blocks Q_gg of groups of rows g, and which combinations of a group's rows are 0 in Q.

    A combination is 0 in Q if the fit of these rows depends on no other row, as for the mean of a group that
    holds all repeats of a row in predictors with more columns than rows. Its residual tends to 0 with the
    penalty, and so does its part of I - H_gg: either, computed as a difference, would be rounding error.

    Attributes
    ----------
    members : list of (G, s) tensors
        Rows of the G groups of size s, for each size.
    blocks : list of (G, s, s) tensors, float64
    reduced : list of ((N, s) rows, (N, s, s) projector) pairs
        Groups with combinations that are 0 in Q, and projectors on the other combinations.
    """

    members: list[torch.Tensor]
    blocks: list[torch.Tensor]
    reduced: list[tuple[torch.Tensor, torch.Tensor]]

    @classmethod
    def of(cls, basis: Basis, members: list[torch.Tensor]) -> "Outside":
        """Compute the blocks of all groups, once for all penalties."""
        if saturated(basis):
            sizes = [(len(rows), rows.shape[1], rows.shape[1]) for rows in members]
            return cls(members, [basis.exact.new_zeros(size) for size in sizes], [])
        blocks, reduced = [], []
        for rows in members:
            parts = [_difference(basis, part) for part in torch.split(rows, GROUPS)]
            block = torch.cat(parts)
            doubtful = torch.nonzero(torch.linalg.eigvalsh(block)[:, 0].cpu() < LEAST_BLOCK)[:, 0]
            for part in torch.split(doubtful, max(1, GROUPS // 4)):
                block[part], projector, incomplete = _resolved(basis, rows[part])
                if incomplete.any():
                    reduced.append((rows[part][incomplete], projector[incomplete]))
            blocks.append(block)
        return cls(members, blocks, reduced)

    def clean(self, residual: torch.Tensor) -> torch.Tensor:
        """Set the combinations that are 0 in Q to 0 in (n, b) residuals Qy, in place, and return these."""
        for rows, projector in self.reduced:
            residual[rows] = projector @ residual[rows]
        return residual

    def least_penalty(self, basis: Basis) -> float:
        """Return the penalty that stands for all smaller ones, 0 unless combinations of rows are 0 in Q.

        The left-out errors of these combinations have a limit for alpha -> 0. Computed at alpha they differ
        from it by about alpha / least L, and their rounding errors are about 1e-16 largest L / alpha.
        """
        if not self.reduced or not len(basis.values):
            return 0.0
        return float((EPSILON * basis.values.min() * basis.values.max()).sqrt())


def without_span(basis: Basis, rows: torch.Tensor) -> torch.Tensor:
    """Return Q times (n, b) float64 rows: their part outside the basis and the constant."""
    constant, left = basis.constant, basis.exact
    rows = rows - torch.outer(constant, constant @ rows)
    return rows - product(left, product(left.T, rows))


def _difference(basis: Basis, rows: torch.Tensor) -> torch.Tensor:
    """Return I - c_g c_g' - U_g U_g', (G, s, s), of the groups whose rows are (G, s)."""
    left = torch.cat([basis.exact[rows], basis.constant[rows][:, :, None]], dim=2)
    return torch.eye(rows.shape[1]).to(left) - left @ left.transpose(1, 2)


def _resolved(basis: Basis, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Compute Q_gg as the inner products of the rows of Q, whose errors are squared rounding errors.

    Returns
    -------
    (G, s, s) tensor
        Q_gg, in which eigenvalues that rounding could have made are exactly 0.
    (G, s, s) tensor
        Projectors on the other eigenvectors.
    (G,) tensor of bool
        Whether there was such an eigenvalue.
    """
    n, (count, size) = len(basis.left), rows.shape
    units = basis.exact.new_zeros(n, count * size)
    units[rows.flatten(), torch.arange(count * size)] = 1
    outer = without_span(basis, units).T.reshape(count, size, n)
    _, vectors = torch.linalg.eigh(outer @ outer.transpose(1, 2))
    lengths = (vectors.transpose(1, 2) @ outer).norm(dim=2)
    something = lengths > _nothing(basis)
    kept = vectors * something[:, None]
    block = (kept * lengths.square()[:, None]) @ kept.transpose(1, 2)
    return block, kept @ kept.transpose(1, 2), ~something.all(dim=1).cpu()


def _nothing(basis: Basis) -> float:
    """Return the length of a row of Q that rounding errors of the basis could have made."""
    values = basis.values
    error = basis.error / float(values.min()) if len(values) else EPSILON
    return min(LARGEST_NOTHING, 8 * math.sqrt(len(basis.left)) * error)
