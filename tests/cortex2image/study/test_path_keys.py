"""Paths of a config: the home folder in every one of them, and braces in none but for placeholders."""

import pytest
from tests.support.configs import change, distributed

from cortex2image.errors import ConfigError, DataError
from cortex2image.study.config import resolve
from cortex2image.study.path_keys import FREE, PLACEHOLDERS, require_no_braces


@pytest.fixture
def config(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    return distributed("bids", root="data", rois={})


def value_of(study, key):
    for name in key.split("/"):
        study = getattr(study, name)
    return study


@pytest.mark.parametrize("key", sorted({*PLACEHOLDERS, *FREE} - {"reconstruct/external"}))
def test_the_home_folder_may_stand_for_itself_in_every_path(config, key):
    study = resolve(change(config, key, "~/x"))
    assert value_of(study, key) == "/home/me/x"
    assert value_of(resolve(change(config, key, "x~y")), key) == "x~y"


def test_the_home_folder_in_the_root_reaches_what_stands_below_it(config):
    config = change(change(config, "dataset/root", "~/data"), "dataset/rois/atlas", "{root}/{subject}.nii.gz")
    study = resolve(config)
    assert study.dataset.derivatives == "/home/me/data/derivatives/fmriprep"
    assert study.dataset.rois.atlas == "/home/me/data/{subject}.nii.gz"


def test_the_home_folder_in_predictions_of_other_decoders(config):
    external = {"mine": {"z": "~/z-{subject}.parquet", "c": "c-{subject}.npy"}}
    study = resolve(change(config, "reconstruct/external", external))
    assert dict(study.reconstruct.external["mine"]) == {
        "z": "/home/me/z-{subject}.parquet",
        "c": "c-{subject}.npy",
    }


@pytest.mark.parametrize("key", sorted(set(PLACEHOLDERS) - {"reconstruct/external"}))
@pytest.mark.parametrize("path", ["br{a}ce", "open{", "{roots}/x"])
def test_braces_are_refused_before_snakemake_takes_them_for_wildcards(config, key, path):
    with pytest.raises(ConfigError, match=rf"{key}\n.*without braces(.|\n)*a link"):
        resolve(change(config, key, path))


def test_braces_in_predictions_of_other_decoders(config):
    external = {"mine": {"z": "{sub}/{subject}.parquet", "c": "c-{subject}.parquet"}}
    with pytest.raises(ConfigError, match=r"other than \{subject\}"):
        resolve(change(config, "reconstruct/external", external))


def test_a_folder_with_braces_is_refused_with_what_it_is():
    require_no_braces('/plain/o\'b "q" $x', "a file")
    with pytest.raises(DataError, match=r"/a\{b\n.*a file without braces"):
        require_no_braces("/a{b", "a file")
