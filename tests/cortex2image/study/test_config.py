"""A config is complete and consistent, or the error says which key to mend."""

import copy
from pathlib import Path

import pytest
import yaml

from cortex2image.data.nsd.facts import SPACES
from cortex2image.errors import ConfigError
from cortex2image.study import needs
from cortex2image.study.config import load_schema, resolve
from cortex2image.study.readers import KNOWN_KEYS, NSD_SPACES, PREPARED, READERS, SPECIAL_KEYS

CONFIGS = Path(__file__).parents[3] / "config"


def default():
    return yaml.safe_load((CONFIGS / "config.yaml").read_text())


def change(config, path, value):
    *parents, last = path.split("/")
    place = config
    for key in parents:
        place = place.setdefault(key, {})
    place[last] = value
    return config


STUDIES = [CONFIGS / f"{name}.yaml" for name in ("config", "haxby", "bids", "nsd", "nsd-as-released")]


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.name)
def test_shipped_studies_are_valid_and_resolving_changes_no_input(path):
    config = yaml.safe_load(path.read_text())
    before = copy.deepcopy(config)
    resolved = resolve(config, path.name)
    assert config == before
    assert resolved["evaluate"]["permutations"] >= 100
    assert resolve(resolved | {"dataset": config["dataset"]}, path.name) == resolved


def test_defaults_come_from_the_schema():
    minimal = {
        "study": "x",
        "subjects": ["sub-1"],
        "dataset": {"reader": "bids", "root": "/d"},
        "decode": {"rois": {"c": ["all"]}},
    }
    resolved = resolve(minimal | {"reconstruct": {"methods": ["c"]}})
    assert resolved["ridge"]["folds"] == 5
    assert resolved["dataset"]["derivatives"] == "/d/derivatives/fmriprep"
    assert resolved["decode"]["rois"] == {"c": ["all"]}


def test_simulated_data_lies_under_the_study():
    resolved = resolve(default() | {"study": "other"})
    assert resolved["dataset"]["root"] == "results/other/simulated/bids"
    assert resolved["dataset"]["rois"]["atlas"].startswith(
        "results/other/simulated/bids/derivatives/rois/{subject}"
    )


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        ("sede", 1, "the top level", "did you mean 'seed'?"),
        ("glm/high_pas_hz", 0.01, "glm", "did you mean 'high_pass_hz'?"),
        ("ridge/alphas", [0], "ridge/alphas/0", "exclusiveMinimum"),
        ("ridge/folds", 1, "ridge/folds", "minimum: 2"),
        ("reconstruct/strength", 1.5, "reconstruct/strength", "maximum: 1"),
        ("seed", "one", "seed", "type: integer"),
        ("seed", None, "seed", "type: integer"),
        ("models/set", "sd9", "models/set", "miniature"),
        ("subjects", ["sub-1", "sub-01"], "subjects", "every subject once"),
        ("subjects", ["sub-1", "sub-1"], "subjects", "every subject once"),
        ("subjects", ["1"], "subjects/0", "pattern"),
        ("decode/rois/z", ["erly"], "decode/rois/z", "'erly'"),
        ("decode/rois", {"c": ["ventral"]}, "decode/rois", "no z"),
        ("dataset/root", "/data", "dataset/root", "no root for the reader 'simulated'"),
        ("dataset/reader", "bids", "dataset/root", "the folder of the bids data"),
        ("dataset/sessions", 37, "dataset/sessions", "no such key for the reader 'simulated'"),
        ("dataset/mask", "atlas", "dataset/mask", "no such key for the reader 'simulated'"),
        ("dataset/test_images", "special515", "dataset/test_images", "no such key for"),
        ("dataset/betas", "b2", "dataset/betas", "no such key for the reader 'simulated'"),
        ("dataset/sessions", 0, "dataset/sessions", "minimum: 1"),
        ("dataset/cross_validate", "run", "standardise/by", "each fold scales with its own training trials"),
        ("reconstruct/methods", [], "reconstruct/methods", "minItems: 1"),
        ("encode/models", [], "encode/models", "minItems: 1"),
        ("ridge/alphas", [1, float("inf")], "ridge/alphas", "finite"),
        ("ridge/alphas", [10, 1], "ridge/alphas", "ascending"),
        ("dataset/rois/labels/midventral", 1, "dataset/rois/labels", "early, midventral"),
        ("reconstruct/steps", 1, "reconstruct", "1 steps at strength 0.8"),
        ("reconstruct", {"steps": 9, "strength": 0.11}, "reconstruct", "9 steps at strength 0.11"),
        ("reconstruct", {"strength": 1.0, "noise_level": "as_released"}, "reconstruct/noise_level", "lower"),
        ("study", "miniature", "study", "train_miniature writes there"),
        ("dataset/rois/atlas", None, "dataset/rois/atlas", "the atlas the labels refer to"),
    ],
)
def test_bad_configs_name_the_key_and_the_way_out(path, value, where, said):
    with pytest.raises(ConfigError) as error:
        resolve(change(default(), path, value), "my.yaml")
    assert error.value.where == f"my.yaml, {where}"
    assert said in str(error.value)


