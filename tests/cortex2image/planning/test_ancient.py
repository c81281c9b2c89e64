"""Jobs behind ancient inputs, in a workflow of three jobs as Snakemake runs it."""

import pytest
from tests.support.snakemake import ROOT, run_program

WORKFLOW = """
rule all:
    input: "joined.txt"

rule first:
    output: "first.txt"
    params: value=config["first"]
    shell: "echo {params.value} > {output}"

rule behind:
    input: ancient("first.txt")
    output: "behind.txt"
    params: value=config["behind"]
    shell: "echo {params.value} > {output}; date +%N > behind.time"

rule joined:
    input: "first.txt", "behind.txt"
    output: "joined.txt"
    shell: "cat {input} > {output}"
"""
LOOKING = f"""
import sys
sys.path.insert(0, {str(ROOT / "workflow")!r})
from snakemake.dag import DAG
from cortex2image.planning.ancient import look_behind_ancient
look_behind_ancient(DAG)
look_behind_ancient(DAG)
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the workflow with two settings and returns what it joined."""

    def run(first, behind, looking=LOOKING):
        (tmp_path / "Snakefile").write_text(looking + WORKFLOW)
        settings = "--config", f"first={first}", f"behind={behind}"
        done = run_program("snakemake", "--cores", "1", *settings, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return (tmp_path / "joined.txt").read_text().split()

    return run


def test_two_settings_that_change_at_once_both_count(run):
    assert run(1, 1) == ["1", "1"]
    assert run(2, 2) == ["2", "2"]


def test_an_ancient_input_still_starts_nothing(run, tmp_path):
    run(1, 1)
    before = (tmp_path / "behind.time").read_text()
    assert run(2, 1) == ["2", "1"]
    assert (tmp_path / "behind.time").read_text() == before


def test_snakemake_itself_forgets_the_second_setting(run):
    """Once it no longer does, planning/ancient.py can go."""
    run(1, 1, looking="")
    assert run(2, 2, looking="") == ["2", "1"]
