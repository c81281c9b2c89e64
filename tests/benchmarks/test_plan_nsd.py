"""The study that is planned is the one that the page names, and the page says whether the goal was met."""

import yaml
from tests.benchmarks.plan_nsd import Plan, section, write_study


def test_the_study_has_all_shards_and_the_files_of_every_subject(tmp_path):
    config = yaml.safe_load(write_study(tmp_path, subjects=2, shards=40).read_text())
    assert config["subjects"] == ["sub-01", "sub-02"]
    assert config["features"]["shards"] == config["reconstruct"]["shards"] == 40
    assert len(list((tmp_path / "nsd").rglob("betas_session*.hdf5"))) == 80


def test_goals_are_compared():
    page = section({"small": Plan(100, 19.96), "large": Plan(9000, 20.04)}, "A machine.")
    assert "| small | 100 | 20.0 | met |" in page
    assert "| large | 9000 | 20.0 | missed |" in page
