"""How much of the time of jobs is imports, and how much of a run is Snakemake itself.

    python -m tests.benchmarks.start_of_jobs docs/benchmarks.md [--configfile FILE] [--cores N]

runs a study in a copy of the repository, lets every job say how long its imports took, and writes a section
of the page. Without a config file it is the study that the tests of faults run: the smallest with a job of
nearly every step.
"""

import argparse
import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tests.benchmarks.measure import machine, replace_section
from tests.faults.study import EVERYTHING, STUDY
from tests.support.snakemake import BIN, copied

NAME = "start of jobs"
# Python writes this to standard error, which is the log of a job: microseconds of a module itself, and with
# all that it imports in turn.
IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|")
TELLING = {"PYTHONPROFILEIMPORTTIME": "1"}
# What several jobs of a step must take before the step has a line of its own.
SHOWN_S = 1.0


@dataclass(frozen=True)
class Job:
    """A job: its step, and seconds that it took, that its imports took, and that processors worked for it."""

    step: str
    seconds: float
    imports: float
    cpu: float


@dataclass(frozen=True)
class Run:
    """A run of a study: seconds by the clock, and seconds that processors worked for all its processes."""

    seconds: float
    cpu: float
    jobs: Sequence[Job]


def run_study(root: Path, config: Path, targets: Sequence[str], cores: int) -> Run:
    """Run a study in a copy of the repository, and return what was seen.

    Raises
    ------
    subprocess.CalledProcessError
        The run failed.
    """
    command = [BIN / "snakemake", *targets, "--cores", str(cores), "--configfile", config]
    start, before = time.perf_counter(), _cpu()
    subprocess.run(list(map(str, command)), cwd=root, env=os.environ | TELLING, check=True)
    return Run(time.perf_counter() - start, _cpu() - before, list(jobs_of(root)))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def jobs_of(root: Path) -> Iterator[Job]:
    """Yield the jobs of the studies that ran in a folder, from their benchmarks and logs."""
    for benchmark in sorted((root / "benchmarks").rglob("*.tsv")):
        place = benchmark.relative_to(root / "benchmarks")
        log = (root / "logs" / place).with_suffix(".log")
        last = pd.read_csv(benchmark, sep="\t", na_values="-").fillna(0).iloc[-1]
        step = place.parts[1].removesuffix(".tsv")
        yield Job(step, float(last["s"]), import_seconds(log.read_text()), float(last["cpu_time"]))


def import_seconds(log: str) -> float:
    """Return how long all imports took that a log names, those inside functions included."""
    return sum(int(alone) for alone, _ in IMPORT.findall(log)) / 1e6


def section(run: Run, facts: str, study: str) -> str:
    """Return the section of the page: a row for each step, and shares of the whole."""
    table = (
        pd.DataFrame(run.jobs)
        .groupby("step")
        .agg(jobs=("seconds", "size"), seconds=("seconds", "sum"), imports=("imports", "sum"))
    )
    table = table[table["seconds"] >= SHOWN_S].sort_values("seconds", ascending=False)
    rows = [
        f"| {step} | {row.jobs:.0f} | {row.seconds / row.jobs:.2f} | {row.imports / row.jobs:.2f} "
        f"| {row.imports / row.seconds:.0%} |"
        for step, row in table.iterrows()
    ]
    seconds, imports, cpu = (
        sum(getattr(job, name) for job in run.jobs) for name in ("seconds", "imports", "cpu")
    )
    return "\n".join(
        [
            "## Start of jobs",
            "",
            facts,
            f"{study}: {len(run.jobs)} jobs in {run.seconds:.0f} s. Jobs took {seconds:.0f} s, their imports "
            f"{imports:.0f} s of them ({imports / seconds:.0%}). Processors worked for {run.cpu:.0f} s, "
            f"within jobs for {cpu:.0f} s ({cpu / run.cpu:.0%}); the rest is Snakemake, and the start "
            "and end of processes.",
            "",
            "| step | jobs | s each | imports | share |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--configfile", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = copied(Path(folder) / "cortex2image")
        config = root / "tiny.yaml"
        config.write_text(args.configfile.read_text() if args.configfile else STUDY)
        run = run_study(root, config, () if args.configfile else EVERYTHING, args.cores)
    study = args.configfile.stem if args.configfile else "The smallest study of the tests"
    replace_section(args.page, NAME, section(run, machine(args.cores), study))


if __name__ == "__main__":
    main()
