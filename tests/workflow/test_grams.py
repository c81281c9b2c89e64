"""Inner products of layers in plans: after the pass that leaves activity, before the next fills the disk."""

import re

import pytest
import yaml
from tests.support.configs import change, shipped

GRID = {"noise_levels": [], "steps": [2, 16], "layers": ["mid", "up1"], "unique": False, "stack": False}
FOLDER = "results/demo/features/activity"


@pytest.fixture
def plan(snakemake, tmp_path):
    """Return a function that plans a target, and returns the (rule, inputs, outputs) of its jobs."""

    def planned(target, scratch_gb):
        config = change(change(shipped(), "encode/grid", GRID), "features/scratch_gb", scratch_gb)
        (tmp_path / "grid.yaml").write_text(yaml.safe_dump(config))
        done = snakemake(target, "--dry-run", "--quiet", "host", config=tmp_path / "grid.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
        jobs = re.findall(
            r"^(?:local)?rule (\w+):\n    input: (.*)\n    output: (.*)$", done.stdout, flags=re.MULTILINE
        )
        return [(rule, set(given.split(", ")), made) for rule, given, made in jobs]

    return planned


def test_a_table_of_inner_products_takes_one_pass(plan):
    space = "results/demo/sub-02/grams/unet-up1-n0.8-t16.parquet"
    jobs = {rule: (given, made) for rule, given, made in plan(space, 200)}
    given, made = jobs["gram_features"]
    assert made == space
    assert given >= {f"{FOLDER}/n0.8-0-0", "results/demo/sub-02/trials.parquet"}
    assert jobs["sample_features"][1] == f"{FOLDER}/n0.8-0-0"


def test_the_next_pass_waits_until_the_disk_is_empty(plan):
    """40 MB hold one of the two largest layers, with everything else; see tests of planning/feature_jobs."""
    jobs = plan("results/demo/sub-01/grams/unet-up1-n0.8-t2.parquet", 0.04)
    given = {made: inputs for rule, inputs, made in jobs if rule == "sample_features"}
    assert set(given) == {f"{FOLDER}/n0.8-0-0", f"{FOLDER}/n0.8-1-0"}
    first = {
        f"results/demo/{subject}/grams/{name}.parquet"
        for subject in ("sub-01", "sub-02")
        for name in ("unet-mid-n0.8-t2", "unet-mid-n0.8-t16", "unet-up1-n0.8-t16")
    }
    assert given[f"{FOLDER}/n0.8-1-0"] >= first
    assert not given[f"{FOLDER}/n0.8-0-0"] & first
