"""Parts of the work side by side on the cores of a CPU.

Products of one thread each, on parts of their own, take no longer than products of all threads on one part
after the other, and what lies between the products then uses all cores too.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

import torch
from threadpoolctl import threadpool_limits

# Limits on threads are those of the process: of two callers at once, the second has one worker.
LIMITED = Lock()
Item = TypeVar("Item")
Result = TypeVar("Result")


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
