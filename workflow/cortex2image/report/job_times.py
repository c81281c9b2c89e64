"""Times of the jobs of a study, from the benchmarks that Snakemake wrote."""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RuleTimes:
    """The jobs of one rule: their number, seconds in all and of the longest, CPU hours, peak memory in GB."""

    rule: str
    jobs: int
    seconds: float
    longest: float
    cpu_hours: float
    memory_gb: float


def rule_times(folder: Path | None) -> list[RuleTimes]:
    """Return the times of every rule, the longest in all first; nothing where no times were written.

    Parameters
    ----------
    folder : path of ``benchmarks/{study}``, there or not
        Files that are no benchmark are passed over: times are shown where they are known, and decide nothing.
    """
    if folder is None or not folder.is_dir():
        return []
    jobs: dict[str, list[dict[str, float]]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        rule = path.relative_to(folder).parts[0].removesuffix(".tsv")
        jobs.setdefault(rule, []).extend(_jobs(path))
    found = [_summary(rule, rows) for rule, rows in jobs.items() if rows]
    return sorted(found, key=lambda times: (-times.seconds, times.rule))


def _jobs(path: Path) -> Iterator[dict[str, float]]:
    """Yield seconds, CPU seconds and memory (MB) of the runs of a job; NaN for what was not measured."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
    except (OSError, UnicodeDecodeError, csv.Error):
        return
    for row in rows:
        numbers = {name: _number(row.get(name)) for name in ("s", "cpu_time", "max_rss")}
        if math.isfinite(numbers["s"]):
            yield numbers


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _summary(rule: str, rows: list[dict[str, float]]) -> RuleTimes:
    seconds = [row["s"] for row in rows]
    # A job that ends at once is not measured: its CPU time cannot exceed much its time.
    cpu = [row["cpu_time"] if math.isfinite(row["cpu_time"]) else row["s"] for row in rows]
    memory = [row["max_rss"] for row in rows if math.isfinite(row["max_rss"])]
    return RuleTimes(
        rule, len(rows), sum(seconds), max(seconds), sum(cpu) / 3600, max(memory, default=math.nan) / 1000
    )


def peak_memory(times: Iterable[RuleTimes]) -> float:
    """Return the largest memory of a job in GB; NaN where none was measured."""
    return max((of.memory_gb for of in times if math.isfinite(of.memory_gb)), default=math.nan)


def duration(seconds: float) -> str:
    """Return a time in words: ``6 s``, ``12 min``, ``3.4 h``, ``2.5 days``."""
    for limit, unit, size in (
        (90, "s", 1),
        (5400, "min", 60),
        (172800, "h", 3600),
        (math.inf, "days", 86400),
    ):
        if seconds < limit:
            value = seconds / size
            return f"{value:.0f} {unit}" if value >= 10 or size == 1 else f"{value:.1f} {unit}"
    raise ValueError(f"{seconds} s is no time")