def test_a_product_that_rounds_to_just_below_one_step_is_one():
    steps, strength = 49, 1 / 49
    assert steps * strength < 1
    resolve(change(default(), "reconstruct", {"steps": steps, "strength": strength}))


def test_a_data_set_without_image_identity_has_no_z():
    haxby = yaml.safe_load((CONFIGS / "haxby.yaml").read_text())
    for path, value in (
        ("encode/models", ["c", "z"]),
        ("reconstruct/methods", ["zc"]),
        ("decode/rois", {"z": ["all"]}),
    ):
        with pytest.raises(ConfigError, match="which photograph was shown"):
            resolve(change(copy.deepcopy(haxby), path, value))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("subjects", ["sub-7"], "sub-1 to sub-6"),
        ("dataset/cross_validate", "session", "set it to run"),
        ("standardise/by", "session", "set standardise/by: none"),
    ],
)
def test_impossible_haxby_studies_are_refused(path, value, said):
    haxby = yaml.safe_load((CONFIGS / "haxby.yaml").read_text())
    with pytest.raises(ConfigError, match=said):
        resolve(change(haxby, path, value))


def keys(schema, prefix=""):
    for name, sub in schema.get("properties", {}).items():
        yield f"{prefix}{name}", sub
        yield from keys(sub, f"{prefix}{name}/")


def test_every_key_is_described_and_closed():
    for name, sub in keys(load_schema()):
        assert sub.get("description"), name
        if sub.get("type") == "object":
            assert "additionalProperties" in sub, name
        if sub.get("type") in ("number", "integer"):
            assert {"minimum", "exclusiveMinimum"} & set(sub), name


def distributed(reader, **changes):
    rois = {"z": ["all"], "c": ["all"]}
    dataset = {"reader": reader, "root": "/data"} | changes
    study = {"study": "x", "subjects": ["sub-01"], "standardise": {"by": "all"}}
    return study | {"dataset": dataset, "decode": {"rois": rois}}


def test_every_reader_has_its_keys():
    properties = load_schema()["properties"]["dataset"]["properties"]
    assert tuple(properties["reader"]["enum"]) == READERS == tuple(KNOWN_KEYS)
    of_all = {"reader", "root", "cross_validate", "rois"}
    assert of_all | {key for key in SPECIAL_KEYS if "/" not in key} == set(properties)


