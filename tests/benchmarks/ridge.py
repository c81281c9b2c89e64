"""Benchmarks of the ridge solver against himalaya; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python tests/benchmarks/ridge.py --threads 2 --page docs/benchmarks.md

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
from tests.benchmarks.fit_operations import gemm_rate
from tests.benchmarks.measure import Measured, machine, replace_section, run, side_by_side
from tests.benchmarks.ridge_goals import FASTER, FASTER_SMALL, FLOOR, METHODS, STANDARDIZED, Seen, verdict
from tests.benchmarks.ridge_methods import (
    ALPHAS,
    FOLDS,
    TEST_ROWS,
    Data,
    accuracy,
    floor,
    ours,
    peer,
    solver,
)
from tests.benchmarks.ridge_operations import HEADER as OPERATIONS
from tests.benchmarks.ridge_operations import Operations
from threadpoolctl import threadpool_limits

SMALL = "small"
CASES = {
    SMALL: (900, 3000, 2500),
    "decode, tall": (3000, 1500, 6400),
    "decode, wide": (1500, 6000, 6400),
    "encode": (2000, 6400, 20_000),
    "whole-brain encode": (2000, 1024, 100_000),
}
NSD = (8859, 7604, 59_136)
HEADER = "| case | method | s | x faster than peer | times own floor | peak MB | share of peer | test r |"
GPU_RUNS = 5


def compare(
    name: str, data: Data, operations: Operations, repeats: int, rate: float
) -> tuple[list[str], str]:
    """Return the table rows of a case, and a line on the goals it meets."""
    peers = {
        "himalaya RidgeCV": partial(peer, data, himalaya.ridge.RidgeCV),
        "himalaya KernelRidgeCV": partial(peer, data, himalaya.kernel_ridge.KernelRidgeCV),
    }
    methods: dict[str, Callable] = {label: partial(ours, data, key) for key, label in METHODS.items()}
    methods[STANDARDIZED] = partial(ours, data, "kfold", standardize=True)
    floors = {label: partial(floor, data, key) for key, label in FLOOR.items()}
    measured = side_by_side({**methods, **peers, **floors}, repeats)
    best = min((measured[key] for key in peers), key=lambda one: one.median)
    seen = Seen(measured, best, data.Y_test, operations.beyond_floor / rate)
    case = f"{name}, {' x '.join(map(str, operations.shape))}"
    rows = [row(case, label, one, seen) for label, one in measured.items()]
    return rows, verdict(name, seen, FASTER_SMALL if name == SMALL else FASTER)


def row(case: str, label: str, measured: Measured, seen: Seen) -> str:
    """Return the table row of a method."""
    r = "" if measured.value is None else f"{accuracy(measured.value, seen.Y_test):.4f}"
    share = f"{measured.megabytes / seen.best.megabytes:.2f}" if seen.best.megabytes else ""
    floors = measured.median / seen.own_floor(label)
    times = f"{measured.median:.2f} | {seen.faster(label):.1f} | {floors:.1f}"
    return f"| {case} | {label} | {times} | {measured.megabytes:.0f} | {share} | {r} |"


def growth(shape: tuple[int, int, int]) -> list[str]:
    """Return table rows of time and memory with 1, 2, 4 and 8 times the targets."""
    n, p, t = shape
    data = Data.make(n, p, 8 * t)
    lines = []
    for times in (1, 2, 4, 8):
        Y = np.ascontiguousarray(data.Y[:, : times * t])
        model = solver(cv=data.folds)
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
    threadpool_limits(args.threads, user_api="blas")
    rate = gemm_rate(args.threads)
    warnings.filterwarnings("ignore", message="ridge alpha|Solving (linear kernel )?ridge is slower")
    cases = {name: tuple(size // args.scale for size in CASES[name]) for name in args.cases}
    said: list[str] = []

    def say(*lines: str) -> None:
        print(*lines, sep="\n", flush=True)
        said.extend(lines)

    say(f"## Ridge regression\n\n{machine(args.threads)}.")
    say(f"{len(ALPHAS)} penalties, {FOLDS} folds, float32; fit and prediction of {TEST_ROWS} rows.")
    say(f"Medians of {args.repeats} runs in alternating order.")
    say(f"Products of float32 matrices run at {rate / 1e9:.0f} billion multiplications a second.\n")
    say(f"{HEADER}\n|---|---|---|---|---|---|---|---|")
    verdicts, counts = [], {}
    for name, shape in cases.items():
        counts[name] = Operations.count(shape)
        rows, met = compare(name, Data.make(*shape), counts[name], args.repeats, rate)
        say(*rows)
        verdicts.append(met)
    say("", *verdicts)
    say(f"\n{OPERATIONS}", *(operations.row(name) for name, operations in counts.items()))
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
