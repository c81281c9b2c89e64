"""What Snakemake needs to outlive a pause of a cluster's scheduler."""

import os
import shutil
from pathlib import Path


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
