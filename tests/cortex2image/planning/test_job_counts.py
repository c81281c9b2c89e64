"""Jobs counted before the data are there; tests/workflow/test_plan.py compares them with Snakemake's."""

import pytest
from tests.support.configs import CONFIGS, change, shipped

from cortex2image.planning.job_counts import job_counts
from cortex2image.planning.jobs import Jobs
from cortex2image.study.config import resolve


def counted(name="config", **keys):
    config = shipped(name)
    for key, value in keys.items():
        change(config, key.replace("__", "/"), value)
    return job_counts(Jobs(resolve(config), CONFIGS / "miniature.yaml"))


def test_a_study_that_reads_betas_has_no_glm():
    counts = counted("nsd")
    assert counts["prepared_betas"] == counts["standardise"] == 4
    assert "single_trial_betas" not in counts
    assert "simulate_subject" not in counts


@pytest.mark.parametrize("shards", [1, 40])
def test_each_shard_of_each_pass_and_of_each_method_is_a_job(shards):
    counts = counted(
        "nsd", reconstruct__shards=shards, features__shards=shards, reconstruct__methods=["z", "zc"]
    )
    assert counts["reconstruct_images"] == 4 * 2 * shards
    assert counts["index_reconstructions"] == 4 * 2
    one = counted("nsd", features__shards=1)
    assert counts.get("sample_features", 0) == one.get("sample_features", 0) * shards


def test_each_control_fits_each_of_its_spaces_once():
    """random_brain and random_brain_c share the fit of c."""
    methods = ["shuffled_fit", "random_brain", "random_brain_c"]
    assert counted(subjects=["sub-01"], reconstruct__methods=methods)["decode_control"] == 4


def test_models_of_a_grid_are_counted_by_kind():
    grid = {"noise_levels": [0.5], "steps": [2, 8], "layers": ["mid", "up1"], "unique": True, "stack": True}
    counts = counted(encode__models=["z", "c"], encode__grid=grid, subjects=["sub-01"])
    assert counts["gram_features"] == 4
    assert counts["encode_voxels"] == 2 + 1 + 2 + 4
    assert counts["stack_layers"] == 2
    assert counts["encode_jointly"] == 1 + 2
    assert counts["join_features"] == 3
