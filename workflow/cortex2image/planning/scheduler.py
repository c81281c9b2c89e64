"""Snakemake and what gives it room to run jobs: the scheduler of a cluster, the GPU of a machine."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

# Where drivers of NVIDIA and of AMD, and Windows in its Linux, show a GPU. To ask torch would take seconds.
GPU_DRIVERS = ("/proc/driver/nvidia", "/dev/kfd", "/dev/dxg")


class Scheduled(Protocol):
    """What is used of a workflow of Snakemake."""

    global_resources: Mapping[str, object]
    cores: int | None
    register_resource: Callable[[str, int], None]


def ask_patiently(programs: Path) -> None:
    """Let what Snakemake asks of SLURM go through `programs`, on a machine that has SLURM.

    Parameters
    ----------
    programs : Path
        Folder with an ``squeue``, an ``sacct`` and an ``sbatch`` that wait out a controller that is away. It
        comes first on PATH of this process, which asks, and of its jobs.
    """
    folders = os.environ["PATH"].split(os.pathsep)
    if shutil.which("squeue") and programs.is_dir() and str(programs) not in folders:
        os.environ["PATH"] = os.pathsep.join([str(programs), *folders])


def share_cores(workflow: Scheduled, drivers: tuple[str, ...] = GPU_DRIVERS) -> None:
    """Let steps that can use a GPU run side by side on a machine without one, as many as it has cores.

    Only where a profile gives out GPUs, and for networks that are small: of full-size ones a single job takes
    all memory that a machine without a GPU is likely to have.

    Parameters
    ----------
    workflow : workflow of Snakemake
    drivers : tuple of str
        Files, one of which is there if the machine has a GPU.
    """
    if "gpu" in workflow.global_resources and not any(map(os.path.exists, drivers)):
        workflow.register_resource("gpu", workflow.cores or 1)
