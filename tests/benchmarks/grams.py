"""Benchmark of layers of the U-Net as predictors; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python -m tests.benchmarks.grams --folder /somewhere/with/4/GB --threads 2 \\
        --page docs/benchmarks.md

A twentieth of a subject of NSD, 450 stimuli, in five layers of Stable Diffusion 1.4 at three denoising
steps: synthetic activity in half precision is written, one step after the other, and deleted once the step
gram_features has taken its inner products, in a process of its own. Then 10,000 stimuli of 33,000 units,
whose memory is that of a whole subject, and fits from one table of inner products to more and more voxels.
"""

import argparse
import re
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from tests.benchmarks.fit_operations import gemm_rate
from tests.benchmarks.measure import machine, replace_section, side_by_side
from tests.benchmarks.step_process import Seen, run_step_process

from cortex2image.features.activity import Captured, new_shard
from cortex2image.features.gram import multiplications, need_bytes
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.ridge import basis
from cortex2image.ridge.estimator import RidgeCV
from cortex2image.ridge.kernels import Kernel
from cortex2image.study.space_names import parse_space
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import GRAMS

SD = MODEL_SETS["stable-diffusion-v1-4"]
LAYERS, STEPS = ("down0", "down2", "mid", "up1", "up3"), (5, 20, 40)
STIMULI, HELD_OUT = 450, 10  # one in so many is a test stimulus
WHOLE, WHOLE_UNITS = 10_000, 33_000
VOXELS, BLOCK, RUNS = (7_000, 14_000, 28_000), 1_400, 3
# Bytes of Python and the libraries of the step.
PROGRAM = 0.23e9
ALPHAS, FOLDS = tuple(10.0**power for power in range(-1, 8)), 5
MEMORY, LINEAR = 0.2, 0.25
POOL = 2**23
MET = {True: "met", False: "missed"}


@dataclass(frozen=True)
class Taken:
    """The inner products of one space: its sizes, and what was seen of the step."""

    space: str
    stimuli: int
    width: int
    seen: Seen

    @property
    def planned_gb(self) -> float:
        return (PROGRAM + need_bytes(self.stimuli, self.stimuli, self.width)) / 1e9

    @property
    def multiplying(self) -> float:
        """Seconds in which columns were read and multiplied, as the step says."""
        said = [re.search(r"inner products.* done in ([\d.]+) s", line) for _, line in self.seen.log]
        return max(0.05, *(float(found[1]) for found in said if found))

    @property
    def rate(self) -> float:
        """Multiplications a second."""
        return multiplications(self.stimuli, self.width) / self.multiplying


def ids_of(stimuli: int) -> list[str]:
    return [f"stimulus-{number:05d}" for number in range(stimuli)]


def write_trials(stimuli: int, path: Path) -> None:
    """Write a trial per stimulus; every tenth is a test stimulus."""
    numbers = range(stimuli)
    columns: dict[str, Sequence[object]] = {
        "trial_id": [f"trial-{number}" for number in numbers],
        "stimulus_id": ids_of(stimuli),
        "session": ["ses-1"] * stimuli,
        "run": ["run-1"] * stimuli,
        "repetition": [0] * stimuli,
        "split": ["train" if number % HELD_OUT else "test" for number in numbers],
        "fold": [None] * stimuli,
        "onset": [0.0] * stimuli,
        "duration": [3.0] * stimuli,
    }
    TRIALS.write(columns, path)


def write_activity(folder: Path, stimuli: int, widths: dict[str, int]) -> None:
    """Write the folder of a pass: rows are stretches of a pool of random numbers, around means of units."""
    rng = np.random.default_rng(0)
    pool = rng.standard_normal(POOL, np.float32)
    means = 3 * rng.standard_normal(POOL, np.float32)
    captured = {space: Captured(width, "float16") for space, width in widths.items()}
    with new_shard(folder, ids_of(stimuli), captured, {}) as shard:
        for space, width in widths.items():
            for first in rng.integers(0, POOL - width, stimuli):
                shard.append(space, (means[:width] + pool[first : first + width])[None])


def take(folder: Path, space: str, stimuli: int, width: int, threads: int) -> Taken:
    """Run the step on one space."""
    options = {
        "subject": "sub-01",
        "space": space,
        "trials": folder / f"trials-{stimuli}.parquet",
        "activity": folder / "activity",
        "grams": folder / f"{space}.parquet",
        "threads": threads,
    }
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    seen = run_step_process("gram_features", words, threads, folder / "report.json")
    return Taken(space, stimuli, width, seen)


