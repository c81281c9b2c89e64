"""Paths of a study's files for every subject, region or method."""

import pytest
from tests.support.configs import change, distributed, shipped
from tests.support.jobs import jobs
from tests.support.rules import Wildcards


def test_files_of_all_subjects_stand_in_order_of_the_config():
    assert jobs().paths.of_all("decoded", space=["z", "c"]) == [
        f"results/demo/{subject}/decoded/{space}.parquet"
        for subject in ("sub-01", "sub-02")
        for space in ("z", "c")
    ]


def test_files_of_regions_are_those_of_the_subject_of_the_job():
    of_regions = jobs().paths.of_regions("preference", ["early", "ventral"], space=["z", "c"])
    assert of_regions(Wildcards(subject="sub-02")) == [
        f"results/demo/sub-02/preference/{region}-{space}.parquet"
        for region in ("early", "ventral")
        for space in ("z", "c")
    ]


@pytest.mark.parametrize("region", ["a/b", "../early", "{x}", ".early"])
def test_a_region_that_is_no_part_of_a_file_name_ends_the_plan(region):
    of_regions = jobs().paths.of_regions("preference", ["V1 (left)", "it's", region], space=["z"])
    with pytest.raises(SystemExit, match=r"prefer/regions\n(.|\n)*rename the region") as refused:
        of_regions(Wildcards(subject="sub-02"))
    assert f"'{region}'" in str(refused.value)


def test_tables_keep_their_wildcards():
    assert jobs().paths.tables("betas", "stimuli") == {
        "betas": "results/demo/{subject}/betas.parquet",
        "stimuli": "results/demo/stimuli.parquet",
    }


def test_one_job_compares_all_methods_of_a_subject():
    study, folder = jobs(), "results/demo/{subject}"
    drawn = [f"{folder}/reconstructions/{method}.parquet" for method in study.study.reconstruct.methods]
    assert study.paths.of_methods("reconstructions") == drawn
    scored = study.paths.of_methods("brain_evaluation", "seen")
    assert scored[-1] == f"{folder}/evaluation/brain-seen.parquet"


@pytest.mark.parametrize(("config", "folders"), [(shipped(), 0), (distributed("nsd"), 1)], ids=["own", "nsd"])
def test_pictures_in_one_file_are_written_into_a_folder(config, folders):
    assert len(jobs(config).paths.pictures) == folders


def test_a_split_of_its_own_leaves_the_tables_of_the_data_set_whole():
    given, own = jobs().paths, jobs(change(shipped(), "dataset/split", {"kind": "random"})).paths
    assert (given.listed_stimuli, given.shown_trials) == ("stimuli", "trials")
    assert (own.listed_stimuli, own.shown_trials) == ("given_stimuli", "shown_trials")
