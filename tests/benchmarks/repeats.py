"""Benchmark of repeats as weights against trials as rows; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python tests/benchmarks/repeats.py --threads 2 --page docs/benchmarks.md

Encodes 5,000 voxels from 6,400 features of 3,000 pictures, three trials each, by K folds that keep the trials
of a picture together. Given a row for each picture (PerTrial), the solver decomposes pictures, given a row
for each trial, trials. Both run in one process, in turns; times are medians. Memory is the largest above that
at the start.
`--scale` divides all sizes for a quick look.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tests.benchmarks.measure import Measured, machine, replace_section, side_by_side
from tests.benchmarks.ridge_methods import ALPHAS, FOLDS, TEST_ROWS, solver
from threadpoolctl import threadpool_limits

from cortex2image.ridge.cross_validated import BlockFit
from cortex2image.ridge.repeats import PerTrial

PICTURES, FEATURES, VOXELS, REPEATS = 3000, 6400, 5000, 3
# Goals: how many times as fast, largest share of the memory, and largest differences that rounding explains.
FASTER, SHARE = 8.0, 0.2
APART = {np.float64: 1e-6, np.float32: 1e-3}
MET = {True: "met", False: "missed"}
WEIGHTS, ROWS = "repeats as weights", "trials as rows"
HEADER = "| folds | method | s | x faster | peak MB | share of memory |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Repeated:
    """Features of pictures, picture and voxels of every trial, and features of new pictures."""

    features: np.ndarray
    picture: np.ndarray
    voxels: np.ndarray
    new: np.ndarray

    @classmethod
    def make(cls, pictures: int, features: int, voxels: int, dtype: type) -> "Repeated":
        """Draw features, and voxels that are mixtures of them plus noise of each trial."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((pictures + TEST_ROWS, features), np.float32)
        X *= np.arange(1, features + 1, dtype=np.float32) ** -0.25
        picture = rng.permutation(np.repeat(np.arange(pictures), REPEATS))
        signal = X[:pictures] @ rng.standard_normal((features, voxels), np.float32)
        Y = (signal / (2 * signal.std(axis=0)))[picture]
        Y += rng.standard_normal(Y.shape, np.float32)
        return cls(X[:pictures].astype(dtype), picture, Y.astype(dtype), X[pictures:].astype(dtype))


def fitted(data: Repeated, weights: bool, standardize: bool) -> BlockFit:
    """Fit either way, and predict the new pictures."""
    X = PerTrial(data.features, data.picture) if weights else data.features[data.picture]
    model = solver(cv=FOLDS, standardize=standardize)
    return next(model.predict_blocks(X, [data.voxels], data.new, groups=data.picture))


@dataclass(frozen=True)
class Differences:
    """How far two fits are apart: predictions in SD of a target's, scores, share of penalties."""

    predicted: float
    score: float
    alpha: float

    @classmethod
    def of(cls, one: BlockFit, other: BlockFit) -> "Differences":
        """Compare two fits of the same targets."""
        apart = np.abs(one.predicted - other.predicted) / other.predicted.std(axis=0)
        return cls(
            float(apart.max()),
            float(np.abs(one.score - other.score).max()),
            float(np.mean(one.alpha != other.alpha)),
        )


def compare(data: Repeated, standardize: bool, repeats: int) -> tuple[list[str], str]:
    """Return the table rows of both methods, and a line on the goals."""
    label = "standardized" if standardize else "plain"
    methods: dict[str, Callable[[], BlockFit]] = {
        WEIGHTS: partial(fitted, data, True, standardize),
        ROWS: partial(fitted, data, False, standardize),
    }
    seen = side_by_side(methods, repeats)
    rows = [row(label, name, measured, seen[ROWS]) for name, measured in seen.items()]
    differences = Differences.of(seen[WEIGHTS].value, seen[ROWS].value)
    return rows, verdict(label, seen, differences, data.features.dtype.type)


def row(label: str, name: str, seen: Measured, slow: Measured) -> str:
    """Return the table row of a method."""
    share = f"{seen.megabytes / slow.megabytes:.2f}" if slow.megabytes else ""
    faster = slow.median / seen.median
    return f"| {label} | {name} | {seen.median:.2f} | {faster:.1f} | {seen.megabytes:.0f} | {share} |"


def verdict(label: str, seen: dict[str, Measured], apart: Differences, dtype: type) -> str:
    """Return a line on the goals that are met and missed."""
    faster, limit = seen[ROWS].median / seen[WEIGHTS].median, APART[dtype]
    checks = {f"{faster:.1f} times as fast (>= {FASTER:g})": faster >= FASTER}
    if seen[ROWS].megabytes:
        share = seen[WEIGHTS].megabytes / seen[ROWS].megabytes
        checks[f"{share:.2f} of the memory (<= {SHARE:g})"] = share <= SHARE
    largest = (
        f"predictions {apart.predicted:.1e} SD and scores {apart.score:.1e} apart at most (<= {limit:g})"
    )
    checks[largest] = max(apart.predicted, apart.score) <= limit
    said = ", ".join(f"{text} {MET[met]}" for text, met in checks.items())
    return f"- {label}, {dtype.__name__}: {said}; {apart.alpha:.1%} of penalties differ."


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1, help="divide all sizes by it")
    parser.add_argument("--double", action="store_true", help="float64, where results shall agree to 1e-6")
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    torch.set_num_threads(args.threads)
    threadpool_limits(args.threads, user_api="blas")
    sizes = [size // args.scale for size in (PICTURES, FEATURES, VOXELS)]
    data = Repeated.make(*sizes, np.float64 if args.double else np.float32)
    rows, verdicts = zip(*(compare(data, scaled, args.repeats) for scaled in (False, True)), strict=True)
    lines = [
        f"## Repeats as weights\n\n{machine(args.threads)}.",
        f"{sizes[0]} pictures x {REPEATS} trials, {sizes[1]} features, {sizes[2]} voxels; "
        f"{data.features.dtype}, {len(ALPHAS)} penalties, {FOLDS} folds; medians of {args.repeats} runs.\n",
        HEADER,
        *(line for both in rows for line in both),
        "",
        *verdicts,
    ]
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "repeats", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
