"""Benchmarks of the ridge engine against himalaya; prints a section of docs/benchmarks.md.

    OMP_NUM_THREADS=2 PYTHONPATH=workflow:. python tests/benchmarks/ridge.py --threads 2 \\
        --page docs/benchmarks.md

All methods of a case run in one process on the same data, penalties and folds, in turns, with as many
threads; times are medians. `--scale` divides all sizes for a quick look, `--cases` chooses some.
"""

import argparse
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import himalaya.kernel_ridge
import himalaya.ridge
import numpy as np
import pytest
import torch
from sklearn.model_selection import KFold
from tests.benchmarks.measure import Measured, machine, replace_section, run, side_by_side

from cortex2image.ridge import RidgeCV, gcv, kfold
from cortex2image.ridge.operators import FoldOperator

ALPHAS = np.logspace(0, 6, 13)
FOLDS = 5
TEST_ROWS = 200
CASES = {
    "decode, tall": (3000, 1500, 6400),
    "decode, wide": (1500, 6000, 6400),
    "encode": (2000, 6400, 20_000),
    "whole-brain encode": (2000, 1024, 100_000),
}
NSD = (8859, 7604, 59_136)
HEADER = "| case | method | s | x faster than peer | times own floor | peak MB | share of peer | test r |"
OPERATIONS = (
    "| billions of multiplications | projection | K folds | peer | leave one out "
    "| combinations of penalties | products with U a target, leaving one out | K folds, shared by targets |"
)
METHODS = {"kfold": "K folds", "gcv": "GCV", "loo": "leave one out"}
# The workflow's own choice, which no peer offers: each fold scales X by its training rows.
STANDARDIZED = "K folds, standardized"
# What the engine is to reach: times as fast as the faster peer, share of its memory, times the floor, and how
# far the mean test correlation may lie from the peer's.
FASTER, SHARE = {"kfold": 2.0, "gcv": 8.0, "loo": 8.0}, 0.5
FLOORS, R_APART = 2.5, 0.002
FLOOR = {"gcv": "floor of GCV", "loo": "floor of leave one out"}
COUNTED = 1000
GPU_RUNS = 5
MET = {True: "met", False: "missed"}


