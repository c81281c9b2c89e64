"""The plan of a study whose events name kinds of pictures: decoded from captions, scored by category."""

import pytest
import yaml
from tests.support.categories_study import categories_study


@pytest.fixture
def config(tmp_path):
    """The shipped example on a data set of two runs."""
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(categories_study(tmp_path)))
    return tmp_path / "mine.yaml"


def test_a_study_of_categories_computes_nothing_from_pictures_that_nobody_knows(snakemake, config):
    done = snakemake("--dry-run", "--quiet", "host", config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    for rule in ("identify_categories", "categorise_pictures", "reconstruct_images", "encode_voxels"):
        assert f"rule {rule}:" in done.stdout
    for rule in ("evaluate_images", "judge_stimuli", "brain_consistency", "novelty_scores"):
        assert f"rule {rule}:" not in done.stdout


def test_a_misspelt_category_ends_the_plan_with_what_the_events_hold(snakemake, config):
    values = yaml.safe_load(config.read_text())
    values["dataset"]["categories"] = {"faces": "face", "house": "house"}
    config.write_text(yaml.safe_dump(values))
    done = snakemake("--dry-run", config=config)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "face (2 rows), house (2 rows), rest (2 rows)" in said
    assert "Traceback" not in said
