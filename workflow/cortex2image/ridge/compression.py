"""Fewer operators than penalties, in single precision.

In the singular basis of a fold's training rows, the operators of different penalties differ only in functions
of the eigenvalues that are smooth in the penalty. In single precision the operators of a dozen penalties
therefore span fewer than a dozen dimensions. Targets are multiplied with an orthogonal basis of these
dimensions, and the predictions of each penalty are combinations of the products, at next to no cost.
"""

import torch

from cortex2image.ridge.linalg import eigh, product

# Largest norm of the part of an operator that compression may lose, as a share of the norm of the largest
# operator. The norm of the largest counts as at most that of rows of length 1; longer rows amplify noise.
LARGEST_MISS = 1e-5
# Rows of operators that are converted to double precision at once.
ROWS = 16


def mixture(products: torch.Tensor, rows: int) -> torch.Tensor | None:
    """Return the weights of the combinations that replace a operators, (a, j); None if fewer do not suffice.

    Parameters
    ----------
    products : (a, a) tensor, float64
        Inner products of the operators.
    rows : int
        Rows of an operator.

    Returns
    -------
    (a, j) tensor of orthonormal columns
        Combinations are its transpose times the operators; operators are its rows times the combinations.
    """
    values, vectors = eigh(products)
    largest = min(float(values[-1].clamp_min(0)), rows) ** 0.5
    missed = (values.clamp_min(0) * vectors.square()).cumsum(dim=1).amax(dim=0).sqrt()
    dropped = int((missed < LARGEST_MISS * largest).sum())
    return vectors[:, dropped:] if dropped else None


def products_of(matrix: torch.Tensor) -> torch.Tensor:
    """Return the inner products of a operators, (a, m, w), as an (a, a) tensor, float64."""
    total = torch.zeros(len(matrix), len(matrix), dtype=torch.float64, device=matrix.device)
    for start in range(0, matrix.shape[1], ROWS):
        double = matrix[:, start : start + ROWS].flatten(1).double()
        total += product(double, double.T)
    return total


def combine(matrix: torch.Tensor, mixing: torch.Tensor) -> torch.Tensor:
    """Return the (j, m, w) combinations of a operators, (a, m, w), with (a, j) weights."""
    return product(mixing.T.to(matrix.dtype), matrix.flatten(1)).view(-1, *matrix.shape[1:])
