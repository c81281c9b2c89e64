"""What jobs are told: settings, code and words of registries."""

import dataclasses
import json

import pytest
from tests.support.configs import change, distributed, shipped
from tests.support.jobs import NONE, TRAINING, jobs, with_external
from tests.support.rules import Wildcards

from cortex2image.planning.job_settings import asked_now
from cortex2image.planning.jobs import Jobs
from cortex2image.study.config import resolve
from cortex2image.study.methods import METHODS
from cortex2image.study.spaces import KINDS
from cortex2image.study.training import read_training


def test_one_more_decoder_changes_the_settings_of_no_other_method(tmp_path):
    others = {"other": {"z": "there/{subject}.npy"}}
    before, after = jobs(with_external(tmp_path)), jobs(with_external(tmp_path, **others))
    for method in ("zc", "external-mine"):
        job = Wildcards(subject="sub-01", method=method)
        settings = [planned.settings.of_method("reconstruct_images")(job) for planned in (before, after)]
        assert settings[0] == settings[1]
    mine = json.loads(settings[0])["reconstruct"]["external"]
    assert mine == {"mine": dict(before.study.reconstruct.external["mine"])}
    assert json.loads(settings[0])["models"]["set"] == "miniature"


def test_settings_are_those_that_the_step_declares():
    given = json.loads(jobs().settings.of_step("decode_features")(Wildcards(subject="sub-01", space="z")))
    assert given["decode"] == {"rois": {"z": ["early"]}}
    assert "evaluate" not in given


@pytest.mark.parametrize(("latent", "drawn"), [("mean", False), ("sample", True)])
def test_settings_of_features_are_those_of_their_space(latent, drawn):
    told = jobs(change(shipped(), "features/latent", latent)).settings.of_space("extract_features")
    of_z, of_c = (json.loads(told(Wildcards(space=space))) for space in ("z", "c"))
    assert ("seed" in of_z) is drawn
    assert of_z["features"] == {"latent": latent}
    assert "reconstruct" not in of_z
    assert "features" not in of_c


def test_settings_of_training_come_from_its_own_config():
    given = json.loads(jobs().settings.of_training("train_unet")(NONE))
    assert given["unet_steps"] == read_training(TRAINING).unet_steps
    assert "clip_steps" not in given


def test_a_broken_config_of_training_ends_only_plans_of_training(tmp_path):
    (tmp_path / "broken.yaml").write_text("seed: none\n")
    study = Jobs(resolve(shipped()), tmp_path / "broken.yaml")
    assert study.settings.of_step("standardise")(NONE)
    with pytest.raises(SystemExit, match="ConfigError: "):
        study.settings.of_training("train_unet")(NONE)


def test_files_of_the_data_set_are_listed_only_where_they_can_be():
    assert json.loads(jobs(distributed("nsd")).settings.of_manifest("nsd_manifest")(NONE))
    with pytest.raises(SystemExit, match="ConfigError: dataset/reader"):
        jobs().settings.of_manifest("nsd_manifest")(NONE)


def test_a_space_without_regions_is_not_decoded():
    with pytest.raises(SystemExit, match="ConfigError: config, decode/rois/zc"):
        jobs().settings.of_step("decode_features")(Wildcards(subject="sub-01", space="zc"))


@pytest.mark.parametrize("space", ["zc-n0.6", "unet-mid-n0.8-t20"])
def test_a_space_that_the_sampler_passes_is_not_extracted(space):
    with pytest.raises(SystemExit, match=f"ConfigError: features(.|\n)*{space}, which passes"):
        jobs().settings.of_space("extract_features")(Wildcards(space=space))


def test_another_level_of_pictures_changes_no_settings_of_the_sampler():
    config = change(shipped(), "encode/grid", {})
    told = [
        jobs(change(config, "reconstruct/strength", strength)).settings.of_step("sample_features")(NONE)
        for strength in (0.8, 0.6)
    ]
    assert told[0] == told[1]
    assert "strength" not in told[0]


def test_a_misspelt_space_ends_the_plan():
    for of_job in (jobs().settings.code("extract_features"), jobs().settings.entry("extract_features")):
        with pytest.raises(SystemExit, match="ConfigError: feature space"):
            of_job(Wildcards(space="zc-n2"))


def test_words_of_the_report_change_with_the_registries(monkeypatch):
    before = jobs().settings.words(NONE)
    monkeypatch.setitem(METHODS, "zc", dataclasses.replace(METHODS["zc"], meaning="of late"))
    changed = jobs().settings.words(NONE)
    monkeypatch.setitem(METHODS, "ceiling_z", dataclasses.replace(METHODS["ceiling_z"], title="top"))
    assert jobs().settings.words(NONE) == changed != before
    monkeypatch.setitem(KINDS, "z", dataclasses.replace(KINDS["z"], meaning="colours"))
    assert jobs().settings.words(NONE) != changed


def test_entries_are_those_of_the_job():
    told = jobs().settings.entry("reconstruct_images")
    assert told(Wildcards(method="z")) != told(Wildcards(method="zc"))
    assert jobs().settings.entry("standardise")(Wildcards(subject="sub-01")) == ""


def test_what_is_asked_for_now_differs_each_time():
    assert asked_now(NONE) != asked_now(NONE)
