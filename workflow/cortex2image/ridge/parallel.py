"""Parts of the work side by side on the cores of a CPU.

Products of one thread each, on parts of their own, take no longer than products of all threads on one part
after the other, and what lies between the products then uses all cores too.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")


def threads_of(device: torch.device) -> int:
    """Return how many threads there are to share: those of torch on a CPU, one on anything else."""
    return torch.get_num_threads() if device.type == "cpu" else 1


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> list[Result]:
    """Return what `work` makes of every item, several at once; workers share the threads of torch.

    An error of one call ends the others that have not begun, and is raised.
    """
    workers = min(workers, len(items))
    if workers <= 1:
        return [work(item) for item in items]
    threads = torch.get_num_threads()
    each = max(1, threads // workers)
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(each,))
    try:
        with threadpool_limits(each, user_api="blas"):
            return list(pool.map(work, items))
    finally:
        pool.shutdown(cancel_futures=True)
        # Threads that are started later would take the number of the last caller.
        torch.set_num_threads(threads)
