"""Settings that contradict each other, or the data set, are refused before a job runs."""

import copy

import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.readers import READERS

PREPARED = [reader.name for reader in READERS.values() if reader.prepared]


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        ("models/set", "sd9", "models/set", "miniature"),
        ("subjects", ["sub-1", "sub-01"], "subjects", "every subject once"),
        ("subjects", ["sub-1", "sub-1"], "subjects", "every subject once"),
        ("decode/rois/z", ["erly"], "decode/rois/z", "'erly'"),
        ("dataset/root", "/data", "dataset/root", "no root for the reader 'simulated'"),
        ("dataset/reader", "bids", "dataset/root", "the folder of the bids data"),
        ("dataset/sessions", 37, "dataset/sessions", "no such key for the reader 'simulated'"),
        ("dataset/mask", "atlas", "dataset/mask", "no such key for the reader 'simulated'"),
        ("dataset/test_images", "special515", "dataset/test_images", "no such key for"),
        ("dataset/betas", "b2", "dataset/betas", "no such key for the reader 'simulated'"),
        ("dataset/cross_validate", "run", "standardise/by", "each fold scales with its own training trials"),
        ("ridge/alphas", [1, float("inf")], "ridge/alphas", "finite"),
        ("ridge/alphas", [10, 1], "ridge/alphas", "ascending"),
        ("dataset/rois/labels/midventral", 1, "dataset/rois/labels", "early, midventral"),
        ("study", "miniature", "study", "train_miniature writes there"),
        ("dataset/rois/atlas", None, "dataset/rois/atlas", "the atlas the labels refer to"),
        ("models/set", "miniatur", "models/set", "did you mean 'miniature'?"),
        ("encode/models", ["z", "unit-mid-n0.8-t20"], "encode/models", "did you mean 'unet'?"),
        ("ridge/selection", "as_released", "encode", "set encode/grid/unique: false"),
        ("encode/models", ["unet-mid-n0.8-t20"], "encode/models", "a step from 1 to 16"),
        ("encode/grid", {"layers": ["mid"]}, "encode/grid/layers", "add encode/grid/steps"),
        ("encode/models", ["zc-n0.60"], "encode/models", "write zc-n0.6"),
        ("standardise/ncsnr_from", "released", "standardise/ncsnr_from", "the reader 'simulated'"),
        ("reconstruct/external", {"a": {"z": "{subject}.csv"}}, "reconstruct/external/a/z", ".npy"),
        ("reconstruct/external", {"a": {"c": "one.npy"}}, "reconstruct/external/a", "write {subject}"),
        ("reconstruct/methods", ["image_prompt"], "decode/rois", "no e"),
    ],
)
def test_contradictions_name_the_key_and_the_way_out(path, value, where, said):
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), path, value), "my.yaml")
    assert error.value.where == f"my.yaml, {where}"
    assert said in str(error.value)


def test_predictions_of_others_need_no_regions():
    files = {"z": "p/{subject}-z.npy", "c": "p/{subject}-c.parquet"}
    config = change(shipped(), "reconstruct", {"methods": ["c"], "external": {"mine": files}})
    assert resolve(change(config, "decode/rois", {"c": ["ventral"]})).reconstruct.external == {"mine": files}


def test_a_product_that_rounds_to_just_below_one_step_is_one():
    steps, strength = 49, 1 / 49
    assert steps * strength < 1
    without_grid = change(shipped(), "encode/grid", {})
    resolve(change(without_grid, "reconstruct", {"steps": steps, "strength": strength}))


def test_a_data_set_without_image_identity_has_no_z():
    haxby = shipped("haxby")
    for path, value in (
        ("encode/models", ["c", "z"]),
        ("reconstruct/methods", ["zc"]),
        ("decode/rois", {"z": ["all"]}),
        ("encode/grid", {"noise_levels": [0.5]}),
    ):
        with pytest.raises(ConfigError, match="which photograph was shown"):
            resolve(change(copy.deepcopy(haxby), path, value))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("dataset/categories", {}, r"at least two categories(.|\n)*0 categories(.|\n)*trial_type"),
        ("dataset/categories", {"FaceA": "face", "FaceB": "face"}, "1 categories"),
        ("dataset/cross_validate", "none", "set it to run or session"),
        ("decode/rois", {"z": ["all"]}, "which photograph was shown"),
        ("encode/models", ["c", "z"], "which photograph was shown"),
    ],
)
def test_impossible_studies_of_categories_are_refused(path, value, said):
    config = shipped("bids-categories")
    config["dataset"]["categories"] = {"a": "face", "b": "house"}
    resolve(copy.deepcopy(config))
    config["dataset"]["cross_validate"] = "session"
    resolve(copy.deepcopy(config))
    with pytest.raises(ConfigError, match=said):
        place, last = path.split("/")
        config[place][last] = value
        resolve(config)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("subjects", ["sub-7"], "sub-1 to sub-6"),
        ("dataset/cross_validate", "session", "set it to run"),
        ("standardise/by", "session", "set standardise/by: none"),
    ],
)
def test_impossible_haxby_studies_are_refused(path, value, said):
    haxby = shipped("haxby")
    with pytest.raises(ConfigError, match=said):
        resolve(change(haxby, path, value))


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


def test_sessions_without_training_trials_do_not_scale_alone():
    config = distributed("bdpy") | {"standardise": {"by": "session"}}
    with pytest.raises(ConfigError, match=r"standardise/by\n.*all with bdpy"):
        resolve(config)


@pytest.mark.parametrize("reader", PREPARED)
def test_only_nsd_has_released_noise_ceilings(reader):
    config = change(distributed(reader), "standardise/ncsnr_from", "released")
    if reader == "nsd":
        assert resolve(config).standardise.ncsnr_from == "released"
    else:
        with pytest.raises(ConfigError, match=f"standardise/ncsnr_from\n.*reader '{reader}'"):
            resolve(config)


def test_keys_of_prepared_betas():
    chosen = {"betas": "b2", "sessions": 37, "mask": "atlas", "test_images": "special515"}
    resolved = resolve(distributed("nsd", space="func1mm", rois={"atlas": "streams"}, **chosen))
    assert {key: getattr(resolved.dataset, key) for key in chosen} == chosen


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
    assert resolve(config).decode.rois["z"] == ("V1",)
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
