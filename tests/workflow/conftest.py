"""Running Snakemake from tests, the way a user does, but in a folder of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def snakemake(tmp_path):
    """Return a function that runs Snakemake in `tmp_path` and returns the finished process."""

    def run(*arguments, config=ROOT / "config" / "config.yaml", cwd=tmp_path, snakefile=ROOT / "Snakefile"):
        command = [BIN / "snakemake", "--snakefile", snakefile, "--cores", "1", *arguments]
        command += ["--configfile", config] if config else []
        path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=os.environ | path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
