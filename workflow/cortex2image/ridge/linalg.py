"""Linear algebra on CPU and GPU: tensors from arrays, large products and decompositions.

On a CPU, products and decompositions are NumPy's: on processors that Intel's library does not favour, its
products were measured up to 1.4 times as fast as torch's, and its eigendecompositions twice as fast.
"""

import warnings

import numpy as np
import torch


def as_tensor(array: np.ndarray, device: torch.device, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Return the array as a tensor on the device; on the CPU without a copy if dtype and layout allow."""
    contiguous = np.ascontiguousarray(array)
    if contiguous.flags.writeable:
        return torch.from_numpy(contiguous).to(device, dtype)
    with warnings.catch_warnings():
        # The solver never writes to its inputs, so read-only arrays are safe.
        warnings.filterwarnings("ignore", message=".*not writable", category=UserWarning)
        return torch.from_numpy(contiguous).to(device, dtype)


def dtype_of(dtype: np.dtype | type) -> torch.dtype:
    """Return torch's float32 for NumPy's float32, and torch's float64 for any other dtype."""
    return torch.float32 if np.dtype(dtype) == np.float32 else torch.float64


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the matrix product; on a CPU, a matrix times its own transpose takes half the work."""
    if a.device.type != "cpu":
        return a @ b
    return torch.from_numpy(a.numpy() @ b.numpy())


def eigh(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the ascending eigenvalues and the eigenvectors of a symmetric matrix."""
    if matrix.device.type != "cpu":
        on_gpu = torch.linalg.eigh(matrix)
        return on_gpu.eigenvalues, on_gpu.eigenvectors
    values, vectors = np.linalg.eigh(matrix.numpy())
    return torch.from_numpy(values), torch.from_numpy(vectors)


def squared_residuals(
    operators: torch.Tensor, mixing: torch.Tensor | None, known: torch.Tensor, measured: torch.Tensor
) -> np.ndarray:
    """Return the squared prediction errors of every operator, sum over rows of (operator known - measured)^2.

    Parameters
    ----------
    operators : (j, m, w) tensor
    mixing : (a, j) tensor, optional
        Weights of the j operators in the a combinations to evaluate; None evaluates the j operators.
    known : (w, b) tensor
        Training targets, or their projections, of b targets.
    measured : (m, b) tensor
        Held-out targets.

    Returns
    -------
    (a, b) array, or (j, b) without mixing, float64
    """
    residual = torch.empty_like(measured)
    if mixing is None:
        # One operator at a time, in place, so that residuals stay in the cache between product and sum.
        return np.array(
            [_squares(product_into(operator, known, residual).sub_(measured)) for operator in operators]
        )
    (j, m, w), b = operators.shape, known.shape[1]
    # The measured targets enter every combination as one more term, which saves a pass to subtract them.
    terms = known.new_empty(j + 1, m * b)
    product_into(operators.reshape(j * m, w), known, terms[:j].view(j * m, b))
    terms[j] = measured.reshape(-1)
    combined = torch.cat([mixing, mixing.new_full((len(mixing), 1), -1)], dim=1)
    flat = residual.view(1, m * b)
    return np.array([(product_into(row[None], terms, flat), _squares(residual))[1] for row in combined])


def product_into(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """Write the matrix product a b to the contiguous `out` and return `out`."""
    if a.device.type == "cpu":
        np.matmul(a.numpy(), b.numpy(), out=out.numpy())
        return out
    return torch.mm(a, b, out=out)


def _squares(residual: torch.Tensor) -> np.ndarray:
    """Return the sum of squares of each column of (m, b) residuals, (b,) float64."""
    if residual.device.type == "cpu":
        squares: np.ndarray = np.einsum("mb,mb->b", residual.numpy(), residual.numpy()).astype(np.float64)
    else:
        squares = residual.square().sum(dim=0).double().cpu().numpy()
    return squares
