"""What a dry run of NSD takes: all eight subjects, the config as shipped, each pass and method in 40 shards.

    python -m tests.benchmarks.plan_nsd docs/benchmarks.md [--subjects 8] [--shards 40]

Time is that of a processor, which does not depend on what else runs. Files of the data set lie there with all
their tables and a brain of eight voxels, since planning reads tables and heads alone.
"""

import argparse
import re
import resource
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml
from tests.benchmarks.measure import machine, replace_section
from tests.support.nsd_heads import write_plannable_nsd
from tests.support.snakemake import BIN, ROOT

NAME = "plan of NSD"
GOAL_S = 20.0


@dataclass(frozen=True)
class Plan:
    """A plan: its jobs, and seconds that a processor worked for it."""

    jobs: int
    seconds: float


def write_study(folder: Path, subjects: int, shards: int) -> Path:
    """Write a study of so many subjects with its files, and return its config."""
    config = yaml.safe_load((ROOT / "config" / "nsd.yaml").read_text())
    config["features"]["shards"] = config["reconstruct"]["shards"] = shards
    placed = write_plannable_nsd(folder, config, [f"sub-{n:02d}" for n in range(1, subjects + 1)])
    (folder / "eight.yaml").write_text(yaml.safe_dump(placed))
    return folder / "eight.yaml"


def plan(folder: Path, config: Path) -> Plan:
    """Plan a study with a dry run.

    Raises
    ------
    subprocess.CalledProcessError
        The study has no plan.
    """
    command = [BIN / "snakemake", "--snakefile", ROOT / "Snakefile", "--dry-run", "--cores", "1"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        list(map(str, [*command, "--configfile", config])),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    (jobs,) = re.findall(r"^total +(\d+)$", done.stdout, re.MULTILINE)[-1:]
    return Plan(int(jobs), seconds)


def section(plans: dict[str, Plan], facts: str) -> str:
    """Return the section of the page."""
    rows = [
        f"| {name} | {one.jobs} | {one.seconds:.1f} | {'met' if one.seconds <= GOAL_S else 'missed'} |"
        for name, one in plans.items()
    ]
    head = [f"| study | jobs | s of a processor | <= {GOAL_S:.0f} s |", "|---|---|---|---|"]
    return "\n".join(
        ["## The plan of NSD", "", facts, "A dry run, until it has printed every job.", "", *head, *rows]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--subjects", type=int, default=8)
    parser.add_argument("--shards", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = write_study(Path(folder), args.subjects, args.shards)
        seen = plan(Path(folder), config)
    name = f"{args.subjects} subjects, {args.shards} shards"
    print(f"{name}: {seen.jobs} jobs, {seen.seconds:.1f} s of a processor")
    replace_section(args.page, NAME, section({name: seen}, machine(1)))


if __name__ == "__main__":
    main()
