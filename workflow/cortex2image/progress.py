"""Progress of long work: a bar on a terminal, plain lines in a log."""

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


def track(
    items: Iterable[Item], label: str, total: int | None = None, every_s: float = 10.0
) -> Iterator[Item]:
    """Yield `items` and report progress on standard error.

    Parameters
    ----------
    items : iterable
    label : str
        Name of the work, e.g. "reconstruct sub-01 zc".
    total : int, optional
        Number of items, if `items` has no length.
    every_s : float
        Seconds between two lines when standard error is not a terminal.
    """
    total = len(items) if total is None and isinstance(items, Sized) else total
    if sys.stderr.isatty():
        yield from tqdm(items, desc=label, total=total, file=sys.stderr)
        return
    start = last = time.monotonic()
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - last >= every_s:
            last = now
            say(f"{label}: {done}{f'/{total}' if total else ''} after {now - start:.0f} s")
    say(f"{label}: {done}{f'/{total}' if total else ''} done in {time.monotonic() - start:.1f} s")


def say(message: str) -> None:
    """Write one line to standard error, at once."""
    print(message, file=sys.stderr, flush=True)
