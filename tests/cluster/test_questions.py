"""The programs that stand before squeue and sacct: a question without an answer is no news."""

import os
import subprocess

import pytest
from tests.support.snakemake import ROOT

PATIENT = ROOT / "profiles" / "slurm" / "bin"
SLURM = """#!/bin/sh
echo "$0 $*"
echo controller away >&2
exit $STATUS
"""


@pytest.fixture
def ask(tmp_path):
    """Return a function that asks a pretended SLURM, and returns the finished process."""
    (tmp_path / "slurm").mkdir()
    (tmp_path / ".snakemake").mkdir()
    for name in ("squeue", "sacct"):
        program = tmp_path / "slurm" / name
        program.write_text(SLURM)
        program.chmod(0o755)

    def run(*command, status=0, path=(PATIENT, tmp_path / "slurm", "/usr/bin", "/bin")):
        environment = {"PATH": os.pathsep.join(map(str, path)), "STATUS": str(status)}
        options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
        return subprocess.run([PATIENT / command[0], *command[1:]], **options, check=False)

    return run


@pytest.mark.parametrize("name", ["squeue", "sacct"])
def test_an_answer_passes_through(ask, tmp_path, name):
    done = ask(name, "--format=%i|%T", "--name", "run")
    assert done.stdout == f"{tmp_path}/slurm/{name} --format=%i|%T --name run\n"
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["squeue", "sacct"])
def test_no_answer_is_no_news_and_is_noted(ask, tmp_path, name):
    done = ask(name, "-X", "--name", "run", status=1)
    assert (done.returncode, done.stdout) == (0, "")
    noted = (tmp_path / ".snakemake" / "slurm-questions.log").read_text()
    assert "controller away" in noted
    assert f"no answer to: {name} -X --name run" in noted


def test_other_calls_fail_as_ever(ask):
    done = ask("squeue", "--me", status=3)
    assert done.returncode == 3
    assert done.stderr == "controller away\n"


def test_the_folder_twice_on_path_does_not_ask_itself(ask, tmp_path):
    done = ask("squeue", "--name", "run", path=(PATIENT, PATIENT, tmp_path / "slurm", "/usr/bin", "/bin"))
    assert done.stdout.startswith(f"{tmp_path}/slurm/squeue")


def test_without_the_real_program_nothing_is_answered(ask):
    done = ask("squeue", "--name", "run", path=("/usr/bin", "/bin", PATIENT))
    assert done.returncode == 127
    assert "no such program" in done.stderr
