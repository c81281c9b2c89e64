"""Features of the diffusion model in plans: one run of the sampler per noise level and shard."""

import re
from collections import Counter

import pytest
import yaml
from tests.support.configs import change, shipped

GRID = {"noise_levels": [0.25, 0.5], "steps": [2, 8, 16], "unique": False, "stack": False}
LAYERS = ["down0", "mid", "up1"]


@pytest.fixture
def plan(snakemake, tmp_path):
    """Return a function that plans a target with settings of `encode/grid`, and returns the process."""

    def planned(*targets, shards=2, **grid):
        config = change(change(shipped(), "encode/grid", GRID | grid), "features/shards", shards)
        (tmp_path / "grid.yaml").write_text(yaml.safe_dump(config))
        return snakemake(*targets, "--dry-run", "--quiet", "host", config=tmp_path / "grid.yaml")

    return planned


def test_every_space_of_a_noise_level_comes_from_one_run_per_shard(plan):
    done = plan("features")
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = Counter(re.findall(r"^rule (\w+):$", done.stdout, flags=re.MULTILINE))
    assert (jobs["sample_features"], jobs["join_features"], jobs["extract_features"]) == (6, 5, 2)
    runs = set(re.findall(r"output: results/demo/features/activity/(\S+)", done.stdout))
    assert runs == {f"n{noise}-0-{shard}" for noise in ("0.25", "0.5", "0.8") for shard in (0, 1)}
    assert "results/demo/features/zc-n0.8-t8.parquet" in done.stdout


def test_layers_are_sampled_once_for_latents_and_inner_products(plan):
    """Activity goes once a run has used it: inner products of a later run would sample it again."""
    done = plan("features", layers=LAYERS)
    jobs = Counter(re.findall(r"^rule (\w+):$", done.stdout, flags=re.MULTILINE))
    assert (jobs["gram_features"], jobs["join_features"], jobs["sample_features"]) == (2 * 3 * 3, 5, 6)


def test_a_folder_of_layers_is_made_by_the_run_of_its_noise_level(plan):
    done = plan("results/demo/features/activity/n0.8-0-1", layers=LAYERS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "n0.8-0-1" in done.stdout


@pytest.mark.parametrize(
    ("target", "grid", "said"),
    [
        ("features", {"steps": [17]}, "a step from 1 to 16"),
        ("features", {"layers": ["down7"]}, "down0.res0, down0"),
        ("results/demo/features/zc-n0.3.parquet", {}, "'zc-n0.3'"),
    ],
)
def test_what_the_study_does_not_sample_is_said_without_a_traceback(plan, target, grid, said):
    done = plan(target, **grid)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_layers_of_the_model_set_are_printed(snakemake, tmp_path):
    done = snakemake("layers")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(
        r"^up1\.attn0 +8 +96 +6144 +up_blocks\.1\.attentions\.0$", done.stdout, flags=re.MULTILINE
    )
    assert (tmp_path / "results/demo/layers.tsv").exists()
