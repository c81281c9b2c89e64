"""Every file of a study has one declared path, which rules and steps ask for by name."""

from collections import Counter

import pytest

from cortex2image.tables import paths
from cortex2image.tables.contracts import CONTRACTS
from cortex2image.tables.paths import (
    Layout,
    benchmark_path,
    figure_path,
    log_path,
    path_in_study,
    training_files,
    training_path,
)

DEMO = Layout("demo")
# What architecture promises to other programs.
PROMISED = {
    "stimuli": "stimuli.parquet",
    "trials": "{subject}/trials.parquet",
    "betas": "{subject}/betas.parquet",
    "voxels": "{subject}/voxels.parquet",
    "features": "features/{space}.parquet",
    "decoded": "{subject}/decoded/{space}.parquet",
    "decoded_scores": "{subject}/decoded/{space}-scores.parquet",
    "reconstructions": "{subject}/reconstructions/{method}.parquet",
    "reconstructed_pictures": "{subject}/reconstructions/{method}",
    "evaluation": "{subject}/evaluation/{method}.parquet",
    "encoding": "{subject}/encoding/{model}.parquet",
    "map": "{subject}/maps/{model}.nii.gz",
    "scores": "scores.parquet",
    "scores_csv": "scores.csv",
    "encoding_scores": "encoding_scores.parquet",
    "report_page": "report/index.html",
    "provenance": "provenance.json",
    "dataset_description": "dataset_description.json",
}


@pytest.mark.parametrize(("name", "path"), PROMISED.items())
def test_promised_files_stay_where_they_are(name, path):
    assert DEMO.path(name) == f"results/demo/{path}"


def test_no_two_names_give_the_same_path():
    names = [*(contract.name for contract in CONTRACTS), *paths.FILES]
    assert not [name for name, times in Counter(names).items() if times > 1]
    templates = [DEMO.path(name) for name in names]
    assert not [path for path, times in Counter(templates).items() if times > 1]
    assert len(set(paths.TRAINING_FILES.values())) == len(paths.TRAINING_FILES)


def test_a_wildcard_without_a_value_stays():
    assert DEMO.path("decoded", space="zc") == "results/demo/{subject}/decoded/zc.parquet"
    assert DEMO.path("decoded", space="zc", subject="sub-01") == "results/demo/sub-01/decoded/zc.parquet"
    assert path_in_study("map", model="c") == "{subject}/maps/c.nii.gz"


def test_a_value_may_be_a_pattern():
    assert (
        DEMO.path("evaluation", method="{evaluation}")
        == "results/demo/{subject}/evaluation/{evaluation}.parquet"
    )


def test_an_unknown_name_is_an_error_that_lists_the_names():
    with pytest.raises(
        ValueError, match="no file is named 'votes'; there are activity, ascent, attribution,"
    ):
        DEMO.path("votes")
    with pytest.raises(ValueError, match="no file is named 'betas'; there are checkpoint, clip"):
        training_path("betas")


def test_a_wildcard_the_path_does_not_have_is_an_error_that_lists_its_wildcards():
    with pytest.raises(ValueError, match="the path of 'encoding' has subject, model, not space"):
        DEMO.path("encoding", space="z")
    with pytest.raises(ValueError, match="the path of 'scores' has no wildcards, not subject"):
        DEMO.path("scores", subject="sub-01")


def test_logs_and_benchmarks_are_named_for_the_step_and_its_wildcards():
    assert DEMO.log("scores") == "logs/demo/scores.log"
    assert DEMO.log("trials", "subject") == "logs/demo/trials/{subject}.log"
    assert (
        DEMO.log("decode_features", "subject", "space") == "logs/demo/decode_features/{subject}-{space}.log"
    )
    assert DEMO.benchmark("trials", "subject") == "benchmarks/demo/trials/{subject}.tsv"
    assert DEMO.benchmark("scores") == "benchmarks/demo/scores.tsv"


def test_files_of_no_study_have_paths_too():
    assert training_path("judge") == "results/miniature/parts/judges/{architecture}"
    assert (
        training_path("curve", network="judge-{architecture}")
        == "results/miniature/curves/judge-{architecture}.csv"
    )
    assert training_files("images", "unet") == {
        "images": "results/miniature/scenes/images.npy",
        "unet": "results/miniature/parts/unet",
    }
    assert figure_path("unet") == "results/diffusion/unet.png"
    assert log_path("train_judge", "architecture") == "logs/train_judge/{architecture}.log"
    assert benchmark_path("train_unet") == "benchmarks/train_unet.tsv"
