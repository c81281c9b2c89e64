"""Questions to SLURM go through programs that know patience; where there is no GPU, nobody waits for it."""

import os
from types import SimpleNamespace

import pytest

from cortex2image.planning.scheduler import ask_patiently, share_cores


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


def shared(drivers, **resources):
    """The resources of a workflow on four cores."""
    share_cores(
        SimpleNamespace(global_resources=resources, cores=4, register_resource=resources.__setitem__), drivers
    )
    return resources


def test_without_a_gpu_all_cores_share_the_work(tmp_path):
    assert shared((str(tmp_path / "none"),), gpu=1) == {"gpu": 4}


def test_a_gpu_is_taken_in_turns(tmp_path):
    assert shared((str(tmp_path / "none"), str(tmp_path)), gpu=1) == {"gpu": 1}


def test_a_cluster_that_gives_out_no_gpus_is_left_alone(tmp_path):
    assert shared((str(tmp_path / "none"),), mem_mb=9) == {"mem_mb": 9}
