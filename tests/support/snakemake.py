"""Snakemake as a user runs it: this workflow from any folder, or inside a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PARTS = ("Snakefile", "pyproject.toml", "workflow", "config", "profiles", "envs", "resources")


def run_program(
    program: str, *arguments: str | Path, cwd: Path, own_tools: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program of this Python environment in `cwd` and return the finished process with all it said.

    With `own_tools` the environment's programs come first on PATH, as in an activated environment.
    """
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} if own_tools else {}
    command = [str(BIN / program), *map(str, arguments)]
    environment = os.environ | path
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def run_snakemake(
    *arguments: str | Path, cwd: Path, config: str | Path | None, snakefile: Path = ROOT / "Snakefile"
) -> subprocess.CompletedProcess[str]:
    """Run a workflow on one core, with `cwd` as its working directory."""
    configured = ["--configfile", config] if config else []
    return run_program(
        "snakemake", "--snakefile", snakefile, "--cores", "1", *arguments, *configured, cwd=cwd
    )


@dataclass
class Clone:
    """A copy of the repository in which a user works."""

    root: Path

    def snakemake(
        self, *arguments: str, config: str = "small.yaml", overrides: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run Snakemake on a study, by default the small one, with no environment activated."""
        laid_over = ["--config", *overrides] if overrides else []
        options = [*arguments, "--cores", "2", "--configfile", config, *laid_over]
        return run_program("snakemake", *options, cwd=self.root, own_tools=False)

    def planned(self) -> set[tuple[str, str]]:
        """Return (rule, wildcards) of every job that a dry run of the small study would start."""
        done = self.snakemake("--dry-run", "--quiet", "host")
        assert done.returncode == 0, done.stdout + done.stderr
        if "Nothing to be done" in done.stdout + done.stderr:
            return set()
        jobs = re.split(r"^(?:local)?rule (\w+):$", done.stdout, flags=re.MULTILINE)[1:]
        found = set()
        for rule, text in zip(jobs[::2], jobs[1::2], strict=True):
            wildcards = re.search(r"^    wildcards: (.*)$", text, flags=re.MULTILINE)
            found.add((rule, wildcards[1] if wildcards else ""))
        return found


def copied(root: Path) -> Path:
    """Copy the repository to `root`, without its tests and documents, and return `root`."""
    for part in PARTS:
        source, target = ROOT / part, root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return root
