"""Style gates: Snakemake's linter, snakefmt, ruff, mypy and the import layers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GATES = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "layers": ["lint-imports"],
    "snakefmt": ["snakefmt", "--check", "Snakefile", "workflow/rules"],
    "snakemake --lint": ["snakemake", "--lint", "--configfile", "config/config.yaml"],
}


@pytest.mark.parametrize("gate", GATES)
def test_gate(gate):
    # snakefmt calls shfmt, which lies beside it: the environment's folder must be on PATH.
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": "workflow"}
    program, *arguments = GATES[gate]
    done = subprocess.run(
        [str(BIN / program), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
