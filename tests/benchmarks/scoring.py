"""Benchmark of scoring a study of the size of NSD; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python -m tests.benchmarks.scoring --folder /somewhere/with/3/GB --threads 2 \\
        --page docs/benchmarks.md

Two cases, each in a process of its own, with made-up inputs. Identification: 982 reconstructions are
correlated with 982 originals by 263,168 features of each, which lie on the disk, and searched among them.
Null of SSIM: one sample of 1,000 pictures of 512 px, and 10,000 permutations. Memory is what a process holds
beside pages of files, above what it held when its inputs were ready.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tests.benchmarks.measure import machine, replace_section, resident
from tests.benchmarks.step_process import IMPORTED_FROM, THREAD_VARIABLES, watched

PICTURES, FEATURES = 982, 263_168
SHOWN, SIDE, DRAWS = 1000, 512, 10_000
CHECKED = 8
GOALS = {"identification": (10.0, 1.0), "ssim": (300.0, None)}
MET = {True: "met", False: "missed"}
HEADER = "| case | s | CPU s | peak GB | p | float64 differs by |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Case:
    """What a process says of its work: seconds, those of all cores, GB held before, p, largest error of r."""

    seconds: float
    cpu: float
    held_gb: float
    p: float
    apart: float | None = None


def write_features(folder: Path, pictures: int, features: int) -> None:
    """Write features of originals and of reconstructions that resemble them, with means far from 0."""
    rng = np.random.default_rng(0)
    shape = (pictures, features)
    both = [np.lib.format.open_memmap(folder / name, "w+", np.float32, shape) for name in ("a.npy", "b.npy")]
    for row in range(pictures):
        original = rng.standard_normal(features, np.float32)
        both[0][row] = np.maximum(3 + original, 0)
        both[1][row] = np.maximum(3 + 0.1 * original + rng.standard_normal(features, np.float32), 0)


def identification(folder: Path) -> Case:
    """Correlate and search all features in a folder."""
    from cortex2image.metrics.identification import two_way
    from cortex2image.metrics.similarity import Rows, correlation_matrix
    from cortex2image.stats.permutation import null_means, permutation_p

    a, b = (np.load(folder / name, mmap_mode="r") for name in ("a.npy", "b.npy"))
    order = np.random.default_rng(1).permuted(np.tile(np.arange(len(a)), (DRAWS, 1)), axis=1)
    held, start, cpu = resident("RssAnon"), time.perf_counter(), time.process_time()
    similarity = correlation_matrix(Rows(a), Rows(b))
    scored = two_way(similarity)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    p = permutation_p(np.trace(scored) / len(a), null_means(scored, order), higher_is_better=True)
    some = [np.asarray(rows[:CHECKED], np.float64) for rows in (a, b)]
    expected = np.corrcoef(*some)[:CHECKED, CHECKED:]
    return Case(seconds, cpu, held / 1e3, p, float(np.abs(similarity[:CHECKED, :CHECKED] - expected).max()))


def ssim(pictures: int, side: int) -> Case:
    """Score one sample by SSIM with 10,000 permutations within groups."""
    import torch

    from cortex2image.metrics.pixels import ssim2d_of_pairs
    from cortex2image.metrics.reconstruction import score_pairs
    from cortex2image.stats.permutation import permutation_p, stimulus_permutations
    from cortex2image.stats.permutation_groups import pair_groups

    originals = np.random.default_rng(0).integers(0, 256, (pictures, side, side, 3), dtype=np.uint8)
    drawn = originals // 2 + 64
    held, start, cpu = resident("RssAnon"), time.perf_counter(), time.process_time()
    names = [f"stimulus-{number}" for number in range(pictures)]
    groups = pair_groups(0, names, np.zeros(pictures, dtype=int))
    order = stimulus_permutations(0, names, DRAWS, groups)
    scored = score_pairs(ssim2d_of_pairs, originals, drawn, order, torch.device("cpu"))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    p = permutation_p(scored.values.mean(), scored.null, higher_is_better=True)
    return Case(seconds, cpu, held / 1e3, p)


def measured(case: str, folder: Path, scale: int, threads: int) -> tuple[Case, float]:
    """Run a case in a process; return what it says, and its peak above its start in GB."""
    report = folder / "case.json"
    words = [case, "--folder", str(folder), "--scale", str(scale)]
    command = [sys.executable, "-m", "tests.benchmarks.scoring", *words]
    of_job = dict.fromkeys(THREAD_VARIABLES, str(threads)) | {"PYTHONPATH": os.pathsep.join(IMPORTED_FROM)}
    seen = watched(command, os.environ | of_job)
    found = Case(**json.loads(report.read_text()))
    return found, seen.own_gb - found.held_gb


def row(name: str, case: Case, peak: float) -> str:
    apart = "" if case.apart is None else f"{case.apart:.1e}"
    return f"| {name} | {case.seconds:.1f} | {case.cpu:.1f} | {peak:.2f} | {case.p:.1e} | {apart} |"


def verdict(name: str, case: Case, peak: float) -> str:
    """Return a line on the goals that are met and missed."""
    seconds, gigabytes = GOALS[name]
    checks = {f"{case.seconds:.1f} s (<= {seconds:g} s)": case.seconds <= seconds}
    if gigabytes is not None:
        checks[f"{peak:.2f} GB beside the inputs (<= {gigabytes:g} GB)"] = peak <= gigabytes
    return f"- {name}: " + ", ".join(f"{text} {MET[met]}" for text, met in checks.items()) + "."


def compare(args: argparse.Namespace) -> list[str]:
    """Return the lines of the section."""
    write_features(args.folder, PICTURES // args.scale, FEATURES // args.scale)
    cases = {name: measured(name, args.folder, args.scale, args.threads) for name in GOALS}
    pictures, shown = PICTURES // args.scale, SHOWN // args.scale
    return [
        f"## Scoring\n\n{machine(args.threads)}.",
        f"identification: {pictures} x {pictures} pictures by {FEATURES // args.scale} features on the disk; "
        f"ssim: the value and the null of one sample of {shown} pictures of {SIDE // args.scale} px. Both "
        f"with {DRAWS} permutations, those of ssim within groups; float64 differs from r of the first "
        f"{CHECKED} pictures.\n",
        HEADER,
        *(row(name, *case) for name, case in cases.items()),
        "",
        *(verdict(name, *case) for name, case in cases.items()),
    ]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="?", choices=[*GOALS], help="only this case, in this process")
    parser.add_argument("--folder", type=Path, required=True, help="scratch; what is written goes again")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scale", type=int, default=1, help="divide all sizes by it")
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    if args.case:
        size = SHOWN // args.scale, SIDE // args.scale
        case = identification(args.folder) if args.case == "identification" else ssim(*size)
        (args.folder / "case.json").write_text(json.dumps(asdict(case)))
        return
    lines = compare(args)
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "scoring", "\n".join(lines))
    for name in ("a.npy", "b.npy", "case.json"):
        (args.folder / name).unlink()


if __name__ == "__main__":
    main()
