"""Benchmarks of the ridge solver against himalaya; prints a section of docs/benchmarks.md.

    OMP_NUM_THREADS=2 PYTHONPATH=workflow:. python tests/benchmarks/ridge.py --threads 2 \\
        --page docs/benchmarks.md

All methods of a case run in one process on the same data, penalties and folds, in turns, with as many
threads; times are medians. `--scale` divides all sizes for a quick look, `--cases` chooses some.
"""

import argparse
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import himalaya.kernel_ridge
import himalaya.ridge
import numpy as np
import torch
from tests.benchmarks.measure import Measured, machine, replace_section, run, side_by_side
from tests.benchmarks.ridge_methods import (
    ALPHAS,
    FOLDS,
    TEST_ROWS,
    Data,
    accuracy,
    floor,
    operations,
    ours,
    peer,
)

from cortex2image.ridge import RidgeCV

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
# Goals of the solver: how many times as fast as the faster peer, largest share of the peer's memory, largest
# multiple of the floor, and largest difference from the peer's mean test correlation.
FASTER, SHARE = {"kfold": 2.0, "gcv": 8.0, "loo": 8.0}, 0.5
FLOORS, R_APART = 2.5, 0.002
FLOOR = {"gcv": "floor of GCV", "loo": "floor of leave one out"}
GPU_RUNS = 5
MET = {True: "met", False: "missed"}


def compare(name: str, shape: tuple[int, int, int], repeats: int) -> tuple[list[str], str]:
    """Return the table rows of a case, and a line on the goals it meets."""
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
    """Return the seconds of the floor of a method: that of leave one out, or else that of GCV."""
    key = "loo" if label in (METHODS["loo"], FLOOR["loo"]) else "gcv"
    return seen[FLOOR[key]].median


def verdict(name: str, seen: dict[str, Measured], best: Measured, data: Data) -> str:
    """Return a line on the goals that a case meets and misses."""
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
    """Return the table row of a method."""
    r = "" if seen.value is None else f"{accuracy(seen.value, data.Y_test):.4f}"
    share = f"{seen.megabytes / best.megabytes:.2f}" if best.megabytes else ""
    times = f"{seen.median:.2f} | {best.median / seen.median:.1f} | {seen.median / floor_s:.1f}"
    return f"| {case} | {label} | {times} | {seen.megabytes:.0f} | {share} | {r} |"


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
    """Return the table row of a full-size case on a GPU, against himalaya, with the share of peak speed.

    Each method runs once before it is timed; a time ends when the GPU is done.
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
    """Call a method, wait for the GPU, and return the value."""
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
