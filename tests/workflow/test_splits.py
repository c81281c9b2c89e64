"""Plans of studies that split stimuli themselves, of learning curves, and of comparisons."""

import re

import pytest
import yaml
from tests.support.configs import change, shipped
from tests.support.snakemake import ROOT


def written(folder, **split):
    (folder / "my.yaml").write_text(yaml.safe_dump(change(shipped(), "dataset/split", split)))
    return folder / "my.yaml"


def job(plan, rule):
    """Return what a dry run says of the first job of a rule."""
    return re.search(rf"^rule {rule}:\n(.*?)\n\n", plan, flags=re.MULTILINE | re.DOTALL)[1]


def test_a_split_comes_between_the_data_set_and_the_study(snakemake, tmp_path):
    done = snakemake("--dry-run", "--quiet", "host", config=written(tmp_path, kind="cluster"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "output: results/demo/stimuli-given.parquet" in job(done.stdout, "stimuli")
    assert "output: results/demo/stimuli.parquet" in job(done.stdout, "split_stimuli")
    assert "resources/miniature" in job(done.stdout, "split_stimuli")
    assert "stimuli-given.parquet" in job(done.stdout, "extract_features")


def test_the_page_of_splits_shows_a_config_that_can_be_planned(snakemake, tmp_path):
    page = (ROOT / "docs" / "splits.md").read_text()
    (tmp_path / "my-tau.yaml").write_text(re.search(r"```yaml\n(.*?)```", page, flags=re.DOTALL)[1])
    assert "evaluate --configfile config/config.yaml my-tau.yaml" in page
    both = "--configfile", ROOT / "config" / "config.yaml", "my-tau.yaml"
    done = snakemake("preprocess", "--dry-run", "--quiet", "host", *both, config=None)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "output: results/demo-tau/stimuli.parquet" in job(done.stdout, "split_stimuli")


def test_trials_that_are_left_out_still_have_betas(snakemake, tmp_path):
    done = snakemake("--dry-run", "--quiet", "host", config=written(tmp_path, kind="tau", tau=0.9))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"output: .*/trials.parquet, .*/trials-shown.parquet", job(done.stdout, "trials"))
    assert "trials-shown.parquet" in job(done.stdout, "single_trial_betas")
    for rule in ("standardise", "decode_features"):
        assert "/trials.parquet" in job(done.stdout, rule)
        assert "trials-shown" not in job(done.stdout, rule)


def test_the_split_of_the_data_set_needs_no_further_job(snakemake, tmp_path):
    done = snakemake("--dry-run", "--quiet", "host", config=written(tmp_path))
    assert "rule split_stimuli:" not in done.stdout
    assert not re.search("stimuli-given|trials-shown", done.stdout)


def test_a_split_by_category_needs_no_network(snakemake, tmp_path):
    config = written(tmp_path, kind="cluster", by="category", category="dog")
    done = snakemake("preprocess", "--dry-run", "--quiet", "host", config=config)
    assert "resources/miniature" not in job(done.stdout, "split_stimuli")


def test_a_learning_curve_decodes_and_draws_nothing_else(snakemake):
    done = snakemake("learning_curve", "--dry-run", "--quiet", "host")
    assert done.stdout.count("rule trace_learning_curve:") == 2
    assert done.stdout.count("rule learning_curve_figure:") == 1
    for rule in ("decode_features", "reconstruct_images", "encode_voxels"):
        assert f"rule {rule}:" not in done.stdout


def test_folds_have_no_learning_curve(snakemake, tmp_path):
    config = change(shipped("haxby"), "study", "mine")
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(config))
    done = snakemake("learning_curve", "--dry-run", config=tmp_path / "my.yaml")
    assert done.returncode != 0
    assert "none for a learning curve" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("studies", "said"),
    [
        ("[demo, nowhere]", r"no file results/nowhere/\w+.parquet(.|\n)*snakemake evaluate"),
        ("[demo]", "at least two to compare"),
        ("[demo, demo]", "studies"),
    ],
)
def test_studies_that_cannot_be_compared_end_planning(snakemake, studies, said):
    done = snakemake("compare", "--dry-run", "--config", f"studies={studies}")
    assert done.returncode != 0
    assert re.search(said, done.stdout + done.stderr)
    assert "Traceback" not in done.stdout + done.stderr


def test_this_study_is_made_and_another_is_read(snakemake, tmp_path):
    for name in ("scores.parquet", "stimuli.parquet", "sub-01/trials.parquet"):
        (tmp_path / "results" / "other" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "results" / "other" / name).touch()
    done = snakemake("compare", "--dry-run", "--quiet", "host", "--config", "studies=[other, demo]")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results/other/scores.parquet" in job(done.stdout, "compare_studies")
    assert "rule scores:" in done.stdout
