"""Free memory of machine, container and GPU; sizes of folds, groups and operators."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from sklearn.model_selection import ShuffleSplit
from tests.support.bounded_fit import unequal
from tests.support.ridge_problems import NEED

from cortex2image.ridge import memory
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.memory import available_gb, free_gb
from cortex2image.ridge.need import Splits


def write_limits(folder: Path, prefix: str, names: tuple[str, str], limit: str, cache: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{prefix}{names[0]}").write_text(limit)
    (folder / f"{prefix}{names[1]}").write_text("3000000\n")
    (folder / "memory.stat").write_text(f"anon 7\n{cache} 1000000\n")


def test_the_machine_is_the_limit_without_containers(tmp_path):
    total = psutil.virtual_memory().total / 1e9
    assert 0 < available_gb(tmp_path) <= total
    write_limits(tmp_path, "memory.", ("max", "current"), "max\n", "inactive_file")
    assert available_gb(tmp_path) > 0.002


@pytest.mark.parametrize(
    ("folder", "names", "cache"),
    [
        (".", ("max", "current"), "inactive_file"),
        ("memory", ("limit_in_bytes", "usage_in_bytes"), "total_inactive_file"),
    ],
    ids=["version 2", "version 1"],
)
def test_a_container_allows_its_limit_less_what_it_cannot_give_back(tmp_path, folder, names, cache):
    write_limits(tmp_path / folder, "memory.", names, "4000000\n", cache)
    assert available_gb(tmp_path) == pytest.approx(0.002)
    write_limits(tmp_path / folder, "memory.", names, "1000000\n", cache)
    assert available_gb(tmp_path) == 0


@pytest.mark.parametrize("device", ["cuda", "auto", "cuda:0"])
def test_a_fit_may_take_half_of_what_its_gpu_has_left(monkeypatch, device):
    monkeypatch.setattr(memory, "available_gb", lambda: 8.0)
    assert free_gb("cpu") == {"free_gb": 8, "gpu_gb": None}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda asked: (int(6e9) * (asked.type == "cuda"), 10**12))
    assert free_gb(device) == {"free_gb": 8, "gpu_gb": 3}


def test_folds_are_as_large_as_they_are():
    folds = make_folds(unequal(100), 100, None, 0)
    assert Splits.of_folds(folds) == Splits(3, 60, 60 * 40, True, fitted=90)
    overlapping = make_folds(ShuffleSplit(3, test_size=0.2, random_state=0), 100, None, 0)
    assert Splits.of_folds(overlapping) == Splits(3, 20, 20 * 80, False, fitted=80)


def test_few_large_groups_need_their_hat_matrices():
    """For g groups of n / g rows, the matrices of each penalty have n^2 / g values."""
    rows, large = (replace(NEED, splits=Splits.of_groups(np.arange(2000) % g)) for g in (2000, 4))
    assert (large.splits.groups, large.splits.largest, large.splits.squares) == (4, 500, 1_000_000)
    assert large.leverages - rows.leverages > 8 * 13 * (2000**2 / 4 - 2000)


def test_operators_on_samples_are_as_wide_as_the_training_rows():
    overlapping = Splits.of_folds(make_folds(ShuffleSplit(3, test_size=0.2, random_state=0), 2000, None, 0))
    assert replace(NEED, splits=overlapping).operator == 400 * 1600
    assert replace(NEED, dual=True).operator == 400 * 1600
    assert NEED.operator == 400 * 501


def test_operators_of_folds_on_their_own_are_as_narrow_as_targets_that_rows_share():
    folds = make_folds(5, 2000, np.arange(2000) // 4, 0)
    shared = Splits.of_folds(folds, np.arange(2000) // 4)
    assert (shared.fitted, shared.samples) == (400, 400 * 400)
    assert replace(NEED, splits=shared, own=True).operator == 400 * 400
    assert replace(NEED, splits=shared).operator == replace(NEED, own=True).operator == 400 * 501
