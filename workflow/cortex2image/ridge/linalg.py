"""How arrays become tensors.

Large products and decompositions, on the fastest library at hand.

On a CPU that is NumPy's: on processors that Intel's library does not favour, products were seen up to 1.4
times and eigendecompositions twice as fast as torch's. What lies between two products stays with one set of
threads.

Parts of the work side by side on the cores of a CPU.

Products of one thread each, on parts of their own, take no longer than products of all threads on one part
after the other, and what lies between the products then uses all cores too.
"""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

import numpy as np
import torch
from threadpoolctl import threadpool_limits

# Limits on threads are those of the process: of two callers at once, the second has one worker.
LIMITED = Lock()
Item = TypeVar("Item")
Result = TypeVar("Result")


def as_tensor(array: np.ndarray, device: torch.device, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Return the array on the device; on the CPU without a copy where dtype and layout allow."""
    contiguous = np.ascontiguousarray(array)
    if contiguous.flags.writeable:
        return torch.from_numpy(contiguous).to(device, dtype)
    with warnings.catch_warnings():
        # The engine never writes into its inputs, so arrays may be read-only.
        warnings.filterwarnings("ignore", message=".*not writable", category=UserWarning)
        return torch.from_numpy(contiguous).to(device, dtype)


def dtype_of(dtype: np.dtype | type) -> torch.dtype:
    """Return torch's float32 or float64 for NumPy's."""
    return torch.float32 if np.dtype(dtype) == np.float32 else torch.float64


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


def threads_of(device: torch.device) -> int:
    """Return how many threads there are to share: those of torch on a CPU, one on anything else."""
    return torch.get_num_threads() if device.type == "cpu" else 1


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> list[Result]:
    """Return what `work` makes of every item, several at once; workers share the threads of torch.

    The error of a call ends those that have not begun, and is raised.
    """
    workers = min(workers, len(items))
    if workers <= 1 or not LIMITED.acquire(blocking=False):
        return [work(item) for item in items]
    threads = torch.get_num_threads()
    each = max(1, threads // workers)
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(each,))
    try:
        with threadpool_limits(each, user_api="blas"):
            calls = [pool.submit(work, item) for item in items]
            done, _ = wait(calls, return_when=FIRST_EXCEPTION)
            for call in done:
                call.result()
            return [call.result() for call in calls]
    finally:
        pool.shutdown(cancel_futures=True)
        # Threads that are started later would take the number of the last caller.
        torch.set_num_threads(threads)
        LIMITED.release()
