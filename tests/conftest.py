"""Shared by every test: one thread per process, no network, a seeded generator."""

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


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(20230618)
