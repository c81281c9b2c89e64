"""Resources of jobs: what the steps plan for themselves, and in step with the config."""

from dataclasses import replace

import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.encoding.scoring import Scoring
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.resources import Resources
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.kept import with_predictions
from cortex2image.prediction.memory import PYTHON, plan_memory, plan_stack
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


@pytest.mark.parametrize("ridge", [KFOLD, LOO], ids=["kfold", "loo"])
def test_a_fit_asks_for_what_it_plans_from_the_same_sizes(ridge):
    """40 sessions of 750 trials, a tenth of them of 1,000 shared pictures, and 412,000 voxels."""
    scores = Scoring(1000, 100, within_folds=False, seed=0).bytes_per_voxel
    sizes = FitSizes("encode", 30_000, 27_000, 9_000, 1_000, 59_136, 412_000, scores=scores)
    sizes = with_predictions(sizes)
    asked = needs(ridge, mask="brain").encode_mb("c")
    assert 0 <= asked * 1e6 - plan_memory(sizes, ridge, ["test"], 8).total < 1e9
    regions = FitSizes("decode", 30_000, 27_000, 9_000, 1_000, 28_000 // 3, 6_400)
    assert 0 <= needs(ridge).decode_mb("z") * 1e6 - plan_memory(regions, ridge, ["test"], 8).total < 1e9


def test_a_bound_in_the_config_bounds_all_but_python():
    assert needs(replace(LOO, max_memory_gb=20), mask="brain").encode_mb("c") <= 20_000 + PYTHON / 1e6


LARGEST = 64_000


@pytest.mark.parametrize("selection", ["kfold", "loo", "as_released"])
@pytest.mark.parametrize("mask", ["atlas", "brain"])
@pytest.mark.parametrize("name", ["nsd", "nsd-as-released"])
def test_every_job_on_eight_subjects_of_nsd_fits_into_64_gb(name, mask, selection):
    config = shipped(name) | {"subjects": [f"sub-0{number}" for number in range(1, 9)]}
    config = change(change(config, "dataset/mask", mask), "ridge/selection", selection)
    config = change(config, "encode/grid", {"unique": False})
    jobs = Resources(resolve(config), SD)
    asked = [jobs.betas_mb(4), jobs.standardise_mb, jobs.evaluation_mb, jobs.model_mb]
    asked += [jobs.decode_mb(space) for space in ("z", "c")]
    asked += [jobs.encode_mb(space) for space in ("z", "c", "zc")]
    assert max(asked) <= LARGEST


@pytest.mark.parametrize("need", [lambda n: n.standardise_mb, lambda n: n.betas_mb(4)])
def test_more_voxels_and_sessions_ask_for_more(need):
    assert need(ATLAS) < need(BRAIN) < need(needs(mask="brain", space="func1mm"))
    assert need(needs(mask="brain", sessions=1)) <= need(BRAIN)


def test_more_sessions_in_memory_ask_for_more():
    session_mb = 750 * 412_000 * 4 / 1e6
    assert BRAIN.betas_mb(8) - BRAIN.betas_mb(4) > 4 * session_mb


def test_more_regions_ask_for_more_and_subjects_do_not():
    one, two, every = (
        needs(LOO, mask="brain", rois=rois).decode_mb("c")
        for rois in (("early",), ("early", "ventral"), ("all",))
    )
    assert one < two < every
    assert needs(LOO, mask="brain", subjects=1).decode_mb("c") == one


def test_a_learning_curve_fits_one_space_after_the_other():
    """The voxels of all regions are in memory beside the largest fit, not the fits beside each other."""
    study = resolve(shipped("nsd") | {"subjects": ["sub-01"]})
    nsd = Resources(study, SD)
    largest = max(nsd.decode_mb(space) for space in study.decode.rois)
    assert largest < nsd.learning_curve_mb <= LARGEST


def test_wider_features_ask_for_more():
    wide = needs(model_set=MODEL_SETS["stable-diffusion-v2-1-base"])
    assert ATLAS.encode_mb("z") < ATLAS.encode_mb("zc") < ATLAS.encode_mb("c") <= wide.encode_mb("c")
    assert ATLAS.encode_mb("zc-n0.6") == ATLAS.encode_mb("zc")


# In MB. Version 0.1 asked for 178,000 to encode c.
SHIPPED = {
    "nsd": {"decode": {"z": 33_000, "c": 36_000}, "encode": {"z": 14_000, "c": 20_000, "zc": 18_000}},
    "nsd-as-released": {
        "decode": {"z": 34_000, "c": 37_000},
        "encode": {"z": 19_000, "c": 43_000, "zc": 36_000},
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
    assert (shipped_needs.model_threads, shipped_needs.evaluation_threads) == (8, 8)


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
    assert (other.model_threads, other.evaluation_threads) == (1, 1)


@pytest.mark.parametrize(
    ("name", "spaces", "minutes"),
    [
        ("stable-diffusion-v1-4", ["zc"], 1440),
        ("stable-diffusion-v1-4", ["zc-n0.4", "unet-mid-n0.4-t2"], 720),
        ("stable-diffusion-v1-4", ["unet-mid-n0.8-t1"], 36),
        ("miniature", ["zc"], 120),
    ],
)
def test_the_sampler_takes_a_day_for_the_passes_of_a_picture_with_a_large_unet(name, spaces, minutes):
    """50 steps with guidance; the last step of any space counts."""
    needed = _sharded(needs(model_set=MODEL_SETS[name]), 1)
    assert needed.sampling_minutes(spaces) == minutes
    assert _sharded(needed, 4).sampling_minutes(spaces) == max(30, minutes // 4)


@pytest.mark.parametrize(("shards", "minutes"), [(1, 240), (3, 80), (7, 35), (100, 30)])
def test_a_shard_of_pictures_takes_its_part_of_the_time(shards, minutes):
    study = resolve(change(shipped("nsd"), "reconstruct/shards", shards))
    assert Resources(study, SD).drawing_minutes == minutes


def _sharded(needed, shards):
    features = replace(needed.study.features, shards=shards)
    return replace(needed, study=replace(needed.study, features=features))


@pytest.mark.parametrize("ridge", [KFOLD, LOO], ids=["kfold", "loo"])
@pytest.mark.parametrize("mask", ["atlas", "brain"])
def test_a_fit_to_inner_products_asks_for_what_it_plans(ridge, mask):
    """10,000 stimuli in place of the width of the layer, which changes nothing."""
    voxels = {"atlas": 28_000, "brain": 412_000}[mask]
    sizes = FitSizes("encode", 30_000, 27_000, 9_000, 1_000, 10_000, voxels, kernel=True)
    scores = Scoring(1000, 100, within_folds=False, seed=0).bytes_per_voxel
    sizes = with_predictions(replace(sizes, scores=scores))
    asked = needs(ridge, mask=mask).encode_mb("unet-up3-n0.8-t20")
    assert 0 <= asked * 1e6 - plan_memory(sizes, ridge, ["test"], 8).total < 1e9
    assert asked == needs(ridge, mask=mask).encode_mb("unet-mid-n0.8-t20") <= LARGEST


def test_inner_products_ask_for_their_sums_and_a_block_of_columns():
    """0.8 GB of sums and 0.5 GB of columns beside Python; fewer stimuli ask for less."""
    assert needs().gram_mb == 4_000
    assert needs(sessions=10).gram_mb < needs().gram_mb
    assert Resources(resolve(shipped("bids")), SD).gram_mb == 4_000


def test_inner_products_of_wider_layers_and_of_more_subjects_take_longer():
    narrow, wide = (needs().gram_minutes(f"unet-{layer}-n0.8-t20") for layer in ("mid", "up3"))
    assert 10 < narrow < wide < 120
    assert needs(subjects=8).gram_minutes("unet-up3-n0.8-t20") > wide
    assert Resources(resolve(shipped("bids")), SD).gram_minutes("unet-up3-n0.8-t20") == 240


def test_needs_follow_the_space_of_the_data_set():
    assert needs(space=None).encode_mb("z") == needs(space="func1pt8mm").encode_mb("z")
    assert needs(space="fsaverage").encode_mb("z") < needs(space="func1mm").encode_mb("z")


LAYERS = ["down0", "down1", "down2", "mid", "up0", "up1", "up2", "up3"]


@pytest.mark.parametrize("selection", ["kfold", "loo"])
@pytest.mark.parametrize("mask", ["atlas", "brain"])
def test_joint_models_and_stacks_of_nsd_fit_into_64_gb(mask, selection):
    config = change(change(shipped("nsd"), "dataset/mask", mask), "ridge/selection", selection)
    study = resolve(change(config, "encode/grid", {"steps": [5, 20], "layers": LAYERS}))
    jobs = Resources(study, SD)
    assert jobs.joint_mb("z+zc") <= LARGEST
    assert jobs.stack_mb <= LARGEST
    assert jobs.best_model_mb < LARGEST / 4
    assert jobs.joint_minutes > jobs.fit_minutes


@pytest.mark.parametrize("mask", ["atlas", "brain"])
def test_models_of_several_spaces_ask_for_what_they_plan(mask):
    voxels = {"atlas": 28_000, "brain": 412_000}[mask]
    study = resolve(change(shipped("nsd"), "encode/grid", {"steps": [20], "layers": LAYERS}))
    jobs = replace(needs(mask=mask), study=replace(needs(mask=mask).study, encode=study.encode))
    scores = jobs._scoring.bytes_per_voxel
    sizes = FitSizes(
        "encode", 30_000, 27_000, 9_000, 1_000, 16_384, voxels, scores=scores, kernel=True, bands=2
    )
    assert 0 <= jobs.joint_mb("z+zc") * 1e6 - plan_memory(sizes, KFOLD, ["test"], 8).total < 1e9
    layers = replace(sizes, predictors=10_000, bands=8)
    assert 0 <= jobs.stack_mb * 1e6 - plan_stack(layers, KFOLD, ["test"]).total < 1e9


def test_more_layers_ask_for_more():
    asked = []
    for count in (2, 4, 8):
        grid = {"steps": [20], "layers": LAYERS[:count]}
        asked.append(Resources(resolve(change(shipped("nsd"), "encode/grid", grid)), SD).stack_mb)
    assert asked == sorted(set(asked))
    assert Resources(resolve(shipped("bids")), SD).joint_mb("z+zc") == 4_000


def brain(methods, samples, **keys):
    config = change(shipped("nsd"), "reconstruct/methods", methods)
    config = change(config, "reconstruct/samples", samples)
    for key, value in keys.items():
        change(config, f"evaluate/brain/{key}", value)
    return Resources(resolve(config), SD)


def test_a_comparison_with_the_brain_asks_for_its_fit_with_the_pictures_of_all_methods():
    few, many = brain(["z"], 1).brain_mb, brain(["z", "c", "zc", "ceiling"], 5).brain_mb
    assert SD.latent_shape == (4, 40, 40)
    # 15 more pictures of 1,000 stimuli: 6,400 features each, and r with 1,000 responses in two regions.
    assert many - few >= (15_000 * 6_400 * 4 + 2 * 1_000 * 15_000 * 8) / 1e6
    assert brain(["z"], 1, spaces=[]).brain_mb >= brain(["z"], 1).model_mb
    assert brain(["z", "c", "zc"], 5, regions=["all"]).brain_mb <= LARGEST + 10_000


@pytest.mark.parametrize(("name", "copies"), [("nsd", 0), ("bids", 4)])
def test_memory_follows_the_input_where_no_sizes_are_known(name, copies):
    study = resolve(change(shipped(name), "dataset/root", "/data"))
    assert Resources(study, MODEL_SETS[study.models.set]).copies == copies
