"""Fewer operators than penalties.

In the singular basis of a fold's training rows, operators differ by L / (L + alpha) alone. These functions of
the eigenvalues are smooth, so that in single precision a dozen penalties span less than a dozen directions.
Targets then meet orthogonal combinations of the operators, and the predictions of each penalty are put
together from theirs, which costs next to nothing.
"""

from dataclasses import replace

import torch

from cortex2image.ridge.products import eigh, product
from cortex2image.ridge.training import FoldOperator

# Share of the largest operator that combinations may miss of any: about what single precision rounds away.
LARGEST_MISS = 2e-6
# Rows of operators that are in double precision at once.
ROWS = 16


def compressed(operator: FoldOperator) -> FoldOperator:
    """Return the operator as combinations of fewer ones; itself in double precision, or if none is spared."""
    if operator.matrix.dtype == torch.float64:
        return operator
    values, vectors = eigh(_products(operator.matrix))
    dropped = _dropped(values, vectors)
    if dropped == 0:
        return operator
    vectors, flat = vectors[:, dropped:].to(operator.matrix.dtype), operator.matrix.flatten(1)
    combined = product(vectors.T, flat).view(-1, *operator.matrix.shape[1:])
    return replace(operator, matrix=combined, mixing=vectors)


def _products(matrix: torch.Tensor) -> torch.Tensor:
    """Return the inner products of (a, m, w) operators, (a, a) float64, a few rows at a time."""
    total = torch.zeros(len(matrix), len(matrix), dtype=torch.float64, device=matrix.device)
    for rows in matrix.split(ROWS, dim=1):
        double = rows.flatten(1).double()
        total += product(double, double.T)
    return total


def _dropped(values: torch.Tensor, vectors: torch.Tensor) -> int:
    """Return how many of the first directions may go, by what the operators then miss."""
    missed = (values.clamp_min(0) * vectors.square()).cumsum(dim=1).amax(dim=0).sqrt()
    return int((missed < LARGEST_MISS * values[-1].sqrt()).sum())
