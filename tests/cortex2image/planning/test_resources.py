"""Resources of jobs: never below what a fit refuses to work with, and in step with the config."""

from dataclasses import replace

import numpy as np
import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.resources import Resources, working
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.need import Need, Splits
from cortex2image.ridge.planning import plan
from cortex2image.study.config import resolve
from cortex2image.study.settings import Ridge

KFOLD = Ridge(alphas=(1.0,) * 9, folds=5, selection="kfold", max_memory_gb=None)
LOO = replace(KFOLD, selection="loo")
SD = MODEL_SETS["stable-diffusion-v1-4"]


def needs(ridge=KFOLD, model_set=SD, subjects=4, rois=("early",), **dataset):
    """The needs of a study of NSD, by default of four subjects with all sessions and voxels of the atlas."""
    known = {"reader": "nsd", "root": "/data", "space": "func1pt8mm", "mask": "atlas"}
    config = shipped("nsd") | {"subjects": [f"sub-0{number + 1}" for number in range(subjects)]}
    config["dataset"] = {**known, **dataset, "rois": config["dataset"]["rois"]}
    study = resolve(change(config, "decode/rois", {"z": list(rois), "c": list(rois)}))
    return Resources(replace(study, ridge=ridge), model_set)


ATLAS, BRAIN = needs(), needs(mask="brain")


def tables_gb(voxels, width, trials=30_000, pictures=37_000):
    """Betas of a subject and features of all pictures in float32, in GB."""
    return 4 * (trials * voxels + pictures * width) / 1e9


