"""Style gates: Snakemake's linter, snakefmt, ruff, mypy and the import layers."""

import shlex

import pytest
import yaml
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


def test_pre_commit_runs_the_same_gates_with_the_same_programs():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}  # programs of the environment, as pinned
    assert not any(hook["pass_filenames"] for hook in hooks)
    commands = {hook["name"]: shlex.split(hook["entry"]) for hook in hooks}
    assert commands.pop("layers") == ["env", "PYTHONPATH=workflow", *GATES["layers"]]
    assert commands == {name: command for name, command in GATES.items() if name != "layers"}
