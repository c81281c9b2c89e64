"""Run a step in a process of its own, as a job of the workflow does, and see its time, memory and log.

    python -m tests.benchmarks.step_process report.json cortex2image.steps.encode_voxels --subject ...

runs a step and writes how long it decomposed matrices; :func:`run_step_process` calls this.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from threading import Thread
from typing import Any

from cortex2image.errors import or_end

ROOT = Path(__file__).parents[2]
POLL_S = 0.1
IMPORTED_FROM = (str(ROOT / "workflow"), str(ROOT))
DECOMPOSITIONS = ("eigh", "eigvalsh", "svd", "qr", "cholesky", "cholesky_ex")
LIBRARIES = ("numpy.linalg", "scipy.linalg", "torch.linalg")
# What Snakemake sets for a job with so many threads.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Seen:
    """What was seen of a process.

    Attributes
    ----------
    seconds : float
        Wall time.
    decomposing : float
        Seconds in which at least one matrix was decomposed.
    peak_gb : float
        Largest resident memory as the system counts it when the process ends, in GB (1e9 bytes).
    polled_gb, own_gb : float
        Largest VmHWM, and largest resident memory that is no page of a file, as polled; 0 off Linux.
    log : list of (seconds, line)
        Lines of standard error, and when they came.
    """

    seconds: float = 0.0
    decomposing: float = 0.0
    peak_gb: float = 0.0
    polled_gb: float = 0.0
    own_gb: float = 0.0
    log: list[tuple[float, str]] = field(default_factory=list)


def run_step_process(step: str, options: Sequence[str], threads: int, report: Path) -> Seen:
    """Run a step with its options and so many threads.

    The caller should hold little memory: the system counts a child's memory from that of its parent on.

    Raises
    ------
    RuntimeError
        The step failed; the message ends with its last lines.
    """
    command = [sys.executable, "-m", __name__, str(report), f"cortex2image.steps.{step}", *options]
    threads_of_job = dict.fromkeys(THREAD_VARIABLES, str(threads))
    seen = watched(command, os.environ | threads_of_job | {"PYTHONPATH": os.pathsep.join(IMPORTED_FROM)})
    seen.decomposing = json.loads(report.read_text())["decomposing"]
    return seen


def watched(command: Sequence[str], environment: dict[str, str]) -> Seen:
    """Run a command to its end, and return what was seen of it."""
    seen, start = Seen(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    reader = Thread(target=_read_log, args=(process.stderr, start, seen.log))
    reader.start()
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        _poll_memory(process.pid, seen)
        time.sleep(POLL_S)
    seen.seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if process.returncode:
        last = "\n".join(line for _, line in seen.log[-20:])
        raise RuntimeError(f"{' '.join(command[:5])} ... ended with {process.returncode}:\n{last}")
    # The system counts kilobytes, macOS bytes.
    seen.peak_gb = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    return seen


def _read_log(lines: Iterable[str], start: float, log: list[tuple[float, str]]) -> None:
    """Append each line with its time, and show it."""
    for line in lines:
        log.append((time.perf_counter() - start, line.rstrip()))
        print(f"  {log[-1][0]:7.1f} s  {log[-1][1]}", file=sys.stderr, flush=True)


def _poll_memory(pid: int, seen: Seen) -> None:
    """Raise the largest values seen so far by those of now."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        values = {line.split(":")[0]: line.split()[1] for line in lines if line.endswith("kB")}
        seen.polled_gb = max(seen.polled_gb, int(values.get("VmHWM", 0)) * 1024 / 1e9)
        seen.own_gb = max(seen.own_gb, int(values.get("RssAnon", 0)) * 1024 / 1e9)


def timed(method: Callable[..., Any], spans: list[tuple[float, float]]) -> Callable[..., Any]:
    """Return the method, which notes when it began and ended."""

    @wraps(method)
    def noting(*args: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return method(*args, **options)
        finally:
            spans.append((start, time.perf_counter()))

    return noting


def union(spans: Iterable[tuple[float, float]]) -> float:
    """Return the length of what spans cover, each moment once."""
    covered, end = 0.0, float("-inf")
    for start, stop in sorted(spans):
        covered += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return covered


def time_decompositions() -> list[tuple[float, float]]:
    """Let the decompositions of all libraries note their times; return the list that fills."""
    spans: list[tuple[float, float]] = []
    for name in LIBRARIES:
        __import__(name)
        library = sys.modules[name]
        for method in set(DECOMPOSITIONS) & set(dir(library)):
            setattr(library, method, timed(getattr(library, method), spans))
    return spans


def main() -> None:
    report, step = sys.argv[1:3]
    sys.argv = sys.argv[2:]
    spans = time_decompositions()
    try:
        or_end(importlib.import_module(step).main)
    finally:
        Path(report).write_text(json.dumps({"decomposing": union(spans), "calls": len(spans)}))


if __name__ == "__main__":
    main()
