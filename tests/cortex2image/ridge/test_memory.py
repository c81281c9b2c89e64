"""The memory bound: divided as promised, and kept under a real limit on the process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.cortex2image.ridge.bounded_fit import fit

from cortex2image.errors import ConfigError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.memory import Need, plan

NEED = Need(2000, 500, 10_000, folds=5, alphas=13, dual=False)
CPU = torch.device("cpu")

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def test_without_a_bound_the_caller_may_choose_the_batch():
    assert plan(NEED, np.dtype("f4"), CPU, None, 77).targets == 77
    free = plan(NEED, np.dtype("f4"), CPU, None, None)
    assert free.folds == 5
    assert 1 <= free.targets <= NEED.targets


def test_a_tighter_bound_means_smaller_shares():
    wide, tight = (plan(NEED, np.dtype("f4"), CPU, bound, None) for bound in (1.0, 0.302))
    assert tight.folds < wide.folds == 5
    assert tight.block < wide.block
    assert tight.targets <= wide.targets


def test_a_tighter_bound_means_fewer_targets_at_once():
    many = Need(200, 50, 1_000_000, folds=0, alphas=13, dual=False)
    wide, tight = (plan(many, np.dtype("f4"), CPU, bound, None) for bound in (1.0, 0.02))
    assert tight.targets < wide.targets < many.targets


def test_what_the_error_asks_for_is_enough():
    with pytest.raises(ConfigError, match="ridge max_memory_gb") as caught:
        plan(NEED, np.dtype("f4"), CPU, 0.001, None)
    least = float(caught.value.expected.split()[2])
    assert plan(NEED, np.dtype("f4"), CPU, least * 1.01, None).targets >= 1


def bounded_fit(path: Path, targets: int, bound: float) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("bounded_fit.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    arguments = [sys.executable, str(script), str(path), str(targets), str(bound)]
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of the address space are kept by Linux only")
@pytest.mark.parametrize(
    ("shape", "bound"), [((300, 20_000), 0.03), ((6000, 100), 0.05)], ids=["dual", "primal"]
)
def test_a_fit_keeps_its_bound_under_a_real_limit(rng, tmp_path, shape, bound):
    path = tmp_path / "x.npy"
    np.save(path, rng.standard_normal(shape, dtype=np.float32))
    targets = 6_000_000 // shape[0]
    kept = bounded_fit(path, targets, bound)
    assert kept.returncode == 0, kept.stderr
    got = [float(number) for number in kept.stdout.split()]
    np.testing.assert_allclose(got, fit(np.load(path), targets, None), atol=1e-5)


def test_a_bound_that_cannot_be_kept_is_refused(rng):
    X, Y = rng.standard_normal((200, 50)), rng.standard_normal((200, 3))
    with pytest.raises(ConfigError, match=r"allow at least 0\.0\d+ GB"):
        RidgeCV(max_memory_gb=1e-4).fit(X, Y)
