"""The smallest study that runs from end to end, in a folder of its own, started and stopped at will."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from tests.support.snakemake import BIN, copied

STUDY = """
study: tiny
subjects: [sub-01]
simulation: {train_stimuli: 240, test_stimuli: 16, test_repeats: 3}
ridge: {alphas: [10, 1000], folds: 3}
reconstruct: {samples: 1, steps: 4, methods: [zc], shards: 2}
evaluate: {permutations: 200, bootstraps: 200}
encode: {models: [z], permutations: 200, grid: {noise_levels: [0.5], steps: [2], layers: [mid]}}
"""
SCORES, EVERYTHING = ("scores",), ("scores", "encoding_scores")
END_S = 900
STEP = "cortex2image.steps."


@dataclass(frozen=True)
class Study:
    """A copy of the repository in which the study runs; `targets` are what is asked of it."""

    root: Path
    targets: tuple[str, ...] = SCORES

    @property
    def results(self) -> Path:
        return self.root / "results" / "tiny"

    @property
    def said(self) -> str:
        """Return what Snakemake and the steps said since :meth:`start`."""
        return (self.root / "said.txt").read_text(errors="replace")

    def asking(self, file: str) -> "Study":
        """Return the study when one file of its results is asked of it."""
        return replace(self, targets=(f"results/tiny/{file}",))

    def make_old(self) -> None:
        """Let the responses be newer than all that was made of them, so that the next run decodes again."""
        (self.results / "sub-01" / "betas.parquet").touch()

    def command(self, *options: str) -> list[str]:
        given = ["--cores", "2", "--configfile", "tiny.yaml", *options]
        return [str(BIN / "snakemake"), *self.targets, *given]

    def start(self, *options: str, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start Snakemake; `before` is a command that runs the rest of its line, such as ``unshare``."""
        with (self.root / "said.txt").open("wb") as said:
            command = [*before, *self.command(*options)]
            return subprocess.Popen(
                command, cwd=self.root, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=_environment()
            )

    def run(self, *options: str, before: Sequence[str] = ()) -> int:
        """Run Snakemake to its end and return its exit status."""
        return self.start(*options, before=before).wait(END_S)

    def unlock(self) -> None:
        subprocess.run(self.command("--unlock"), cwd=self.root, capture_output=True, check=True)


def new_study(root: Path, targets: tuple[str, ...] = SCORES) -> Study:
    """Return a study of which nothing has run."""
    copied(root)
    (root / "tiny.yaml").write_text(STUDY)
    return Study(root, targets)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def started_by(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the living processes that a process started, with all that these started."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def steps_of(process: subprocess.Popen[bytes]) -> dict[psutil.Process, str]:
    """Return the Python processes of the steps that are running, with the names of their steps."""
    found = {}
    for child in started_by(process):
        try:
            words = child.cmdline()
        except psutil.Error:
            continue
        names = [word.removeprefix(STEP) for word in words if word.startswith(STEP)]
        if names and "python" in words[0]:
            found[child] = names[0]
    return found


def kill(processes: Sequence[psutil.Process]) -> None:
    """Send SIGKILL to processes, some of which may have ended."""
    for process in processes:
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


def outlived(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for processes to end, and return those that have not. Orphans may end as zombies."""
    end = time.monotonic() + seconds
    living = list(processes)
    while living and time.monotonic() < end:
        time.sleep(0.05)
        living = [process for process in living if _is_living(process)]
    return living


def _is_living(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
