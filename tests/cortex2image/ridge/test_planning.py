"""The memory bound is divided as documented, and fits keep to it under a real limit on the process."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.bounded_fit import CASES, fit, targets, unequal
from tests.support.ridge_problems import FIVE_FOLDS, NEED

from cortex2image.errors import ConfigError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.need import FEW, Need, Splits
from cortex2image.ridge.planning import plan

SINGLE = np.dtype("f4")
# Fits in dual form (more columns than rows) and in primal form.
LIMITED = {
    (240, 5000): [
        "kfold",
        "standardized",
        "unequal",
        "loo",
        "large groups",
        "gcv",
    ],
    (1200, 120): ["kfold", "standardized", "few targets", "overlapping", "loo", "gcv"],
}
needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def least(need: Need) -> float:
    """Return the least bound, in GB, named by the error for a smaller bound."""
    with pytest.raises(ConfigError, match="ridge max_memory_gb") as caught:
        plan(need, SINGLE, "cpu", 1, 1e-6)
    return float(caught.value.expected.split()[2])


def test_without_a_bound_the_caller_may_choose_the_batch():
    assert plan(NEED, SINGLE, "cpu", 1, batch=77).targets == 77
    free = plan(NEED, SINGLE, "cpu", 1)
    assert free.folds == 5
    assert 1 <= free.targets <= NEED.targets


def test_a_tighter_bound_means_smaller_shares():
    wide, tight = (plan(NEED, SINGLE, "cpu", 1, bound) for bound in (2.0, 1.01 * least(NEED)))
    assert tight.folds == 1 < wide.folds == 5
    assert tight.penalties < wide.penalties == 13
    assert tight.block < wide.block
    assert tight.targets <= wide.targets


def test_folds_are_taken_apart_before_penalties_are():
    plans = [plan(NEED, SINGLE, "cpu", 1, bound) for bound in np.linspace(1.01, 12, 50) * least(NEED)]
    shares = [(each.penalties, each.folds) for each in plans]
    assert shares == sorted(shares)
    assert {folds for _, folds in shares} == {1, 2, 3, 4, 5}
    assert all(folds == 1 or penalties == 13 for penalties, folds in shares)


def test_a_tighter_bound_means_fewer_targets_at_once():
    many = Need(200, 50, 1_000_000, alphas=13, dual=False, splits=Splits())
    wide, tight = (plan(many, SINGLE, "cpu", 1, bound) for bound in (1.0, 0.02))
    assert tight.targets < wide.targets < many.targets


@pytest.mark.parametrize("selection", [FIVE_FOLDS, Splits(), Splits.of_groups(np.arange(200))])
def test_threads_share_what_one_thread_may_take(selection):
    need = Need(200, 50, 100_000, alphas=13, dual=False, splits=selection)
    plans = {}
    for threads in (1, 4, 64):
        for bound in (None, 1.1 * least(need), 0.5):
            plans[threads, bound] = plan(need, SINGLE, "cpu", threads, bound)
    assert [plans[threads, None].together for threads in (1, 4, 64)] == [1, 4, 64]
    for (threads, bound), shares in plans.items():
        assert 1 <= shares.together <= threads
        if bound:
            room = (plans[1, bound].targets + 1) * (bound < 0.1) or 0.8e9 / (4 * need.per_target_in_double)
            assert shares.targets * shares.together <= room
    assert plans[4, 0.5].together == 4


@pytest.mark.parametrize("threads", [2, 7])
def test_batches_are_of_one_size_for_all_threads_to_end_together(threads):
    shares = plan(NEED, SINGLE, "cpu", threads)
    count = -(-NEED.targets // shares.targets)
    assert count % shares.together == 0
    assert NEED.targets - (count - 1) * shares.targets > 0.9 * shares.targets


@pytest.mark.parametrize("dual", [False, True])
@pytest.mark.parametrize(
    "splits", [FIVE_FOLDS, Splits(), Splits.of_groups(np.arange(2000) % 7)], ids=["folds", "gcv", "groups"]
)
def test_what_the_error_asks_for_is_enough(splits, dual):
    need = replace(NEED, splits=splits, dual=dual)
    assert plan(need, SINGLE, "cpu", 1, least(need) * 1.01).targets >= 1


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("dual", [False, True])
@pytest.mark.parametrize("fitted", [1600, 400])
def test_folds_on_their_own_are_decomposed_combined_and_solved_beside_operators(fitted, dual, device):
    splits = replace(FIVE_FOLDS, fitted=fitted, samples=400 * fitted)
    need = replace(NEED, own=True, dual=dual, splits=splits)
    for bound in np.linspace(1.01, 4, 30) * least(need):
        shares = plan(need, SINGLE, device, 1, bound)
        left = 0.8e9 * bound - need.kept - 24 * shares.block
        one, others = 8 * need.operator, 8 * need.operator * shares.penalties * (shares.folds - 1)
        solved = min(FEW if device == "cpu" else 99, shares.penalties) * one
        assert others + max(need.making, need.solving + solved) <= left + 1
        assert others + one * shares.penalties + need.combining <= left + 1


def test_folds_that_hold_out_more_need_more():
    halves = replace(NEED, splits=Splits.of_folds(make_folds(2, 2000, None, 0)))
    uneven = replace(NEED, splits=Splits.of_folds(make_folds(unequal(2000), 2000, None, 0)))
    assert least(NEED) < least(halves) < least(uneven)


def limited_fits(path: Path, count: int, part: float, names: list[str]) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).parents[2] / "support" / "bounded_fit.py"
    # Freed memory has to return to the system at once instead of staying in the heap, of which threads would
    # reserve one each.
    options = {"OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), **options}
    arguments = [sys.executable, str(script), str(path), str(count), str(part), *names]
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)


@needs_limits
@pytest.mark.parametrize("shape", LIMITED, ids=["dual", "primal"])
def test_fits_keep_their_bound_under_a_real_limit(rng, tmp_path, shape):
    path, names = tmp_path / "x.npy", LIMITED[shape]
    X = rng.standard_normal(shape, dtype=np.float32)
    np.save(path, X)
    kept = limited_fits(path, 300, 1.0, names)
    assert kept.returncode == 0, kept.stderr
    Y = targets(X, 300)
    for name, line in zip(names, kept.stdout.splitlines(), strict=True):
        got = [float(number) for number in line.split()]
        np.testing.assert_allclose(got, fit(CASES[name], X, Y, None), atol=1e-5, err_msg=name)


@needs_limits
def test_a_tenth_of_the_bound_is_not_enough(rng, tmp_path):
    """The limit really binds."""
    np.save(tmp_path / "x.npy", rng.standard_normal((1200, 120), dtype=np.float32))
    assert limited_fits(tmp_path / "x.npy", 100, 0.1, ["kfold"]).returncode != 0


def test_a_bound_that_cannot_be_kept_is_refused(rng):
    X, Y = rng.standard_normal((200, 50)), rng.standard_normal((200, 3))
    with pytest.raises(ConfigError, match=r"allow at least 0\.0\d+ GB"):
        RidgeCV(max_memory_gb=1e-4).fit(X, Y)


@pytest.mark.parametrize("bound", [0, -1, np.nan, np.inf])
def test_bounds_are_positive_and_finite(bound):
    with pytest.raises(ConfigError, match="ridge max_memory_gb"):
        plan(NEED, SINGLE, "cpu", 1, bound)


@pytest.mark.parametrize("batch", [0, -1])
def test_a_batch_has_a_target(batch):
    with pytest.raises(ConfigError, match="ridge n_targets_batch"):
        plan(NEED, SINGLE, "cpu", 1, batch=batch)
