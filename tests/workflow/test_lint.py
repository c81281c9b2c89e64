"""Style gates: Snakemake's linter, snakefmt, ruff, mypy and the import layers."""

import pytest
from tests.support.snakemake import ROOT, run_program

GATES = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "layers": ["lint-imports"],
    "snakefmt": ["snakefmt", "--check", "Snakefile", "workflow/rules"],
    "snakemake --lint": ["snakemake", "--lint", "--configfile", "config/config.yaml"],
}


@pytest.mark.parametrize("gate", GATES)
def test_gate(gate, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "workflow")
    program, *arguments = GATES[gate]
    # snakefmt calls shfmt, which lies beside it: the environment's folder must be on PATH.
    done = run_program(program, *arguments, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
