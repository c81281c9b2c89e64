"""Fits with a limit on the memory of the process; test_planning.py runs this script in a process of its own.

Arguments: file of X (.npy, read in blocks), number of targets, fraction of the bound that the limit allows,
names of fits. Prints a line per fit: penalty and score of the one target that depends on X, mean score.
"""

import re
import resource
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.model_selection import ShuffleSplit

from cortex2image.errors import ConfigError
from cortex2image.ridge import RidgeCV
from cortex2image.ridge.inputs import Sliced
from cortex2image.ridge.repeats import PerTrial
from cortex2image.ridge.threads import computing, side_by_side, usable_threads

ALPHAS = tuple(10.0 ** np.arange(-1, 5))
# Addition to the least possible bound, as a fraction of it, so that several targets fit into a batch.
ON_TOP = 0.3


@dataclass(frozen=True)
class Case:
    """Options of an estimator, number of groups (0 for none), and consecutive rows that share targets."""

    options: dict = field(default_factory=dict)
    groups: int = 0
    repeats: int = 1


def unequal(rows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return three folds that hold out a tenth, three tenths and six tenths of the rows."""
    parts = np.split(np.arange(rows), [rows // 10, rows * 4 // 10])
    return [(np.setdiff1d(np.arange(rows), part), part) for part in parts]


CASES = {
    "kfold": Case(),
    "standardized": Case({"standardize": True}),
    "few targets": Case({"standardize": True}, repeats=12),
    "unequal": Case({"cv": "unequal", "standardize": True}),
    "overlapping": Case({"cv": ShuffleSplit(3, test_size=0.5, random_state=0)}),
    "loo": Case({"selection": "loo"}),
    "large groups": Case({"selection": "loo"}, groups=3),
    "gcv": Case({"selection": "gcv", "standardize": True}),
}


def fit(case: Case, X: np.ndarray, Y: np.ndarray, bound: float | None) -> tuple[float, float, float]:
    """Fit, and return the penalty and score of target 0 and the mean score."""
    options = dict(case.options)
    if options.get("cv") == "unequal":
        options["cv"] = unequal(len(X))
    groups = np.arange(len(X)) % case.groups if case.groups else None
    rows = Y
    if case.repeats > 1:
        groups = np.arange(len(X)) // case.repeats
        rows = PerTrial(Y[:: case.repeats], groups)
    model = RidgeCV(ALPHAS, max_memory_gb=bound, device="cpu", **options).fit(Sliced(X), rows, groups)
    return float(model.alpha_[0]), float(model.best_score_[0]), float(model.best_score_.mean())


def targets(X: np.ndarray, count: int) -> np.ndarray:
    """Return (n, count) targets: target 0 depends on X, all others are noise."""
    Y = np.random.default_rng(0).standard_normal((len(X), count), dtype=np.float32)
    Y[:, 0] += 2 * X[:, 0]
    return Y


def bound_for(case: Case, X: np.ndarray, Y: np.ndarray) -> float:
    """Return a little more than the least bound, in GB, which the error for a smaller bound names."""
    try:
        fit(case, X, Y, 1e-9)
    except ConfigError as error:
        return (1 + ON_TOP) * float(re.findall(r"[\d.]+(?:e-\d+)?", error.expected)[0])
    raise AssertionError("a bound that cannot be kept was accepted")


def limited_fit(case: Case, X: np.ndarray, Y: np.ndarray, part: float) -> tuple[float, float, float]:
    """Fit while the process may take no more than a fraction `part` of the bound, and the results."""
    bound = bound_for(case, X, Y)
    results = Y.nbytes + (len(ALPHAS) + 4) * 8 * Y.shape[1]
    limit = address_space() + int(part * bound * 1e9) + results
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    try:
        return fit(case, X, Y, bound)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def address_space() -> int:
    """Return the size of the address space of the process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="ridge alpha")
    path, count, limited, *names = sys.argv[1:]
    predictors = np.load(path, mmap_mode="r")
    measured = targets(predictors, int(count))
    # Libraries allocate memory at the first fit and at the first large product.
    for name in names:
        fit(CASES[name], np.eye(60), np.eye(60)[:, :2], None)
    with computing(None):
        for dtype in (np.float32, np.float64):
            square = np.ones((600, 600), dtype)
            side_by_side(lambda _, square=square: square @ square, range(64), usable_threads())
            np.linalg.eigh(square)
    for name in names:
        print(*limited_fit(CASES[name], predictors, measured, float(limited)), flush=True)
