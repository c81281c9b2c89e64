"""Time and peak memory of a call, side by side with others; sections of a page of results."""

import ctypes
import gc
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Measured:
    """What was seen of one method: seconds of each run, largest memory above the start, last return value."""

    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0
    value: Any = None

    @property
    def median(self) -> float:
        """Seconds of the middle run."""
        return median(self.seconds)


def side_by_side(methods: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, Measured]:
    """Run all methods in turns, the order reversed every other time."""
    measured = {name: Measured() for name in methods}
    for turn in range(repeats):
        names = list(methods) if turn % 2 == 0 else list(methods)[::-1]
        for name in names:
            measured[name].value = None
            seconds, megabytes, measured[name].value = run(methods[name])
            measured[name].seconds.append(seconds)
            measured[name].megabytes = max(measured[name].megabytes, megabytes)
    return measured


def run(method: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds, the peak of memory above that at the start in MB (Linux only), and the value."""
    gc.collect()
    if STATUS.exists():
        # Freed memory that the allocator keeps would hide what the next method takes.
        ctypes.CDLL(None).malloc_trim(0)
        CLEAR.write_text("5")
    before, start = resident("VmRSS"), time.perf_counter()
    value = method()
    seconds = time.perf_counter() - start
    return seconds, resident("VmHWM") - before, value


def resident(key: str) -> float:
    """Return a line of the process status in MB; 0 where there is none."""
    if not STATUS.exists():
        return 0.0
    return next(
        int(line.split()[1]) / 1e3 for line in STATUS.read_text().splitlines() if line.startswith(key)
    )


def replace_section(page: Path, name: str, text: str) -> None:
    """Write a section of a page between its markers, in place of what is there; else at the end."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    old = page.read_text() if page.exists() else "# Benchmarks\n"
    before, _, rest = old.partition(start)
    after = rest.partition(end)[2].lstrip("\n")
    parts = [before.rstrip("\n"), f"{start}\n{text.strip()}\n{end}", after]
    page.write_text("\n\n".join(filter(None, parts)).rstrip("\n") + "\n")


def machine(threads: int) -> str:
    """Return the date, the processor and the libraries in words."""
    import himalaya
    import numpy as np
    import torch

    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    processor = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "CPU")
    device = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    versions = f"torch {torch.__version__}, NumPy {np.__version__}, himalaya {himalaya.__version__}"
    return f"{date.today()}: {processor}, {os.cpu_count()} cores, {threads} threads{device}; {versions}"