def take_pass(folder: Path, stimuli: int, widths: dict[str, int], threads: int) -> Iterator[Taken]:
    """Write the activity of a pass, take the inner products of each of its spaces, and delete it."""
    write_trials(stimuli, folder / f"trials-{stimuli}.parquet")
    write_activity(folder / "activity", stimuli, widths)
    try:
        for space, width in widths.items():
            yield take(folder, space, stimuli, width, threads)
    finally:
        shutil.rmtree(folder / "activity")


def widths_at(step: int, divisor: int) -> dict[str, int]:
    """Return the widths of the layers at a step."""
    spaces = [parse_space(f"unet-{layer}-n0.8-t{step}") for layer in LAYERS]
    return {str(space): space.width(SD) // divisor for space in spaces}


def fits(path: Path, threads: int) -> list[tuple[int, float, float]]:
    """Fit random voxels; return voxels, the median of seconds, and decompositions of each fit."""
    products = matrix(GRAMS.read(path), "products")
    cases = {str(count): lambda count=count: fit(products, count, threads) for count in VOXELS}
    with patch.object(basis, "eigh", wraps=basis.eigh) as decompose, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # penalties of voxels that nothing predicts
        measured = side_by_side(cases, RUNS)
    once = decompose.call_count / len(VOXELS) / RUNS
    return [(int(name), seen.median, once) for name, seen in measured.items()]


def fit(products: np.ndarray, voxels: int, threads: int) -> None:
    """Fit voxels block by block, and predict the test stimuli."""
    train, rng = len(products) * (HELD_OUT - 1) // HELD_OUT, np.random.default_rng(1)
    blocks = (rng.standard_normal((train, BLOCK), np.float32) for _ in range(voxels // BLOCK))
    new = Kernel(products[train:, :train])
    ridge = RidgeCV(ALPHAS, cv=FOLDS, threads=threads, device="cpu")
    for _ in ridge.predict_blocks(Kernel(products[:train, :train]), blocks, new):
        pass


def table(taken: Sequence[Taken], rate: float) -> list[str]:
    """Return the rows of the inner products."""
    titles = (
        "space",
        "stimuli x units",
        "step, s",
        "products, s",
        "peak GB",
        "planned",
        "of GEMM rate",
    )
    head = f"\n| {' | '.join(titles)} |\n{'|---' * len(titles)}|"
    return [head, *(row(each, rate) for each in taken)]


def row(each: Taken, rate: float) -> str:
    seconds = f"{each.seen.seconds:.1f} | {each.multiplying:.1f}"
    memory = f"{each.seen.own_gb:.2f} | {each.planned_gb:.2f}"
    sizes = f"{each.stimuli} x {each.width}"
    return f"| {each.space} | {sizes} | {seconds} | {memory} | {each.rate / rate:.0%} |"


def verdicts(taken: Sequence[Taken], fitted: Sequence[tuple[int, float, float]]) -> list[str]:
    """Return what was asked for, and whether it was met."""
    apart = max(abs(each.seen.own_gb / each.planned_gb - 1) for each in taken)
    each_voxel = [seconds / voxels for voxels, seconds, _ in fitted]
    slope = each_voxel[-1] / each_voxel[0] - 1
    times = ", ".join(f"{voxels} voxels {seconds:.2f} s" for voxels, seconds, _ in fitted)
    once = fitted[0][2]
    return [
        f"\n- Memory at most {apart:.0%} from the plan (<= {MEMORY:.0%}) {MET[apart <= MEMORY]}.",
        f"- Fits from one table: {times}; {slope:+.0%} for each voxel from the first to the last "
        f"(<= +{LINEAR:.0%}) {MET[slope <= LINEAR]}.",
        f"- Decompositions of each fit: {once:g} (one) {MET[once == 1]}.",
    ]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="scratch; what is written goes again")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scale", type=int, default=1, help="divide the units of layers by it")
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rate, taken = gemm_rate(args.threads), []
    for step in STEPS:
        taken += take_pass(args.folder, STIMULI, widths_at(step, args.scale), args.threads)
    fitted = fits(args.folder / f"{taken[-1].space}.parquet", args.threads)
    whole = {"unet-up3-n0.2-t5": WHOLE_UNITS}
    taken += take_pass(args.folder, WHOLE, whole, args.threads)
    lines = [
        f"## Inner products of layers\n\n{machine(args.threads)}.",
        f"Products of float32 matrices run at {rate / 1e9:.0f} billion multiplications a second. Seconds are "
        "those of the whole step, and of reading and multiplying. Peak memory is without pages of files.",
        *table(taken, rate),
        *verdicts(taken, fitted),
    ]
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "grams", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
