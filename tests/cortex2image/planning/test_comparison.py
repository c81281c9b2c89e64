from pathlib import Path

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.planning.comparison import can_compare, compared_tables
from cortex2image.study.config import resolve


def compared(table, *studies):
    return compared_tables(resolve(change(shipped(), "studies", list(studies))), table)


@pytest.fixture
def other(tmp_path, monkeypatch):
    """A working directory in which the study `other` has run."""
    monkeypatch.chdir(tmp_path)
    for name in ("scores.parquet", "sub-02/trials.parquet", "sub-01/trials.parquet"):
        Path("results/other", name).parent.mkdir(parents=True, exist_ok=True)
        Path("results/other", name).touch()


def test_tables_of_this_study_are_made_and_those_of_others_are_found(other):
    assert compared("scores", "other", "demo") == [
        "results/other/scores.parquet",
        "results/demo/scores.parquet",
    ]
    assert compared("trials", "demo", "other") == [
        f"results/{study}/{subject}/trials.parquet"
        for study in ("demo", "other")
        for subject in ("sub-01", "sub-02")
    ]


def test_a_study_that_has_not_run_is_named_with_what_to_do(other):
    with pytest.raises(ConfigError, match=r"(?s)scores of else.*snakemake evaluate.*config of else"):
        compared("scores", "other", "else")


@pytest.mark.parametrize("studies", [[], ["demo"]])
def test_one_study_is_no_comparison(studies):
    with pytest.raises(ConfigError, match="at least two"):
        compared("scores", *studies)


def test_studies_can_be_compared_once_all_of_their_tables_are_there(other):
    def possible(*studies):
        return can_compare(resolve(change(shipped(), "studies", list(studies))))

    assert not possible("demo", "other")  # its stimuli are missing
    Path("results/other/stimuli.parquet").touch()
    assert possible("demo", "other")
    assert not possible("demo", "else")
    assert not possible("demo")
