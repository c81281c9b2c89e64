"""A config is complete and every value within its bounds; a step reads its slice of it and no more."""

import copy
import json

import pytest
from tests.support.configs import CONFIGS, change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import config_name, load_schema, read_slice, resolve, slice_json
from cortex2image.study.fields import as_json
from cortex2image.study.settings import Study
from cortex2image.study.spaces import DECODABLE

STUDIES = sorted(path.stem for path in CONFIGS.glob("*.yaml") if path.stem != "miniature")
SOURCE = ["reader", "root", "derivatives", "task", "space", "entities", "betas", "sessions", "test_images"]


@pytest.mark.parametrize("name", STUDIES)
def test_shipped_studies_are_valid_and_resolving_changes_no_input(name):
    config = shipped(name)
    before = copy.deepcopy(config)
    resolved = resolve(config, name)
    assert config == before
    assert resolved.evaluate.permutations >= 100
    assert resolve(as_json(resolved) | {"dataset": config["dataset"]}, name) == resolved


def test_the_name_of_a_config_has_its_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [tmp_path / "mine.yaml", "config/config.yaml"]
    assert config_name(files, overridden=False) == "config (mine.yaml, config/config.yaml)"
    assert config_name(files[:1], overridden=True) == "config (--config, mine.yaml)"


def test_defaults_come_from_the_settings():
    minimal = {
        "study": "x",
        "subjects": ["sub-1"],
        "dataset": {"reader": "bids", "root": "/d"},
        "decode": {"rois": {"c": ["all"]}},
    }
    resolved = resolve(minimal | {"reconstruct": {"methods": ["c"]}})
    assert resolved.ridge.folds == 5
    assert resolved.dataset.derivatives == "/d/derivatives/fmriprep"
    assert resolved.decode.rois == {"c": ("all",)}


def test_simulated_data_lies_under_the_study():
    dataset = resolve(shipped() | {"study": "other"}).dataset
    assert (dataset.root, dataset.task, dataset.space) == ("results/other/simulated/bids", "scenes", "T1w")
    assert dataset.rois.atlas.startswith("results/other/simulated/bids/derivatives/rois/{subject}")


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        ("sede", 1, "the top level", "did you mean 'seed'?"),
        ("glm/high_pas_hz", 0.01, "glm", "did you mean 'high_pass_hz'?"),
        ("ridge/alphas", [0], "ridge/alphas/0", "more than 0. Candidate"),
        ("ridge/folds", 1, "ridge/folds", "at least 2"),
        ("reconstruct/strength", 1.5, "reconstruct/strength", "at most 1"),
        ("seed", "one", "seed", "a whole number"),
        ("seed", None, "seed", "a whole number"),
        ("subjects", ["1"], "subjects/0", "a text of the form ^sub-"),
        ("dataset/sessions", 0, "dataset/sessions", "at least 1"),
        ("reconstruct/external", {"My one": {"z": "a.npy"}}, "reconstruct/external", "a text of the form ^["),
        ("reconstruct/external", {"a": {"x": "a.npy"}}, "reconstruct/external/a", "one of the keys c, z"),
        ("reconstruct/external", {"a": {}}, "reconstruct/external/a", "at least 1 in the section"),
        ("reconstruct/methods", [], "reconstruct/methods", "at least 1 in the list"),
        ("encode/models", [], "encode/models", "at least 1 in the list"),
        ("reconstruct/noise_level", "matched", "reconstruct", "write 'noising': the key has a new name"),
        ("decode/rois/zc", ["all"], "decode/rois", f"one of the keys {', '.join(sorted(DECODABLE))}"),
        ("dataset/rois/labels/V1", 0, "dataset/rois/labels/V1", "at least 1"),
        ("ridge", None, "ridge", "a section with keys"),
    ],
)
def test_bad_values_name_the_key_and_the_way_out(path, value, where, said):
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), path, value), "my.yaml")
    assert error.value.where == f"my.yaml, {where}"
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("section", "key", "place"), [("", "study", "the top level"), ("dataset", "reader", "dataset")]
)
def test_a_missing_key_without_default_is_named(section, key, place):
    config = shipped()
    del (config[section] if section else config)[key]
    with pytest.raises(ConfigError, match=f"my.yaml, {place}\n.*the key '{key}'\\."):
        resolve(config, "my.yaml")


def test_an_error_says_what_the_setting_means():
    meaning = load_schema()["properties"]["ridge"]["properties"]["folds"]["description"]
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), "ridge/folds", 1))
    assert error.value.expected == f"at least 2. {meaning}"
    assert error.value.found == "1"