def refused_below(rows: int, predictors: int, targets: int, ridge: Ridge) -> float:
    """The least bound in GB that a fit names."""
    pictures = np.repeat(np.arange(rows // 3), 3)
    folds = Splits.of_folds(make_folds(ridge.folds, rows, pictures, 0))
    splits = folds if ridge.selection == "kfold" else Splits.of_groups(pictures)
    need = Need(rows, predictors, targets, len(ridge.alphas), rows <= predictors, splits)
    with pytest.raises(ConfigError) as caught:
        plan(need, np.dtype("f4"), "cpu", 1, 1e-6)
    return float(caught.value.expected.split()[2])


@pytest.mark.parametrize("ridge", [KFOLD, LOO], ids=["kfold", "loo"])
@pytest.mark.parametrize(("predictors", "targets"), [(6_000, 59_136), (6_400, 28_000), (59_136, 412_000)])
def test_working_memory_is_what_a_fit_accepts(predictors, targets, ridge):
    asked = working(27_000, predictors, ridge) / 1e9
    least = refused_below(27_000, predictors, targets, ridge)
    assert least <= asked <= 1.5 * least


def test_half_of_what_is_left_beside_the_tables_is_enough_to_work_in():
    free = ATLAS.encode_mb("c") / 1e3 - tables_gb(28_000, 59_136)
    assert free / 2 >= working(27_000, 59_136, KFOLD) / 1e9


def test_a_bound_in_the_config_takes_the_place_of_half_of_everything():
    bounded = needs(replace(LOO, max_memory_gb=70)).encode_mb("c")
    assert bounded < needs(LOO).encode_mb("c")
    with_10, with_30 = (
        needs(replace(KFOLD, max_memory_gb=gb), mask="brain").encode_mb("z") for gb in (10, 30)
    )
    assert with_30 - with_10 == 20_000


def test_sizes_are_those_of_the_data_paper():
    """What remains of a fit whose other terms are known is the size of the tables."""
    bound, rows = 10, int(0.9 * 30_000)
    copies = 4 * (rows * (2 * 6_400 + 412_000) + 6_400 * 412_000) / 1e9
    asked = needs(replace(KFOLD, max_memory_gb=bound), mask="brain").encode_mb("z") / 1e3
    assert 0 <= asked - (2 + tables_gb(412_000, 6_400) + copies + bound) < 1


@pytest.mark.parametrize("need", [lambda n: n.standardise_mb, lambda n: n.betas_mb(4)])
def test_more_voxels_and_sessions_ask_for_more(need):
    assert need(ATLAS) < need(BRAIN) < need(needs(mask="brain", space="func1mm"))
    assert need(needs(mask="brain", sessions=1)) <= need(BRAIN)


def test_more_sessions_in_memory_ask_for_more():
    session_mb = 750 * 412_000 * 4 / 1e6
    assert BRAIN.betas_mb(8) - BRAIN.betas_mb(4) > 4 * session_mb


def test_more_regions_and_subjects_ask_for_more():
    one, two, every = (
        needs(LOO, mask="brain", rois=rois).decode_mb("c")
        for rois in (("early",), ("early", "ventral"), ("all",))
    )
    assert one < two < every
    assert needs(LOO, mask="brain", subjects=1).decode_mb("c") < one


def test_wider_features_ask_for_more():
    wide = needs(model_set=MODEL_SETS["stable-diffusion-v2-1-base"])
    assert ATLAS.encode_mb("z") < ATLAS.encode_mb("zc") < ATLAS.encode_mb("c") < wide.encode_mb("c")
    assert ATLAS.encode_mb("zc-n0.6") == ATLAS.encode_mb("zc")


# As version 0.1 computed them, in MB.
SHIPPED = {
    "nsd": {"decode": {"z": 57_000, "c": 64_000}, "encode": {"z": 39_000, "c": 178_000, "zc": 111_000}},
    "nsd-as-released": {
        "decode": {"z": 53_000, "c": 61_000},
        "encode": {"z": 37_000, "c": 154_000, "zc": 106_000},
    },
}


@pytest.mark.parametrize("name", SHIPPED)
def test_needs_of_the_shipped_studies(name):
    shipped_needs = Resources(resolve(shipped(name)), SD)
    assert (shipped_needs.betas_mb(4), shipped_needs.standardise_mb) == (3_000, 3_000)
    assert {space: shipped_needs.decode_mb(space) for space in ("z", "c")} == SHIPPED[name]["decode"]
    assert {space: shipped_needs.encode_mb(space) for space in ("z", "c", "zc")} == SHIPPED[name]["encode"]
    assert (shipped_needs.fit_minutes, shipped_needs.fit_threads, shipped_needs.model_mb) == (480, 8, 16_000)
    assert (shipped_needs.evaluation_mb, shipped_needs.evaluation_minutes) == (24_000, 240)


@pytest.mark.parametrize(
    ("config", "betas", "standardise", "fit", "minutes", "threads"),
    [
        (shipped(), 6_000, 4_000, 4_000, 60, 1),
        (shipped("bids"), 6_000, 4_000, 4_000, 60, 8),
        (distributed("bold5000"), 6_000, 6_000, 32_000, 480, 8),
        (distributed("bdpy"), 6_000, 6_000, 32_000, 480, 8),
    ],
    ids=["simulated", "bids", "bold5000", "bdpy"],
)
def test_needs_of_data_of_any_size_are_fixed(config, betas, standardise, fit, minutes, threads):
    other = Resources(resolve(config), MODEL_SETS["miniature"])
    assert (other.betas_mb(4), other.standardise_mb) == (betas, standardise)
    assert (other.decode_mb("c"), other.encode_mb("c")) == (fit, fit)
    assert (other.fit_minutes, other.fit_threads) == (minutes, threads)
    assert (other.model_mb, other.evaluation_mb, other.evaluation_minutes) == (4_000, 4_000, 120)


@pytest.mark.parametrize(
    ("name", "space", "minutes"),
    [
        ("stable-diffusion-v1-4", "z", 120),
        ("stable-diffusion-v1-4", "c", 120),
        ("stable-diffusion-v1-4", "zc", 1440),
        ("stable-diffusion-v1-4", "zc-n0.6", 1440),
        ("miniature", "zc", 120),
    ],
)
def test_passes_of_a_large_unet_take_a_day(name, space, minutes):
    assert needs(model_set=MODEL_SETS[name]).feature_minutes(space) == minutes


def test_needs_follow_the_space_of_the_data_set():
    assert needs(space=None).encode_mb("z") == needs(space="func1pt8mm").encode_mb("z")
    assert needs(space="fsaverage").encode_mb("z") < needs(space="func1mm").encode_mb("z")
