"""What jobs ask for, as rules write it: more with each attempt, and no less than their input needs."""

import math
import os
from collections.abc import Callable, Iterable, Sequence

from cortex2image.planning.wildcards import OfJob, Wildcards
from cortex2image.prediction.memory import PYTHON


def growing(copies: int = 0, **needs: int | OfJob) -> dict[str, Callable[..., int]]:
    """Return resources that grow with each attempt: a job killed for memory or time next gets more.

    Parameters
    ----------
    copies : int
        Where it is not 0, `mem_mb` is at least the memory of Python and of so many copies of the input files.
    **needs
        Each is a number, or a function of the wildcards.
    """

    def growing_need(need: int | OfJob) -> Callable[[Wildcards, int], int]:
        return lambda wildcards, attempt: (need(wildcards) if callable(need) else need) * attempt

    found: dict[str, Callable[..., int]] = {name: growing_need(need) for name, need in needs.items()}
    if copies:
        planned = found["mem_mb"]

        def with_input(wildcards: Wildcards, input: Sequence[str], attempt: int) -> int:  # noqa: A002
            return max(planned(wildcards, attempt), attempt * input_mb(input, copies))

        found["mem_mb"] = with_input
    return found


def input_mb(files: Iterable[str], copies: int) -> int:
    """Return the memory of Python and of copies of the files that are there: MB, in whole GB."""
    size = sum(os.path.getsize(file) for file in files if os.path.exists(file))
    return 1000 * math.ceil((PYTHON + copies * size) / 1e9)
