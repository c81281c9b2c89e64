"""Linear algebra on CPU and GPU: tensors from arrays, large products and decompositions, threads.

On a CPU, products and decompositions are NumPy's: on processors that Intel's library does not favour, its
products were measured up to 1.4 times as fast as torch's, and its eigendecompositions twice as fast.

Batches of targets are handled side by side, one thread each. Their matrix products take as long as products
that use all threads on one batch after the other, but the steps between the products also use all cores.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import joblib
import numpy as np
import torch
from threadpoolctl import ThreadpoolController

# The libraries behind NumPy's products; found once, since looking for them takes milliseconds.
BLAS = ThreadpoolController()
# Of two simultaneous callers, the second gets one worker.
SIDE_BY_SIDE = Lock()
Item = TypeVar("Item")
Result = TypeVar("Result")


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
        return np.array([_squares(_into(operator, known, residual).sub_(measured)) for operator in operators])
    (j, m, w), b = operators.shape, known.shape[1]
    # The measured targets enter every combination as one more term, which saves a pass to subtract them.
    terms = known.new_empty(j + 1, m * b)
    _into(operators.reshape(j * m, w), known, terms[:j].view(j * m, b))
    terms[j] = measured.reshape(-1)
    combined = torch.cat([mixing, mixing.new_full((len(mixing), 1), -1)], dim=1)
    flat = residual.view(1, m * b)
    return np.array([(_into(row[None], terms, flat), _squares(residual))[1] for row in combined])


def _into(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """Write the matrix product a b to `out` and return `out`."""
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


@dataclass
class _Computing:
    """Fits that compute now; limits on threads hold for the whole process.

    Attributes
    ----------
    count : int
        Number of fits.
    threads : int
        Threads of the first of them; 0 if there is none.
    restore : callable
        Undoes the limits.
    """

    count: int = 0
    threads: int = 0
    restore: Callable[[], None] = lambda: None
    lock: Lock = field(default_factory=Lock)

    def enter(self, threads: int) -> None:
        with self.lock:
            if not self.count:
                limits, before = BLAS.limit(limits=threads, user_api="blas"), torch.get_num_threads()
                torch.set_num_threads(1)

                def restore() -> None:
                    limits.restore_original_limits()
                    torch.set_num_threads(before)

                self.restore = restore
                self.threads = threads
            self.count += 1

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            if not self.count:
                self.restore()
                self.threads = 0


_COMPUTING = _Computing()


def usable_threads() -> int:
    """Return the number of processors that this process may use: by affinity and limits of its container.

    The environment variable LOKY_MAX_CPU_COUNT of joblib, which counts them, bounds the number.
    """
    return int(joblib.cpu_count())


@contextmanager
def computing(threads: int | None) -> Iterator[None]:
    """Give NumPy's products the threads of a fit, and torch a single one.

    Two libraries with threads of their own would wait for each other: OpenMP threads of torch spin after each
    operation, on the cores that the next product needs. Without `threads` a fit takes all processors that the
    process may use, whatever environment variables say. Of simultaneous fits, the first one decides.
    """
    _COMPUTING.enter(threads or usable_threads())
    try:
        yield
    finally:
        _COMPUTING.leave()


@contextmanager
def torch_threads() -> Iterator[None]:
    """Give torch the threads of the fit for one large operation that NumPy has not, unless it is one of
    several side by side."""
    if SIDE_BY_SIDE.locked() or not _COMPUTING.threads:
        yield
        return
    torch.set_num_threads(_COMPUTING.threads)
    try:
        yield
    finally:
        torch.set_num_threads(1)


def threads_of(device: torch.device) -> int:
    """Return the number of threads for work on the device: those of the fit on a CPU, one on a GPU."""
    return max(1, _COMPUTING.threads) if device.type == "cpu" else 1


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> list[Result]:
    """Call `work` on every item, several at a time, and return the results in the order of the items.

    The workers share the threads of the fit. If a call fails, calls that have not started are cancelled and
    the error is raised.
    """
    workers = min(workers, len(items))
    if workers <= 1 or not SIDE_BY_SIDE.acquire(blocking=False):
        return [work(item) for item in items]
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
    try:
        with BLAS.limit(limits=max(1, _COMPUTING.threads // workers), user_api="blas"):
            calls = [pool.submit(work, item) for item in items]
            done, _ = wait(calls, return_when=FIRST_EXCEPTION)
            for call in done:
                call.result()
            return [call.result() for call in calls]
    finally:
        pool.shutdown(cancel_futures=True)
        SIDE_BY_SIDE.release()
