"""Jobs that run alone see what their rules name and nothing else, or tests that rely on it prove nothing."""

import pytest
from tests.support.alone import run_alone

WORKFLOW = """
rule all:
    input: "copy.txt"

rule copy:
    input: table="data/table.tsv"{more}
    output: "copy.txt"
    shell: "({command}) > {{output}}"
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a workflow of one job in which jobs are alone."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.tsv").write_text("of the table\n")
    (tmp_path / "data" / "volume.nii").write_text("of the volume\n")
    (tmp_path / "data" / "picture.png").write_text("of the picture\n")
    (tmp_path / "other.txt").write_text("of another file\n")

    def run(command, more=""):
        (tmp_path / "Snakefile").write_text(WORKFLOW.format(command=command, more=more))
        return run_alone(tmp_path, "data", "all").returncode

    return run


def test_a_named_file_and_a_picture_are_read(run, tmp_path):
    assert run("cat data/table.tsv data/picture.png") == 0
    assert (tmp_path / "copy.txt").read_text() == "of the table\nof the picture\n"


def test_of_other_files_of_the_data_set_there_are_the_names(run, tmp_path):
    assert run("ls data; cat data/volume.nii") == 0
    assert (tmp_path / "copy.txt").read_text().split() == ["picture.png", "table.tsv", "volume.nii"]


def test_a_file_that_no_rule_names_is_not_there(run, tmp_path):
    assert run("cat other.txt") != 0
    assert not (tmp_path / "copy.txt").exists()
    assert run("cat other.txt", more=', other="other.txt"') == 0


def test_what_lies_there_is_never_changed(run, tmp_path):
    assert run("echo changed > data/volume.nii; rm data/picture.png; cat data/table.tsv") == 0
    assert (tmp_path / "data" / "volume.nii").read_text() == "of the volume\n"
    assert (tmp_path / "data" / "picture.png").exists()
