"""Progress of long work: a bar on a terminal, plain lines in a log."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


def track(
    items: Iterable[Item],
    label: str,
    total: int | None = None,
    every_s: float = 10.0,
    counts: Callable[[Any], int] = lambda item: 1,
) -> Iterator[Item]:
    """Yield `items` and report progress on standard error: how many, how fast, and the time left.

    Parameters
    ----------
    items : iterable
    label : str
        Name of the work, e.g. "reconstruct sub-01 zc".
    total : int, optional
        Sum of what the items count, if `items` has no length or if they do not count 1 each.
    every_s : float
        Seconds between two lines when standard error is not a terminal.
    counts : function of an item
        What an item counts, e.g. ``len`` of batches.
    """
    total = len(items) if total is None and isinstance(items, Sized) else total
    if sys.stderr.isatty():
        yield from _on_terminal(items, label, total, counts)
        return
    start = last = time.monotonic()
    done = 0
    for item in items:
        yield item
        done, now = done + counts(item), time.monotonic()
        if now - last >= every_s:
            last = now
            say(f"{label}: {_so_far(done, total, now - start)}")
    say(f"{label}: {done}{f'/{total}' if total else ''} done in {time.monotonic() - start:.1f} s")


def _on_terminal(
    items: Iterable[Item], label: str, total: int | None, counts: Callable[[Any], int]
) -> Iterator[Item]:
    with tqdm(desc=label, total=total, file=sys.stderr) as bar:
        for item in items:
            yield item
            bar.update(counts(item))


def _so_far(done: int, total: int | None, seconds: float) -> str:
    """Return how many are done after so many seconds, per second, and the seconds left if they are known."""
    rate = done / max(seconds, 1e-9)
    left = f", {duration((total - done) / rate)} left" if total and rate else ""
    return f"{done}{f'/{total}' if total else ''} after {duration(seconds)}, {rate:.3g}/s{left}"


def duration(seconds: float) -> str:
    """Return a time as people say it: 45 s, 12 min 5 s, 3 h 20 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def say(message: str) -> None:
    """Write one line to standard error, at once."""
    print(message, file=sys.stderr, flush=True)