@pytest.mark.parametrize(
    ("reader", "key", "value"),
    [
        ("bdpy", "space", "func2mm"),
        ("bdpy", "rois", {"atlas": "x"}),
        ("nsd", "task", "scenes"),
        ("bold5000", "derivatives", "/fmriprep"),
        ("bids", "terms_accepted", True),
        ("bold5000", "terms_accepted", True),
    ],
)
def test_keys_that_the_reader_does_not_know_are_refused(reader, key, value):
    with pytest.raises(ConfigError, match=f"dataset/{key}.*\n.*no such key for the reader '{reader}'"):
        resolve(distributed(reader, **{key: value}))


def test_the_tables_of_bold5000_have_no_atlas():
    with pytest.raises(ConfigError, match=r"dataset/rois/atlas\n.*with space: roi-tables"):
        resolve(distributed("bold5000", space="roi-tables", rois={"atlas": "a.nii.gz"}))


def test_an_unknown_space_of_nsd_is_refused_before_anything_is_planned():
    with pytest.raises(ConfigError, match=r"dataset/space\n.*func1pt8mm, func1mm, fsaverage"):
        resolve(distributed("nsd", space="func2mm"))
    assert tuple(needs.VOXELS) == NSD_SPACES == SPACES


def test_sessions_without_training_trials_do_not_scale_alone():
    config = distributed("bdpy") | {"standardise": {"by": "session"}}
    with pytest.raises(ConfigError, match=r"standardise/by\n.*all with bdpy"):
        resolve(config)


@pytest.mark.parametrize("reader", PREPARED)
def test_only_nsd_has_released_noise_ceilings(reader):
    config = change(distributed(reader), "standardise/ncsnr_from", "released")
    if reader == "nsd":
        assert resolve(config)["standardise"]["ncsnr_from"] == "released"
    else:
        with pytest.raises(ConfigError, match=f"standardise/ncsnr_from\n.*reader '{reader}'"):
            resolve(config)


def test_keys_of_prepared_betas():
    chosen = {"betas": "b2", "sessions": 37, "mask": "atlas", "test_images": "special515"}
    resolved = resolve(distributed("nsd", space="func1mm", rois={"atlas": "streams"}, **chosen))
    assert {key: resolved["dataset"][key] for key in chosen} == chosen


@pytest.mark.parametrize("reader", ["bold5000", "bdpy"])
def test_only_nsd_has_two_kinds_of_test_images(reader):
    with pytest.raises(ConfigError, match=f"dataset/test_images\n.*no such key for the reader '{reader}'"):
        resolve(distributed(reader, test_images="special515"))


OWN_REGIONS = [
    ("nsd", {"rois": {"atlas": "Kastner2015"}}),
    ("bold5000", {"space": "roi-tables"}),
    ("bdpy", {}),
]


@pytest.mark.parametrize(("reader", "keys"), OWN_REGIONS)
def test_a_data_set_may_name_its_own_regions(reader, keys):
    config = change(distributed(reader, **keys), "decode/rois", {"z": ["V1"], "c": ["LOC"]})
    assert resolve(config)["decode"]["rois"]["z"] == ["V1"]
    labelled = change(config, "dataset/rois/labels", {"LOC": 1})
    with pytest.raises(ConfigError, match="'V1'"):
        resolve(labelled)
    assert resolve(change(labelled, "dataset/rois/labels/V1", 2))


@pytest.mark.parametrize("reader", ["nsd", "bold5000"])
def test_regions_of_volumes_need_an_atlas(reader):
    with pytest.raises(ConfigError, match=r"decode/rois/z(.|\n)*none given(.|\n)*'V1'"):
        resolve(change(distributed(reader), "decode/rois/z", ["V1"]))
    with pytest.raises(ConfigError, match=r"dataset/rois/atlas\n.*the atlas the labels refer to"):
        resolve(distributed(reader, rois={"labels": {"V1": 1}}))


@pytest.mark.parametrize("reader", PREPARED)
def test_betas_need_a_folder(reader):
    with pytest.raises(ConfigError, match=f"the folder of the {reader} data"):
        resolve(distributed(reader, root=None))
