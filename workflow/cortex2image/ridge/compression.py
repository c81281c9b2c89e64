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

# What combinations may miss of an operator, by its norm, as a share of the largest: about what single
# precision rounds away. Of one whose rows are longer than 1, which magnifies noise, no more counts than that.
LARGEST_MISS = 2e-6
# Rows of operators that are in double precision at once.
ROWS = 16


def compressed(operator: FoldOperator) -> FoldOperator:
    """Return the operator as combinations of fewer ones; itself in double precision, or if none is spared."""
    if operator.matrix.dtype == torch.float64:
        return operator
    values, vectors = eigh(_products(operator.matrix))
    largest = min(float(values[-1].clamp_min(0)), operator.matrix.shape[1]) ** 0.5
    dropped = _dropped(values, vectors, LARGEST_MISS * largest)
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


def _dropped(values: torch.Tensor, vectors: torch.Tensor, miss: float) -> int:
    """Return how many of the first directions may go until an operator misses as much."""
    missed = (values.clamp_min(0) * vectors.square()).cumsum(dim=1).amax(dim=0).sqrt()
    return int((missed < miss).sum())
