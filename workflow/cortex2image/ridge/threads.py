"""Threads of a fit.

Batches of targets are handled side by side, one thread each. Their matrix products take as long as products
that use all threads on one batch after the other, but the steps between the products also use all cores.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Integral
from threading import Lock
from typing import TypeVar

import torch
from threadpoolctl import OpenBLASController, ThreadpoolController

from cortex2image.errors import ConfigError

# The libraries behind NumPy's products; found once, since looking for them takes milliseconds.
BLAS = ThreadpoolController()
# Of two simultaneous callers, the second gets one worker.
SIDE_BY_SIDE = Lock()
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class _Computing:
    """Fits that compute now; limits on threads of NumPy's products hold for the whole process.

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
                self.restore = _limited(threads)
                self.threads = threads
            self.count += 1

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            if not self.count:
                self.restore()
                self.threads = 0


def _limited(threads: int) -> Callable[[], None]:
    """Set the threads of NumPy's products, and return what undoes it."""
    # OpenBLAS takes limits from no other thread than the one that set a limit first.
    OpenBLASController.clear_controlling_thread(force=True)
    limits = BLAS.limit(limits=threads, user_api="blas")

    def restore() -> None:
        OpenBLASController.clear_controlling_thread(force=True)
        limits.restore_original_limits()
        OpenBLASController.clear_controlling_thread(force=True)

    return restore


_COMPUTING = _Computing()


def usable_threads() -> int:
    """Return the number of processors that this process may use: by affinity and limits of its container.

    The environment variable LOKY_MAX_CPU_COUNT of joblib, which counts them, bounds the number.
    """
    import joblib  # imported late: a step is told its threads

    return int(joblib.cpu_count())


@contextmanager
def computing(threads: int | None) -> Iterator[None]:
    """Give NumPy's products the threads of a fit, and torch a single one.

    Two libraries with threads of their own would wait for each other: OpenMP threads of torch spin after each
    operation, on the cores that the next product needs. Without `threads` a fit takes all processors that the
    process may use, whatever environment variables say. Of simultaneous fits, the first one decides.

    Raises
    ------
    ConfigError
        Not a whole number of threads, at least 1.
    """
    if threads is not None and not (isinstance(threads, Integral) and threads >= 1):
        raise ConfigError("ridge threads", "a whole number of at least 1", f"{threads}", "correct the number")
    # torch has a number of threads for each thread that calls it.
    before = torch.get_num_threads()
    _COMPUTING.enter(int(threads or usable_threads()))
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
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
