"""Shared by every test: one thread per process, no network, a seeded generator, a small study run once."""

import os

# Before numpy or torch load: their threads would fight each other and the other test processes.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Fits of ridge regressions count processors themselves.
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pytest
from tests.faults.study import Study, new_study


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(20230618)


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Study:
    """The smallest study as an undisturbed run leaves it; never changed.

    With several test processes, all tests that use it belong to the group "faults", or it would run in each.
    """
    study = new_study(tmp_path_factory.mktemp("finished") / "cortex2image")
    assert study.run() == 0, study.said[-5000:]
    return study


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name the content of a file after its argument.

    Some contents hold the second they were made in, and test processes that disagree about names run nothing.
    """
    return argname if isinstance(val, bytes) else None
