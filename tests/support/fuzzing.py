"""Damaged and hostile files for the readers, and the bounds within which a reader has to read or refuse them.

``C2I_FUZZ_EXAMPLES=2000 pytest tests/fuzz`` tries as many files per test, others each time. Without it, a few
files are tried, the same ones each time.
"""

import os
import resource
import signal
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cortex2image.errors import ConfigError, ContractError, DataError, ModelSetError

EXAMPLES = int(os.environ.get("C2I_FUZZ_EXAMPLES", "0"))
FUZZ = settings(
    max_examples=EXAMPLES or 25,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
OURS = (ConfigError, ContractError, DataError, ModelSetError)
SECONDS, PATIENCE, ROOM = 20, 12, 2**31
STATM = Path("/proc/self/statm")
EXTREMES = [
    struct.pack(order + kind, value)
    for order in "<>"
    for kind, values in {
        "h": (0, 1, -1, 2**15 - 1, -(2**15)),
        "i": (0, -1, 2**31 - 1, -(2**31), 8, 348),
        "q": (-1, 2**62, 2**63 - 1, -(2**63)),
        "f": (float("nan"), float("inf"), -1.0, 1e38),
    }.items()
    for value in values
]
"""Numbers of which heads of files are made, where sums overflow and sizes have no end."""


class Hung(BaseException):
    """A reader took longer than it may; no reader can catch it by mistake."""


@contextmanager
def bounded(seconds: float = SECONDS, room: int = ROOM) -> Iterator[None]:
    """Limit what a block may take: CPU time, and (on Linux) memory beyond what is taken, or MemoryError.

    Time on the clock is limited too, generously since other work may go on: to wait takes no CPU time.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hung(f"more than {seconds} s")

    timers = {
        signal.SIGPROF: (signal.ITIMER_PROF, seconds),
        signal.SIGALRM: (signal.ITIMER_REAL, PATIENCE * seconds),
    }
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(STATM.read_text().split()[0]) * resource.getpagesize() if STATM.exists() else None
    before = {number: signal.signal(number, stop) for number in timers}
    for timer, limit in timers.values():
        signal.setitimer(timer, limit)
    resource.setrlimit(resource.RLIMIT_AS, (soft if taken is None else taken + room, hard))
    try:
        yield
    finally:
        for number, (timer, _) in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def read_or_refused(read: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a reader returns; None if it refuses, with an error of this project and no other."""
    refused = None
    with bounded():
        try:
            return read(*arguments)
        except OURS as error:
            refused = str(error)
    assert "\n  expected: " in refused
    assert len(refused) < 50_000
    return None


@st.composite
def damaged(draw: st.DrawFn, whole: bytes, head: int = 512) -> bytes:
    """Return the bytes of a file after up to six damages, half of them in its first `head` bytes."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        end = min(len(data), head) if draw(st.booleans()) else len(data)
        place = draw(st.integers(0, max(0, end - 1)))
        kind = draw(st.sampled_from(("extreme", "bytes", "bit", "cut", "lost", "more", "again")))
        if kind in ("extreme", "bytes"):
            new = draw(st.sampled_from(EXTREMES) if kind == "extreme" else st.binary(min_size=1, max_size=8))
            data[place : place + len(new)] = new
        elif kind == "bit" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del data[place:]
        elif kind == "lost":
            del data[place : place + draw(st.integers(1, 64))]
        elif kind == "more":
            data[place:place] = draw(st.binary(min_size=1, max_size=64))
        else:
            data[place:place] = data[place : place + draw(st.integers(1, 64))]
    return bytes(data)


NASTY = st.one_of(
    st.sampled_from(
        ["", "n/a", "nan", "inf", "-1", "1e400", "9" * 400, "1_0", "0x10", "True", '"', '""', 'a"b']
    ),
    st.sampled_from(["../a.png", "/etc/passwd", "a/../../b", "~root/x", "~nobody-at-all/x", "a\\b", "{a}"]),
    st.sampled_from(["x" * 5000, "\x1b[2J", "\u202e", "."]),
    st.text(max_size=12),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(repr),
)
"""Cells of tables that people and programs would hardly write, and some that they do."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def cells(*usual: str) -> st.SearchStrategy[str]:
    """Return cells of a column: mostly usual ones, sometimes others."""
    return st.sampled_from(usual) | st.sampled_from(usual) | NASTY


@st.composite
def tables(draw: st.DrawFn, columns: dict[str, tuple[str, ...]], separator: str = "\t") -> bytes:
    """Return a text table of some rows, from the usual cells of each column, with some others among them."""
    rows = [list(columns)]
    for _ in range(draw(st.integers(0, 6))):
        rows.append([draw(cells(*usual)) for usual in columns.values()])
    if draw(st.integers(0, 5)) == 0:
        draw(st.sampled_from(rows)).append(draw(NASTY))
    if draw(st.integers(0, 5)) == 0:
        draw(st.sampled_from(rows)).pop()
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    text = end.join(separator.join(row) for row in rows)
    return text.encode("utf-8", "surrogatepass")
