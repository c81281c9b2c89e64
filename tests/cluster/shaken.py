"""A small study on a SLURM cluster on which everything goes wrong once."""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import yaml
from tests.cluster.slurm import GPU_VARIABLE, MARK, Cluster
from tests.faults.study import BIN, STEP, Study, outlived

CPU, GPU = "'cpu'", "'gpu'"
# The first try gets too little, and the next enough: 200 and 1600 MB, 1 and 2 minutes.
TOO_LITTLE = {
    "extract_features": {"mem_mb": "200 * attempt ** 3"},
    "judge_stimuli": {"runtime": "1 * attempt"},
}
# A test has less patience than a user.
OPTIONS = ("--jobs", "8", "--latency-wait", "5", "--slurm-init-seconds-before-status-checks", "3")
# What a study on the cluster starts from: a simulated data set and its betas.
TABLES = ("stimuli", "trials", "runs", "voxels", "betas", "mask_voxels", "single_trial_betas")
KEPT = {"simulated", *(f"{table}.parquet" for table in TABLES)}
QUESTIONS = ".snakemake/slurm-questions.log"
AWAY_S, ORPHANS_S, LONGEST_S = 30, 60, 900


@dataclass(frozen=True)
class Job:
    """A job as SLURM knows it; `name` holds its rule and wildcards, and is the same at every try."""

    number: int
    name: str
    state: str
    node: str
    minutes: float
    megabytes: float

    @property
    def rule(self) -> str:
        return self.name.removeprefix("rule_").split("_wildcards_")[0]


@dataclass
class ShakenRun:
    """A run of a study on a cluster, with the misfortunes that it has met.

    Attributes
    ----------
    devices : dict of str to set of str
        GPUs that the processes of each step were given; None where they were given none.
    met : dict of str to Job
        The job that each misfortune has hit, as it was then.
    orphans : list of psutil.Process
        Steps that their node has lost, standing still.
    """

    study: Study
    cluster: Cluster
    devices: dict[str, set[str | None]] = field(default_factory=dict)
    met: dict[str, Job] = field(default_factory=dict)
    orphans: list[psutil.Process] = field(default_factory=list)

    def run(self) -> int:
        """Run Snakemake to its end, and return its exit status."""
        _write_profile(self.study)
        options = ["--configfile", "tiny.yaml", "--workflow-profile", "profiles/slurm", *OPTIONS]
        command = [str(BIN / "snakemake"), *self.study.targets, *options]
        with (self.study.root / "said.txt").open("wb") as said:
            running = subprocess.Popen(
                command, cwd=self.study.root, env=self.cluster.environment, stdout=said, stderr=said
            )
        end = time.monotonic() + LONGEST_S
        while running.poll() is None and time.monotonic() < end:
            self._look()
            time.sleep(0.2)
        if running.poll() is None:
            running.kill()
            raise AssertionError(f"no end after {LONGEST_S} s: {self.study.said[-5000:]}")
        return running.returncode

    def let_orphans_write(self) -> None:
        """Let steps whose node was lost go on to their end, when all is over."""
        for process in self.orphans:
            process.send_signal(signal.SIGCONT)
        assert outlived(self.orphans, ORPHANS_S) == []

    def jobs(self) -> list[Job]:
        """Return all jobs so far, in the order of their submission."""
        asked = "--format=%i|%k|%T|%N|%l|%m"
        lines = self.cluster.ask("squeue", "--noheader", "--states=all", asked).splitlines()
        return sorted((_job(*line.split("|")) for line in lines), key=lambda job: job.number)

    def tries(self, name: str) -> list[Job]:
        """Return all tries of a job."""
        return [job for job in self.jobs() if job.name == name]

    def _look(self) -> None:
        """Note who has which GPU, and let what is due go wrong."""
        for step, process in self._steps():
            with contextlib.suppress(psutil.Error):
                given = process.environ()
                self.devices.setdefault(step, set()).add(given.get(GPU_VARIABLE))
                for name, (hit, strike) in MISFORTUNES.items():
                    if step == hit and name not in self.met:
                        number = int(given["SLURM_JOB_ID"])
                        job = next(job for job in self.jobs() if job.number == number)
                        self.met[name] = job
                        strike(self, job, process)

    def _steps(self) -> Iterator[tuple[str, psutil.Process]]:
        """Yield the steps that run on the cluster, with their processes."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                words = process.cmdline()
                names = [word.removeprefix(STEP) for word in words if word.startswith(STEP)]
                if names and "python" in words[0] and process.environ().get(MARK) == str(self.cluster.folder):
                    yield names[0], process


def without_results(finished: Study, root: Path) -> Study:
    """Return a copy of a finished study that has its betas, and nothing that was made of them."""
    study = Study(shutil.copytree(finished.root, root, symlinks=True))
    subject = study.results / "sub-01"
    for path in (*study.results.iterdir(), *subject.iterdir()):
        if path.name not in KEPT and path != subject:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return study


def _job(number: str, name: str, state: str, node: str, minutes: str, memory: str) -> Job:
    """Return a job; SLURM writes limits as 2:00 or 1:00:00, and 1500M or 4G."""
    clock = [int(part) for part in minutes.split(":")]
    seconds = sum(part * 60**place for place, part in enumerate(reversed(clock)))
    megabytes = float(memory[:-1]) * {"M": 1, "G": 1024}[memory[-1]]
    return Job(int(number), name, state, node, seconds / 60, megabytes)


def _write_profile(study: Study) -> None:
    """Write names of the cluster into the profile, as docs/cluster.md says, and limits that are too low."""
    file = study.root / "profiles" / "slurm" / "profile.yaml"
    profile = yaml.safe_load(file.read_text())
    profile["default-resources"]["slurm_partition"] = CPU
    rules = profile["set-resources"]
    profile["set-resources"] = {
        rule: {**needs, "slurm_partition": GPU, **TOO_LITTLE.get(rule, {})} for rule, needs in rules.items()
    }
    file.write_text(yaml.safe_dump(profile))


def _is_cancelled(run: ShakenRun, job: Job, process: psutil.Process) -> None:
    run.cluster.ask("scancel", str(job.number))


def _hangs(run: ShakenRun, job: Job, process: psutil.Process) -> None:
    """Let a step stand still until its time is over."""
    process.send_signal(signal.SIGSTOP)


def _loses_its_node(run: ShakenRun, job: Job, process: psutil.Process) -> None:
    """Kill the daemon of a node. The step lives on, nobody's any more, and stands still for now."""
    process.send_signal(signal.SIGSTOP)
    run.orphans.append(process)
    run.cluster.stop(job.node, kill=True)


def _loses_the_controller(run: ShakenRun, job: Job, process: psutil.Process) -> None:
    """Stop the controller until Snakemake has asked in vain, and start it again."""
    run.cluster.stop("slurmctld")
    questions, end = run.study.root / QUESTIONS, time.monotonic() + AWAY_S
    while not (questions.exists() and "no answer" in questions.read_text()) and time.monotonic() < end:
        time.sleep(0.2)
    run.cluster.start("slurmctld")


MISFORTUNES: dict[str, tuple[str, Callable[[ShakenRun, Job, psutil.Process], None]]] = {
    "cancelled": ("reconstruct_images", _is_cancelled),
    "time": ("judge_stimuli", _hangs),
    "controller": ("decode_features", _loses_the_controller),
    "node": ("identify_stimuli", _loses_its_node),
}
"""Which step each of them hits, the first time that it runs. Extracting features takes too much memory."""
