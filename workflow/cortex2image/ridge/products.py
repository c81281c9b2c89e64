"""The large products, on the fastest library at hand.

On a CPU that is NumPy's: its BLAS was seen up to 1.4 times as fast as torch's on processors that Intel's
library does not favour, and what happens between two products stays with one set of threads.
"""

import numpy as np
import torch


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the matrix product; that of a matrix with its own transpose takes half the work on a CPU."""
    if a.device.type != "cpu":
        return a @ b
    return torch.from_numpy(a.numpy() @ b.numpy())


def squared_residuals(operators: torch.Tensor, known: torch.Tensor, measured: torch.Tensor) -> np.ndarray:
    """Return the sums over rows of (operator known - measured)^2.

    Parameters
    ----------
    operators : (a, m, w) tensor
    known : (w, b) tensor
    measured : (m, b) tensor

    Returns
    -------
    (a, b) array, float64
    """
    sums = np.empty((len(operators), known.shape[1]))
    residual = torch.empty_like(measured)
    for out, operator in zip(sums, operators, strict=True):
        # One operator at a time, in place: its residuals stay in the cache between product and sum.
        if residual.device.type == "cpu":
            errors = np.matmul(operator.numpy(), known.numpy(), out=residual.numpy())
            errors -= measured.numpy()
            out[:] = np.einsum("mb,mb->b", errors, errors)
        else:
            torch.mm(operator, known, out=residual)
            residual -= measured
            out[:] = residual.square_().sum(dim=0).cpu().numpy()
    return sums
