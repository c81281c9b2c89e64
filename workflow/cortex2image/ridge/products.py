"""Large products and decompositions, on the fastest library at hand.

On a CPU that is NumPy's: on processors that Intel's library does not favour, products were seen up to 1.4
times and eigendecompositions twice as fast as torch's. What lies between two products stays with one set of
threads.
"""

import numpy as np
import torch


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the matrix product; that of a matrix with its own transpose takes half the work on a CPU."""
    if a.device.type != "cpu":
        return a @ b
    return torch.from_numpy(a.numpy() @ b.numpy())


def eigh(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the ascending eigenvalues and the eigenvectors of a symmetric matrix."""
    if matrix.device.type != "cpu":
        return torch.linalg.eigh(matrix)
    values, vectors = np.linalg.eigh(matrix.numpy())
    return torch.from_numpy(values), torch.from_numpy(vectors)


def squared_residuals(
    operators: torch.Tensor, mixing: torch.Tensor | None, known: torch.Tensor, measured: torch.Tensor
) -> np.ndarray:
    """Return the sums over rows of (operator known - measured)^2.

    Parameters
    ----------
    operators : (j, m, w) tensor
    mixing : (a, j) tensor, optional
        The operators that are meant are these combinations of the given ones.
    known : (w, b) tensor
    measured : (m, b) tensor

    Returns
    -------
    (a, b) array, or (j, b) without mixing, float64
    """
    residual = torch.empty_like(measured)
    if mixing is None:
        # One operator at a time, in place: its residuals stay in the cache between product and sum.
        return np.array([_squares(_into(operator, known, residual).sub_(measured)) for operator in operators])
    (j, m, w), b = operators.shape, known.shape[1]
    # What was measured is one more term of every combination, so that no further pass subtracts it.
    terms = known.new_empty(j + 1, m * b)
    _into(operators.reshape(j * m, w), known, terms[:j].view(j * m, b))
    terms[j] = measured.reshape(-1)
    combined = torch.cat([mixing, mixing.new_full((len(mixing), 1), -1)], dim=1)
    flat = residual.view(1, m * b)
    return np.array([(_into(row[None], terms, flat), _squares(residual))[1] for row in combined])


def _into(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """Write the matrix product to `out`, and return that."""
    if a.device.type == "cpu":
        np.matmul(a.numpy(), b.numpy(), out=out.numpy())
        return out
    return torch.mm(a, b, out=out)


def _squares(residual: torch.Tensor) -> np.ndarray:
    """Return the sums of squares of (m, b) residuals, (b,) float64."""
    if residual.device.type == "cpu":
        return np.einsum("mb,mb->b", residual.numpy(), residual.numpy()).astype(np.float64)
    return residual.square().sum(dim=0).double().cpu().numpy()