@dataclass(frozen=True)
class Data:
    """Training and test rows; targets from pure noise to nearly pure signal."""

    X: np.ndarray
    Y: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]

    @classmethod
    def make(cls, n: int, p: int, t: int) -> "Data":
        """Draw predictors whose variances fall like those of voxels, and targets."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((n + TEST_ROWS, p), dtype=np.float32)
        X *= np.arange(1, p + 1, dtype=np.float32) ** -0.25
        Y = X @ rng.standard_normal((p, t), dtype=np.float32)
        Y *= np.sqrt(rng.random(t, dtype=np.float32)) / Y.std(axis=0)
        Y += rng.standard_normal((n + TEST_ROWS, t), dtype=np.float32)
        folds = list(KFold(FOLDS, shuffle=True, random_state=0).split(X[:n]))
        return cls(X[:n], Y[:n], X[n:], Y[n:], folds)


def ours(data: Data, selection: str, device: str = "cpu", standardize: bool = False) -> np.ndarray:
    model = RidgeCV(ALPHAS, cv=data.folds, selection=selection, device=device, standardize=standardize)
    return model.fit(data.X, data.Y).predict(data.X_test)


def peer(data: Data, kind: type) -> np.ndarray:
    model = kind(alphas=ALPHAS.astype(np.float32), cv=data.folds, fit_intercept=True)
    return model.fit(data.X, data.Y).predict(data.X_test)


def floor(data: Data, selection: str) -> None:
    """What a closed form cannot do without: Gram matrix, eigendecomposition, one projection of the targets.

    To leave one out takes the residuals of one penalty too, another product of the same size.
    """
    X = (data.X - data.X.mean(axis=0)).astype(np.float64)
    dual = X.shape[0] <= X.shape[1]
    _, vectors = np.linalg.eigh(X @ X.T if dual else X.T @ X)
    left = (vectors if dual else X @ vectors).astype(np.float32)
    projected = left.T @ data.Y
    if selection == "loo":
        left @ projected


def accuracy(predicted: np.ndarray, measured: np.ndarray) -> float:
    """Return the mean correlation over targets."""
    a, b = predicted - predicted.mean(axis=0), measured - measured.mean(axis=0)
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return float(np.mean((a * b).sum(axis=0) / np.where(scale > 0, scale, 1)))


def compare(name: str, shape: tuple[int, int, int], repeats: int) -> tuple[list[str], str]:
    """Return the table rows of a case, and which targets it meets."""
    data = Data.make(*shape)
    peers = {
        "himalaya RidgeCV": partial(peer, data, himalaya.ridge.RidgeCV),
        "himalaya KernelRidgeCV": partial(peer, data, himalaya.kernel_ridge.KernelRidgeCV),
    }
    methods: dict[str, Callable] = {label: partial(ours, data, key) for key, label in METHODS.items()}
    methods[STANDARDIZED] = partial(ours, data, "kfold", standardize=True)
    floors = {label: partial(floor, data, key) for key, label in FLOOR.items()}
    seen = side_by_side({**methods, **peers, **floors}, repeats)
    best = min((seen[key] for key in peers), key=lambda measured: measured.median)
    case = f"{name}, {' x '.join(map(str, shape))}"
    rows = [
        row(case, label, measured, best, own_floor(label, seen), data) for label, measured in seen.items()
    ]
    return rows, verdict(name, seen, best, data)


def own_floor(label: str, seen: dict[str, Measured]) -> float:
    """Return the seconds of the floor that a method is measured by: its own, or that of GCV."""
    key = "loo" if label in (METHODS["loo"], FLOOR["loo"]) else "gcv"
    return seen[FLOOR[key]].median


def verdict(name: str, seen: dict[str, Measured], best: Measured, data: Data) -> str:
    """Return which targets a case meets and which it misses."""
    said = []
    peer_r = accuracy(best.value, data.Y_test)
    for key, label in METHODS.items():
        ours_here, faster = seen[label], best.median / seen[label].median
        apart = abs(accuracy(ours_here.value, data.Y_test) - peer_r)
        checks = {f"{faster:.1f} times as fast (>= {FASTER[key]:g})": faster >= FASTER[key]}
        if key == "kfold" and best.megabytes:
            share = ours_here.megabytes / best.megabytes
            checks[f"{share:.2f} of the memory (<= {SHARE:g})"] = share <= SHARE
        if key != "kfold":
            floors = ours_here.median / own_floor(label, seen)
            checks[f"{floors:.1f} times its floor (<= {FLOORS:g})"] = floors <= FLOORS
        checks[f"r {apart:.4f} apart (<= {R_APART:g})"] = apart <= R_APART
        said.append(f"{label} " + ", ".join(f"{text} {MET[met]}" for text, met in checks.items()))
    return f"- {name}: {'; '.join(said)}."


def row(case: str, label: str, seen: Measured, best: Measured, floor_s: float, data: Data) -> str:
    r = "" if seen.value is None else f"{accuracy(seen.value, data.Y_test):.4f}"
    share = f"{seen.megabytes / best.megabytes:.2f}" if best.megabytes else ""
    times = f"{seen.median:.2f} | {best.median / seen.median:.1f} | {seen.median / floor_s:.1f}"
    return f"| {case} | {label} | {times} | {seen.megabytes:.0f} | {share} | {r} |"


def operations(name: str, shape: tuple[int, int, int]) -> str:
    """Return a table row of multiplications, in billions: of all targets, and those that these share."""
    n, p, t = shape
    a, train, held_out, side = len(ALPHAS), n * (FOLDS - 1) // FOLDS, n // FOLDS, min(n, p)
    width = side if p < n else train
    combined, products = counted(Data.make(n, p, min(t, COUNTED)))
    folds = combined * n * width + n * side * (2 if p < n else 1)
    peer_folds = a * n * train + a * n * side
    shared = [n * p * side / 2, 9 * side**3, a * n * held_out * 2 * width]
    values = [n * side, folds, peer_folds, (1 + products) * n * side]
    by_target = " | ".join(f"{value * t / 1e9:.0f}" for value in values)
    return f"| {name} | {by_target} | {combined:.1f} | {products:.1f} | {sum(shared) / 1e9:.0f} |"


def counted(data: Data) -> tuple[float, float]:
    """Return how many combinations stand for the penalties of a fold, and products with U for a target.

    The latter leaving one out: one for the likely penalty and one for each that its bounds do not exclude.
    """
    combined: list[int] = []
    columns: list[int] = []
    compressed, residuals = kfold.compressed, gcv.Residuals.of

    def recorded(operator: FoldOperator) -> FoldOperator:
        fewer = compressed(operator)
        combined.append(len(fewer.matrix))
        return fewer

    def taken(self: object, penalty: int, chosen: torch.Tensor, double: bool) -> torch.Tensor:
        columns.append(len(chosen))
        return residuals(self, penalty, chosen, double)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kfold, "compressed", recorded)
        patch.setattr(gcv.Residuals, "of", taken)
        ours(data, "kfold")
        ours(data, "loo")
    return float(np.mean(combined)), sum(columns) / data.Y.shape[1]


def growth(shape: tuple[int, int, int]) -> list[str]:
    """Return table rows of time and memory with 1, 2, 4 and 8 times the targets."""
    n, p, t = shape
    data = Data.make(n, p, 8 * t)
    lines = []
    for times in (1, 2, 4, 8):
        Y = np.ascontiguousarray(data.Y[:, : times * t])
        model = RidgeCV(ALPHAS, cv=data.folds, device="cpu")
        seconds, megabytes, _ = run(partial(model.fit, data.X, Y))
        kept = 4 * min(n, p) * Y.shape[1] / 1e6
        lines.append(f"| {times * t} | {seconds:.2f} | {megabytes:.0f} | {megabytes - kept:.0f} |")
    return lines


def on_gpu(shape: tuple[int, int, int]) -> list[str]:
    """Return a table row of the full size on a GPU, against himalaya on it, with the share of the peak.

    Each runs once before it is timed; times end when the GPU is done.
    """
    data, to_numpy = Data.make(*shape), himalaya.backend.set_backend("torch_cuda").to_numpy
    methods = {
        "ours": lambda: ours(data, "kfold", "cuda"),
        "peer": lambda: to_numpy(peer(data, himalaya.ridge.RidgeCV)),
    }
    for method in methods.values():
        method()
    seen = side_by_side({key: partial(synchronised, method) for key, method in methods.items()}, GPU_RUNS)
    A = torch.randn(8192, 8192, device="cuda")
    peak = 2 * 8192**3 / min(run(lambda: (A @ A, torch.cuda.synchronize()))[0] for _ in range(5))
    n, p, t = shape
    work = 2 * (len(ALPHAS) + 2) * n * min(n, p) * t
    seconds, theirs = seen["ours"].median, seen["peer"].median
    r = " | ".join(f"{accuracy(measured.value, data.Y_test):.4f}" for measured in seen.values())
    return [f"| {seconds:.1f} | {theirs:.1f} | {theirs / seconds:.1f} | {work / seconds / peak:.0%} | {r} |"]


def synchronised(method: Callable) -> object:
    """Return the value of a method once the GPU is done."""
    value = method()
    torch.cuda.synchronize()
    return value


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scale", type=int, default=1, help="divide all sizes by it")
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    torch.set_num_threads(args.threads)
    warnings.filterwarnings("ignore", message="ridge alpha|Solving (linear kernel )?ridge is slower")
    cases = {name: tuple(size // args.scale for size in CASES[name]) for name in args.cases}
    said: list[str] = []

    def say(*lines: str) -> None:
        print(*lines, sep="\n", flush=True)
        said.extend(lines)

    say(f"## Ridge regression\n\n{machine(args.threads)}.")
    say(f"{len(ALPHAS)} penalties, {FOLDS} folds, float32; fit and prediction of {TEST_ROWS} rows.")
    say(f"Medians of {args.repeats} runs in alternating order.\n")
    say(f"{HEADER}\n|---|---|---|---|---|---|---|---|")
    verdicts = []
    for name, shape in cases.items():
        rows, met = compare(name, shape, args.repeats)
        say(*rows)
        verdicts.append(met)
    say("", *verdicts)
    say(f"\n{OPERATIONS}\n|---|---|---|---|---|---|---|---|")
    say(*(operations(name, shape) for name, shape in cases.items()))
    say("\n| targets | s | peak MB | without the coefficients |\n|---|---|---|---|")
    say(*growth((2000 // args.scale, 1024 // args.scale, 5000 // args.scale)))
    if torch.cuda.is_available():
        sizes = " x ".join(map(str, NSD))
        say(f"\n| {sizes} on the GPU, s | himalaya, s | x faster | share of peak | test r | himalaya's |")
        say("|---|---|---|---|---|---|", *on_gpu(NSD))
    if args.page:
        replace_section(args.page, "ridge", "\n".join(said))


if __name__ == "__main__":
    sys.exit(main())
