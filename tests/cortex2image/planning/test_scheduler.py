"""Questions about jobs go through programs that know patience, where there is a SLURM to ask."""

import os

import pytest

from cortex2image.planning.scheduler import ask_patiently


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A folder with an ``squeue``, on PATH, and one with patient programs."""
    for name in ("slurm", "patient"):
        (tmp_path / name).mkdir()
    (tmp_path / "slurm" / "squeue").write_text("#!/bin/sh\n")
    (tmp_path / "slurm" / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "slurm"))
    return tmp_path


def test_patient_programs_come_first_and_once(folders):
    for _ in range(2):
        ask_patiently(folders / "patient")
    assert os.environ["PATH"].split(os.pathsep) == [str(folders / "patient"), str(folders / "slurm")]


def test_a_machine_without_slurm_is_left_alone(folders):
    (folders / "slurm" / "squeue").unlink()
    ask_patiently(folders / "patient")
    assert os.environ["PATH"] == str(folders / "slurm")


def test_a_workflow_without_these_programs_is_left_alone(folders):
    ask_patiently(folders / "none")
    assert os.environ["PATH"] == str(folders / "slurm")
