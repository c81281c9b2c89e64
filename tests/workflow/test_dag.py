"""Dry runs: every shipped study and every named target has a plan, and a typo has none."""

from pathlib import Path

import pytest
import yaml
from tests.support.configs import change, shipped

ROOT = Path(__file__).parents[2]
TARGETS = [
    "all",
    "preprocess",
    "plan",
    "plan_study",
    "features",
    "decode",
    "reconstruct",
    "sheets",
    "evaluate",
    "encode",
    "report",
    "attribute",
    "prefer",
    "learning_curve",
    "train_miniature",
    "diffusion_page",
]


@pytest.mark.parametrize("target", TARGETS)
def test_named_targets_have_a_plan(snakemake, target):
    done = snakemake("--dry-run", target)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This was a dry-run" in done.stdout + done.stderr


def test_an_overlay_changes_single_keys_of_the_default_study(snakemake, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text((ROOT / "config" / "config.yaml").read_text())
    (tmp_path / "mine.yaml").write_text("study: mine\nreconstruct: {methods: [zc]}\n")
    done = snakemake("decode", "--dry-run", "--quiet", "host", config=tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results/mine/sub-01/decoded/z.parquet" in done.stdout
    assert "rule reconstruct_images:" not in done.stdout


def test_controls_bring_their_decoders_into_the_plan(snakemake, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text((ROOT / "config" / "config.yaml").read_text())
    drawn = "{methods: [shuffled_fit, random_brain_c], bottleneck: [3]}"
    (tmp_path / "mine.yaml").write_text(f"study: mine\nsubjects: [sub-01]\nreconstruct: {drawn}\n")
    done = snakemake("reconstruct", "--dry-run", "--quiet", "host", config=tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    for written in ("shuffled_fit/z", "shuffled_fit/c", "random_brain/c", "z", "c"):
        assert f"output: results/mine/sub-01/decoded/{written}.parquet" in done.stdout
    assert "decoded/random_brain/z.parquet" not in done.stdout
    assert "reconstructions/bottleneck-k3.parquet" in done.stdout


def test_every_shard_is_a_job_and_every_method_has_one_index(snakemake, tmp_path):
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    config["reconstruct"] |= {"shards": 3, "methods": ["z", "zc"]}
    (tmp_path / "sharded.yaml").write_text(yaml.safe_dump(config))
    done = snakemake("reconstruct", "--dry-run", "--quiet", "host", config=tmp_path / "sharded.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("rule reconstruct_images:") == 3 * 2 * len(config["subjects"])
    assert done.stdout.count("rule index_reconstructions:") == 2 * len(config["subjects"])


def test_training_is_never_part_of_all(snakemake):
    done = snakemake("--dry-run", "--quiet", "host")
    assert "rule report:" in done.stdout
    assert "rule train_" not in done.stdout


def test_single_regions_are_never_part_of_all(snakemake):
    done = snakemake("--dry-run", "--quiet", "host")
    regions = ("decode_lesioned", "attribute_region", "prefer_pictures", "synthesise_picture")
    for rule in (*regions, "trace_learning_curve", "compare_studies"):
        assert f"rule {rule}:" not in done.stdout


def test_without_known_pictures_none_is_synthesised(snakemake):
    haxby = ROOT / "config" / "haxby.yaml"
    done = snakemake("prefer", "attribute", "--dry-run", "--quiet", "host", config=haxby)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule prefer_pictures:" in done.stdout
    assert "rule attribute_region:" in done.stdout
    assert "rule synthesise_picture:" not in done.stdout


def test_the_haxby_study_has_a_plan_before_its_data_are_there(snakemake):
    done = snakemake("--dry-run", "--quiet", "host", config=ROOT / "config" / "haxby.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    for rule in ("fetch_haxby", "identify_categories", "reconstruct_images", "encode_voxels"):
        assert f"rule {rule}:" in done.stdout
    for rule in ("evaluate_images", "simulate_subject"):
        assert f"rule {rule}:" not in done.stdout


@pytest.mark.parametrize("study", ["bids", "bold5000", "kamitani"])
def test_what_is_missing_is_said_without_a_traceback(snakemake, tmp_path, study):
    config = yaml.safe_load((ROOT / "config" / f"{study}.yaml").read_text())
    config["dataset"]["root"] = str(tmp_path / "nowhere")
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(config))
    done = snakemake("--dry-run", config=tmp_path / "my.yaml")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"DataError: {tmp_path / 'nowhere'}" in said
    assert "to do:" in said
    assert "Traceback" not in said


def test_a_wrong_haxby_folder_is_named_with_what_belongs_there(snakemake, tmp_path):
    override = f"dataset={{root: {tmp_path / 'nowhere'}}}"
    done = snakemake("--dry-run", "--config", override, config=ROOT / "config" / "haxby.yaml")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"{tmp_path / 'nowhere'}" in said
    assert "place mask.nii.gz, subjN/bold.nii.gz and subjN/labels.txt there" in said


def test_a_misspelt_key_stops_everything_and_names_the_right_one(snakemake, tmp_path):
    (tmp_path / "typo.yaml").write_text("ridge: {alpha: [1]}\n")
    done = snakemake("--dry-run", config=tmp_path / "typo.yaml", cwd=ROOT)
    assert done.returncode != 0
    assert "did you mean 'alphas'?" in done.stdout + done.stderr
    assert not (tmp_path / "results").exists()


def test_a_series_is_drawn_only_where_it_is_asked_for(snakemake, tmp_path):
    done = snakemake("--dry-run", "--quiet", "host")
    assert "rule draw_series:" not in done.stdout
    assert "rule picture_sheets:" in done.stdout
    config = change(shipped(), "reconstruct/series", {"stimuli": 2})
    (tmp_path / "series.yaml").write_text(yaml.safe_dump(config))
    done = snakemake("--dry-run", "--quiet", "host", config=tmp_path / "series.yaml")
    assert "rule draw_series:" in done.stdout, done.stdout + done.stderr
    assert "results/demo/sub-01/series/series.png" in done.stdout


def test_a_series_of_no_stimuli_is_refused(snakemake):
    done = snakemake("series", "--dry-run")
    assert done.returncode != 0
    assert "reconstruct/series/stimuli" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
