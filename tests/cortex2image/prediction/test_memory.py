"""Plans of memory: what a fit accepts, what a bound allows, and what a fit under a real limit takes."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support import bounded_step
from tests.support.ridge_trials import uneven

from cortex2image.errors import ConfigError
from cortex2image.prediction import memory
from cortex2image.prediction.fit_sizes import FitParts, FitSizes
from cortex2image.prediction.memory import FitMemory, plan_memory, plan_stack
from cortex2image.prediction.partitions import partitions
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.need import Need, Splits
from cortex2image.ridge.planning import plan
from cortex2image.study.settings import Ridge

KFOLD = Ridge(alphas=(1.0,) * 9, folds=5, selection="kfold", max_memory_gb=None)
LOO, RELEASED = (replace(KFOLD, selection=name) for name in ("loo", "as_released"))
ENCODE_C = FitSizes("encode", 30_000, 27_000, 9_000, 1_000, 59_136, 370_000)
DECODE_C = FitSizes("decode", 30_000, 27_000, 9_000, 1_000, 7_604, 59_136)
ENCODE_Z = replace(ENCODE_C, predictors=6_400)
TEST = ["test"]


def planned(
    sizes: FitSizes, ridge: Ridge = KFOLD, average: list[str] = TEST, **free: float | None
) -> FitMemory:
    return plan_memory(sizes, ridge, average, 8, **free)


def bounded(gb: float, ridge: Ridge = KFOLD) -> Ridge:
    return replace(ridge, max_memory_gb=gb)


@pytest.mark.parametrize("average", [TEST, ["train", "test"]], ids=" ".join)
@pytest.mark.parametrize("ridge", [KFOLD, LOO, RELEASED], ids=lambda r: r.selection)
@pytest.mark.parametrize(
    "sizes", [ENCODE_C, ENCODE_Z, DECODE_C], ids=["c to voxels", "z to voxels", "voxels to c"]
)
def test_a_whole_brain_fits_into_64_gb(sizes, ridge, average):
    got = planned(sizes, ridge, average)
    assert got.total <= memory.JOB * 1.001
    assert got.passes <= 5
    assert got.targets * got.passes >= sizes.targets


def test_all_penalties_of_a_fold_of_the_largest_decoder_fit_into_18_gb():
    got = planned(DECODE_C, bounded(16))
    assert got.total <= 18e9
    need = FitParts(DECODE_C, KFOLD, averaged=False).need
    assert plan(need, np.dtype("f4"), "cpu", 2, got.workspace_gb).penalties == 9


@pytest.mark.parametrize("gb", [15, 20, 40, 80])
@pytest.mark.parametrize("sizes", [ENCODE_C, ENCODE_Z], ids=["c", "z"])
def test_a_bound_in_the_config_is_kept_with_more_passes(sizes, gb):
    ample, got = planned(sizes), planned(sizes, bounded(gb, LOO))
    assert got.total - memory.PYTHON <= gb * 1.000001e9
    assert got.passes >= ample.passes
    assert got.passes < 10


def test_what_is_free_bounds_a_fit_without_a_bound():
    half, all_free = planned(ENCODE_C, free_gb=30), planned(ENCODE_C, free_gb=500)
    assert half.total - memory.PYTHON <= 30e9 - memory.READING
    assert half.passes > 1
    assert all_free == planned(ENCODE_C)


def least_gb(sizes: FitSizes, ridge: Ridge) -> float:
    """Return the least bound that the message for a smaller one names, rounded to three digits."""
    with pytest.raises(ConfigError, match="max_memory_gb") as caught:
        planned(sizes, bounded(1e-6, ridge))
    return float(re.findall(r"\d\S*", caught.value.expected)[0])


@pytest.mark.parametrize("ridge", [KFOLD, LOO, RELEASED], ids=lambda r: r.selection)
@pytest.mark.parametrize("sizes", [ENCODE_C, DECODE_C], ids=["encode", "decode"])
def test_the_least_that_would_do_is_named_and_does(sizes, ridge):
    least = least_gb(sizes, ridge)
    got = planned(sizes, bounded(1.01 * least, ridge))
    assert got.total - memory.PYTHON <= 1.0101e9 * least
    with pytest.raises(ConfigError, match="beyond Python"):
        planned(sizes, bounded(0.98 * least, ridge))
    with pytest.raises(ConfigError, match=r"free memory\n"):
        planned(sizes, ridge, free_gb=0.98 * least)


def test_the_scheduler_is_asked_for_more_where_nothing_less_would_do():
    vertices = replace(DECODE_C, predictors=60_000)
    assert planned(vertices).total > memory.JOB
    assert planned(replace(ENCODE_C, targets=10**8)).total <= memory.JOB * 1.001


@pytest.mark.parametrize("folds", [False, True], ids=["split", "cross-validated"])
@pytest.mark.parametrize("ridge", [KFOLD, LOO], ids=lambda r: r.selection)
@pytest.mark.parametrize("predictors", [50, 3000])
def test_the_least_workspace_is_enough_for_the_folds_of_a_decoder(rng, predictors, ridge, folds):
    """The folds as they are, with uneven repeats, need no more than was planned."""
    trials = uneven(rng, folds)
    split = partitions(trials)
    sizes = FitSizes.of("decode", trials, split, predictors, 100)
    workspace = planned(sizes, bounded(1.001 * least_gb(sizes, ridge), ridge)).workspace_gb
    for part in split:
        groups, rows = trials.groups[part.train], len(part.train)
        picture = np.unique(trials.stimulus[part.train], return_inverse=True)[1]
        of_folds = Splits.of_folds(make_folds(5, rows, groups, 3), picture)
        splits = of_folds if ridge.selection == "kfold" else Splits.of_groups(groups)
        own = ridge.selection == "kfold"
        need = Need(rows, predictors, 100, 9, rows <= predictors, splits, own=own)
        assert plan(need, np.dtype("f4"), "cpu", 1, workspace).targets >= 1


def test_work_on_a_gpu_takes_no_main_memory():
    host, gpu = planned(ENCODE_C), planned(ENCODE_C, gpu_gb=70.0)
    assert gpu.workspace_gb == 70
    assert gpu.total == pytest.approx(host.total - host.parts["workspace"])


def test_no_more_is_asked_for_than_a_fit_makes_use_of():
    small = replace(ENCODE_Z, training=600, pictures=200, trials=700, test=30, predictors=100, targets=500)
    assert planned(small).total < memory.PYTHON + 3e9


def test_repeats_of_pictures_cost_no_workspace():
    once = replace(ENCODE_C, trials=10_000, training=9_000)
    assert planned(once).parts == planned(ENCODE_C).parts
    assert planned(ENCODE_C, RELEASED).parts["workspace"] > planned(once, RELEASED).parts["workspace"]


def test_features_are_copied_as_released_once_for_each_picture():
    for sizes in (ENCODE_C, replace(ENCODE_C, trials=10_000, training=9_000)):
        assert planned(sizes, RELEASED).parts["standardised"] == 3 * 4 * 9_000 * 59_136
    assert planned(ENCODE_C).parts["standardised"] == 0


def test_the_plan_is_put_into_words():
    assert planned(ENCODE_C).words.startswith("memory ")
    assert planned(ENCODE_C, free_gb=30).words.endswith("blocks")
    assert planned(DECODE_C).words.endswith("59136 targets at once, 1 block")


def test_plans_need_no_torch():
    script = "import sys, cortex2image.planning.resources; sys.exit('torch' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 0


def limited_step(folder: Path, share: float) -> subprocess.CompletedProcess[str]:
    """Run the encoding step of a subject with 61 MB of betas in 70 MB beyond Python, or less."""
    options = {
        "OMP_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": "65536",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), **options}
    arguments = [sys.executable, bounded_step.__file__, str(folder), str(share), "0.07"]
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits on the address space")
def test_an_encoding_step_keeps_its_plan_under_a_real_limit(tmp_path):
    bounded_step.write_subject(tmp_path)
    kept = limited_step(tmp_path, 1.0)
    assert kept.returncode == 0, kept.stderr
    said = json.loads(kept.stdout)
    assert said["passes"] > 1
    assert said["planned"] <= 70e6
    assert (tmp_path / "encoding.parquet").exists()
    refused = limited_step(tmp_path, 0.3)
    assert refused.returncode != 0
    assert re.search("MemoryError|allocate mem", refused.stderr)


LAYERS = replace(ENCODE_C, predictors=10_000, kernel=True, bands=8, targets=28_000)


def test_a_stack_holds_the_decompositions_of_all_layers():
    """A layer of 9,000 stimuli: five folds of 7,200 and 1,800, and all of them with 1,000 to predict."""
    few, many = (plan_stack(replace(LAYERS, bands=bands), KFOLD, TEST) for bands in (2, 8))
    layer = 4 * (5 * 7_200 * 9_000 + 9_000 * 10_000)
    assert many.parts["layers"] - few.parts["layers"] == 6 * layer
    assert many.total <= memory.JOB * 1.001
    assert (many.passes, many.targets) == (1, 28_000)


def test_a_bound_divides_the_voxels_of_a_stack_into_blocks():
    whole, bounded_plan = plan_stack(LAYERS, KFOLD, TEST), plan_stack(LAYERS, bounded(19.5), TEST)
    assert bounded_plan.passes > whole.passes == 1
    assert bounded_plan.total - memory.PYTHON <= 19.5e9
    assert bounded_plan.parts["layers"] == whole.parts["layers"]


def test_more_layers_than_the_memory_holds_are_refused():
    with pytest.raises(ConfigError, match=r"at least 1[89]\.?\d* GB"):
        plan_stack(LAYERS, bounded(10), TEST)


def test_a_joint_fit_holds_two_kernels_and_what_each_band_predicts():
    one = planned(replace(LAYERS, bands=1))
    two = planned(replace(LAYERS, bands=2))
    assert two.parts["features"] - one.parts["features"] == 4 * 9_000 * 10_000
    assert two.parts["results"] - one.parts["results"] == 4 * 3 * 1_000 * 28_000