STUDY = resolve(shipped())


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("seed",), {"seed": 20230618}),
        (("evaluate",), {"evaluate": as_json(STUDY.evaluate)}),
        (("evaluate/bootstraps", "ridge/folds"), {"evaluate": {"bootstraps": 2000}, "ridge": {"folds": 5}}),
        (("decode/rois/{space}",), {"decode": {"rois": {"z": ["early"]}}}),
        (("dataset/@source",), {"dataset": {key: as_json(getattr(STUDY.dataset, key)) for key in SOURCE}}),
        (("everything",), as_json(STUDY)),
        ((), {}),
    ],
)
def test_a_slice_holds_what_is_declared_and_no_more(keys, expected):
    assert json.loads(slice_json(STUDY, keys, space="z")) == expected


def test_a_slice_is_the_same_text_whatever_the_order_of_keys():
    assert slice_json(STUDY, ("ridge", "seed")) == slice_json(STUDY, ("seed", "ridge"))


@pytest.mark.parametrize("order", [("z", "c"), ("c", "z")])
def test_a_slice_keeps_the_order_of_a_mapping(order):
    """Rules name the files of decoded spaces in the order of the config."""
    study = resolve(change(shipped(), "decode/rois", {space: ["early"] for space in order}))
    for keys in (("decode/rois",), ("decode",), ("everything",)):
        assert tuple(json.loads(slice_json(study, keys))["decode"]["rois"]) == order


def test_a_slice_is_the_same_text_whatever_the_order_of_settings_in_the_config():
    config = shipped()
    turned = {key: config[key] for key in reversed(config)}
    turned["dataset"] = {key: config["dataset"][key] for key in reversed(config["dataset"])}
    for keys in (("dataset", "ridge"), ("everything",)):
        assert slice_json(resolve(turned), keys) == slice_json(STUDY, keys)


READS = ("seed", "evaluate/bootstraps", "decode/rois/{space}", "dataset/@source", "standardise")


def test_a_slice_is_read_as_it_was_written():
    read = read_slice(Study, slice_json(STUDY, READS, space="z"), READS, "--settings")
    assert (read.seed, read.evaluate.bootstraps) == (STUDY.seed, STUDY.evaluate.bootstraps)
    assert read.decode.rois == {"z": STUDY.decode.rois["z"]}
    assert read.standardise == STUDY.standardise
    assert {key: getattr(read.dataset, key) for key in SOURCE} == {
        key: getattr(STUDY.dataset, key) for key in SOURCE
    }


def test_everything_is_read_as_it_was_written():
    text = slice_json(STUDY, ("everything",))
    assert read_slice(Study, text, ("everything",), "--settings") == STUDY


def test_what_a_slice_lacks_gets_its_default():
    read = read_slice(Study, '{"evaluate": {"permutations": 200}}', ("evaluate", "ridge/folds"), "x")
    assert (read.evaluate.permutations, read.evaluate.bootstraps, read.ridge.folds) == (200, 2000, 5)


@pytest.mark.parametrize(
    ("keys", "reading"),
    [
        (("seed",), lambda s: s.ridge),
        (("ridge/folds",), lambda s: s.ridge.alphas),
        (("dataset/@source",), lambda s: s.dataset.mask),
    ],
)
def test_a_setting_that_is_not_declared_is_not_read_though_it_is_given(keys, reading):
    text = json.dumps(as_json(STUDY))
    with pytest.raises(AttributeError, match="not among the settings that this step declares"):
        reading(read_slice(Study, text, keys, "--settings"))


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("{", "--settings", "a JSON object"),
        ("[]", "--settings", "give an object"),
        ('{"sede": 1}', "--settings, the top level", "did you mean 'seed'?"),
        ('{"ridge": {"fold": 3}}', "--settings, ridge", "did you mean 'folds'?"),
        ('{"ridge": {"folds": 1}}', "--settings, ridge/folds", "at least 2"),
        ('{"encode": {"fdr": 2}}', "--settings, encode/fdr", "less than 1"),  # though it is not read
        ("{}", "--settings, dataset/reader", "no default"),
        ('{"reconstruct": {"noise_level": "matched"}}', "--settings, reconstruct", "write 'noising'"),
    ],
)
def test_bad_slices_are_refused(text, where, said):
    with pytest.raises(ConfigError) as error:
        read_slice(Study, text, ("seed", "ridge", "dataset/@source"), "--settings")
    assert error.value.where == where
    assert said in str(error.value)


@pytest.mark.parametrize("keys", [("dataset",), ("dataset/reader",), ("everything",)])
def test_a_declared_setting_without_default_must_be_given(keys):
    with pytest.raises(ConfigError, match=r"dataset/reader|study\n"):
        read_slice(Study, "{}", keys, "--settings")


def test_settings_that_are_not_read_may_be_missing():
    assert read_slice(Study, "{}", ("dataset/mask",), "--settings").dataset.mask == "brain"


def test_a_misspelt_name_is_answered_with_the_nearest():
    config = change(shipped(), "reconstruct/methods", ["zc", "celing"])
    with pytest.raises(ConfigError, match=r"methods/1\n.*one of: z, c, zc.*\n.*'celing'\n.*mean 'ceiling'\?"):
        resolve(config)
