"""The target `preferences` as a user asks for it, and the report beside it."""

import re

import pytest


@pytest.fixture
def planned(tmp_path, snakemake):
    """Return a function that plans targets with a folder of ratings."""

    def plan(*arguments, ratings="my ratings"):
        return snakemake(*arguments, "--dry-run", "--config", f"ratings={ratings}")

    return plan


def said(done):
    return done.stdout + done.stderr


def test_the_target_says_what_to_give(snakemake):
    done = snakemake("preferences", "--dry-run")
    assert done.returncode != 0
    assert "ConfigError: ratings" in said(done)
    assert "--config ratings=FOLDER" in said(done)
    assert "Traceback" not in said(done)


def test_files_of_people_are_inputs_and_only_rated_methods_are_made(planned, tmp_path):
    (tmp_path / "my ratings").mkdir()
    (tmp_path / "my ratings" / "Åsa.json").touch()
    done = planned("preferences")
    assert done.returncode == 0, said(done)
    job = re.search(r"rule preferences:\n    input: ([^\n]*)", said(done))
    assert "my ratings/Åsa.json" in job[1]
    assert "sub-02/reconstructions/no_brain.parquet" in job[1]
    assert "rule scores:" not in said(done)
    assert "rule report:" not in said(done)


def test_the_report_reads_choices_only_where_there_are_ratings(planned, snakemake, tmp_path):
    (tmp_path / "my ratings").mkdir()
    (tmp_path / "my ratings" / "a.json").touch()
    assert "results/demo/raters.parquet" in said(planned("all"))
    assert "raters.parquet" not in said(snakemake("all", "--dry-run"))
