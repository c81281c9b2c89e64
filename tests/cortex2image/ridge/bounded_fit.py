"""Fit with a limit on the memory of the process; run by test_memory.py in a process of its own.

Arguments: file of X (.npy, read in blocks), number of targets, bound in GB.
"""

import resource
import sys
import warnings
from pathlib import Path

import numpy as np

from cortex2image.ridge.blocks import Sliced
from cortex2image.ridge.estimator import RidgeCV

ALPHAS = (1.0, 100.0, 1e4)


def fit(X: np.ndarray, targets: int, bound: float | None) -> tuple[float, float, float]:
    """Return penalty and score of the one target that depends on X, and the mean score of all."""
    Y = np.random.default_rng(0).standard_normal((len(X), targets), dtype=np.float32)
    Y[:, 0] += 2 * X[:, 0]
    if bound is not None:
        results = Y.nbytes + (len(ALPHAS) + 4) * 8 * Y.shape[1]
        limit = address_space() + int(bound * 1e9) + results
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    model = RidgeCV(ALPHAS, max_memory_gb=bound, device="cpu").fit(Sliced(X), Y)
    return float(model.alpha_[0]), float(model.best_score_[0]), float(model.best_score_.mean())


def address_space() -> int:
    """Return the bytes that the process has mapped."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="ridge alpha")
    # Libraries take memory of their own at the first fit and the first large product.
    RidgeCV(ALPHAS, device="cpu").fit(np.eye(8), np.eye(8)[:, :2])
    for dtype in (np.float32, np.float64):
        np.ones((600, 600), dtype) @ np.ones((600, 600), dtype)
    path, count, gigabytes = sys.argv[1:]
    print(*fit(np.load(path, mmap_mode="r"), int(count), float(gigabytes)))
