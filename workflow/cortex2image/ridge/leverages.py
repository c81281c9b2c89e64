"""Leverages of groups of rows: the matrices that turn residuals of a fit into left-out errors.

H_gg is the block of the hat matrix H over the rows of a group g; see `leave_one_out` for the equations.
"""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.basis import Basis
from cortex2image.ridge.complement import Outside, saturated
from cortex2image.ridge.linalg import product
from cortex2image.ridge.need import GROUPS, LARGEST_GROUP

# Eigenvalue of I - H_gg below which left-out errors would show the rounding of single-precision residuals.
LEAST_SPARE = 1e-2


@dataclass(frozen=True)
class Leverages:
    """(I - H_gg)^-1 of all groups g, for one penalty.

    Attributes
    ----------
    members : list of (G, s) tensors
        Rows of the G groups of size s, for each size.
    inverses : list of (G, s, s) tensors
        (I - H_gg)^-1 of these groups.
    double : bool
        Whether the inverses are, and residuals have to be, in double precision.
    smallest, middle : () tensors
        Smallest and mean eigenvalue of M = (I - H_gg)^-2.
    """

    members: list[torch.Tensor]
    inverses: list[torch.Tensor]
    double: bool
    smallest: torch.Tensor
    middle: torch.Tensor

    @classmethod
    def fit(cls, basis: Basis, spared: torch.Tensor, outside: Outside) -> "Leverages":
        """Compute the leverages of one penalty.

        Parameters
        ----------
        basis : Basis
        spared : (k,) tensor
            Of this penalty, see :func:`~cortex2image.ridge.complement.spared`.
        outside : Outside
            The blocks of Q over the groups.
        """
        spares = [
            block + _reached(basis, spared, rows)
            for rows, block in zip(outside.members, outside.blocks, strict=True)
        ]
        return cls._of(basis, outside.members, spares, not saturated(basis))

    @classmethod
    def null(cls, basis: Basis, members: list[torch.Tensor]) -> "Leverages":
        """Compute the leverages of predicting the mean alone, H = cc', from the (G, s) rows of groups."""
        return cls._of(basis, members, [_without_mean(basis, rows) for rows in members], False)

    @classmethod
    def _of(
        cls, basis: Basis, members: list[torch.Tensor], spares: list[torch.Tensor], may_double: bool
    ) -> "Leverages":
        """Invert I - H_gg, (G, s, s) for each size; residuals in double precision if allowed and needed."""
        inverses, eigenvalues = [], []
        for block in spares:
            spare, vectors = torch.linalg.eigh(block)
            spare = spare.clamp_min(torch.finfo(torch.float64).eps)
            inverses.append((vectors / spare[:, None]) @ vectors.transpose(1, 2))
            eigenvalues.append(spare.flatten())
        spread = torch.cat(eigenvalues)
        double = may_double and bool(spread.min() < LEAST_SPARE)
        dtype = torch.float64 if double else basis.left.dtype
        powers = spread**-2
        return cls(members, [i.to(dtype) for i in inverses], double, powers.min(), powers.mean())

    def squared_errors(self, residual: torch.Tensor) -> torch.Tensor:
        """Return the sums of squared left-out errors r'Mr, (b,) float64, of (n, b) residuals r."""
        total = torch.zeros(residual.shape[1], dtype=torch.float64, device=residual.device)
        for rows, inverse in zip(self.members, self.inverses, strict=True):
            if rows.shape[1] == 1:
                squares = _taken(residual, rows[:, 0]).to(inverse.dtype).square()
                total += product(inverse[:, 0].square().T, squares)[0].double()
            else:
                total += _squares(inverse @ residual[rows].to(inverse.dtype))
        return total


@dataclass(frozen=True)
class Forms:
    """Coefficients of r'Mr and ||(M - m)r||^2 on products of two residuals of a group, for every penalty.

    Attributes
    ----------
    members : list of (G, s) tensors
    coefficients : list of (s (s + 1) / 2, 2a, G) tensors
        For each pair of rows and each of G groups: r'Mr of all a penalties, then ||(M - m)r||^2.
    """

    members: list[torch.Tensor]
    coefficients: list[torch.Tensor]

    @classmethod
    def of(cls, leverages: list[Leverages]) -> "Forms | None":
        """Return the forms; None if a group has more than `LARGEST_GROUP` rows, when forms are too costly."""
        members = leverages[0].members
        if max(rows.shape[1] for rows in members) > LARGEST_GROUP:
            return None
        return cls(members, [_coefficients(leverages, size) for size in range(len(members))])

    def values(self, residual: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return r'Mr and ||(M - m)r||^2 of (n, b) residuals r, (a, b) float64 each."""
        shape = (self.coefficients[0].shape[1], residual.shape[1])
        sums = torch.zeros(shape, dtype=torch.float64, device=residual.device)
        for rows, coefficients in zip(self.members, self.coefficients, strict=True):
            for pair, (first, second) in zip(coefficients, _pairs(rows.shape[1]).T, strict=True):
                products = _taken(residual, rows[:, first]) * _taken(residual, rows[:, second])
                sums += product(pair, products.to(pair.dtype)).double()
        total, apart = sums.chunk(2)
        return total, apart.clamp_min(0)


def rows_of_groups(groups: np.ndarray) -> list[torch.Tensor]:
    """Return the rows of all groups of one size as a (groups, size) tensor, one for each size."""
    _, member, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(member, kind="stable")
    starts = np.cumsum(counts) - counts
    return [
        torch.from_numpy(np.stack([order[s : s + size] for s in starts[counts == size]]))
        for size in np.unique(counts)
    ]


def _reached(basis: Basis, spared: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return the blocks of U S U', (G, s, s), of the groups whose rows are (G, s)."""
    parts = (basis.exact[part] for part in torch.split(rows, GROUPS))
    return torch.cat([(left * spared) @ left.transpose(1, 2) for left in parts])


def _without_mean(basis: Basis, rows: torch.Tensor) -> torch.Tensor:
    """Return the blocks of I - cc', (G, s, s), of the groups whose rows are (G, s)."""
    constant = basis.constant[rows]
    return torch.eye(rows.shape[1]).to(constant) - constant[:, :, None] * constant[:, None]


def _taken(residual: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return the given rows of a residual; without a copy if they are all rows in order."""
    every = torch.arange(len(residual), device=rows.device)
    return residual if torch.equal(rows, every) else residual[rows]


def _squares(values: torch.Tensor) -> torch.Tensor:
    """Square (G, s, b) values in place and return their sums over groups and rows, (b,) float64."""
    return values.square_().sum(dim=(0, 1)).double()


def _coefficients(leverages: list[Leverages], size: int) -> torch.Tensor:
    """Return the coefficients of both forms, (pairs, 2a, G), for the groups of one size."""
    totals: list[torch.Tensor] = []
    aparts: list[torch.Tensor] = []
    for leverage in leverages:
        inverse = leverage.inverses[size].double()
        matrix = inverse @ inverse
        apart = matrix - leverage.middle * torch.eye(matrix.shape[1]).to(matrix)
        for forms, form in ((totals, matrix), (aparts, apart @ apart)):
            first, second = _pairs(form.shape[1])
            twice = torch.where(first == second, 1.0, 2.0).to(form)
            forms.append((form[:, first, second] * twice).T)
    return torch.stack(totals + aparts, dim=1).to(leverages[-1].inverses[size].dtype)


def _pairs(size: int) -> torch.Tensor:
    """Return all pairs of rows of a group, a row with itself included, (2, pairs)."""
    return torch.triu_indices(size, size)
