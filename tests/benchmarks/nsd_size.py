"""Benchmark of encoding and decoding at the size of NSD; prints a section of docs/benchmarks.md per case.

    PYTHONPATH=workflow:. python tests/benchmarks/nsd_size.py --folder /somewhere/with/55/GB --threads 2 \\
        --page docs/benchmarks.md

Writes the tables of one synthetic subject, unless they are there (see nsd_subject.py): 30,000 trials of
10,000 pictures, of which 1,000 are held out. Then runs the steps, each in a process of its own with the
settings of config/nsd.yaml, and compares memory and speed with the goals. Betas of the whole brain take 44 GB
of disk, those of `streams` 3.4, features 2.6. `--voxels 37000` encodes a tenth of the brain, and `--scale`
divides all sizes for a quick look. Delete the folder after an edit of nsd_subject.py.
"""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import yaml
from tests.benchmarks.fit_operations import Fit, gemm_rate
from tests.benchmarks.measure import machine, replace_section
from tests.benchmarks.nsd_subject import DECODED_FROM, REPEATS, Size, Subject
from tests.benchmarks.step_process import Seen, run_step_process

from cortex2image.planning.code import declared_reads
from cortex2image.study.config import resolve, slice_json

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config/nsd.yaml"
SUBJECT = "sub-01"
STREAMS = 28_000
# Goals: most memory in GB, least share of the machine's rate outside decompositions, least mean score.
PEAK_GB, SHARE, R = 20.0, 0.6, 0.1
MET = {True: "met", False: "missed"}
HEADER = (
    "\n| case | rows x predictors x targets | s | decomposing, s | peak GB | VmHWM, GB "
    "| without pages of files, GB | thousand billion multiplications | share of GEMM rate | mean r |"
    "\n|---|---|---|---|---|---|---|---|---|---|"
)
# Lines of a log that only count.
COUNTING = re.compile(r": \d+(/\d+)? after \d+ s$")


@dataclass(frozen=True)
class Case:
    """A step with its feature space; `whole` stands for the number of voxels that is asked for."""

    step: str
    space: str
    whole: bool = False

    def voxels(self, whole: int, scale: int) -> int:
        """Return the number of voxels of the betas."""
        return whole if self.whole else STREAMS // scale


CASES = {
    "encode c, streams": Case("encode_voxels", "c"),
    "encode z, whole brain": Case("encode_voxels", "z", whole=True),
    "decode c": Case("decode_features", "c"),
}
# The last one has a score of every target.
OUTPUTS = {
    "encode_voxels": ("resamples", "predictions", "encoding"),
    "decode_features": ("decoded", "scores"),
}


def settings(case: Case, ridge: dict[str, Any]) -> str:
    """Return what a case's step reads of config/nsd.yaml, with changes in `ridge`, as JSON."""
    config = yaml.safe_load(CONFIG.read_text())
    config["ridge"] |= ridge
    config["decode"]["rois"] = {space: [DECODED_FROM] for space in ("z", "c")}
    study = resolve(config, str(CONFIG))
    return slice_json(study, declared_reads(case.step), subject=SUBJECT, space=case.space)


def options(case: Case, subject: Subject, voxels: int, chosen: str, threads: int) -> list[str]:
    """Return the options of the step's command line, after writing the tables that are missing."""
    files = {
        "trials": subject.trials(),
        "betas": subject.betas(voxels),
        "features": subject.features(case.space),
        "voxels": subject.voxels(voxels),
        **{name: result(case, subject, voxels, name) for name in OUTPUTS[case.step]},
    }
    named = {"subject": SUBJECT, "space": case.space, **files, "settings": chosen, "threads": threads}
    return [word for name, value in named.items() for word in (f"--{name}", str(value))]


def result(case: Case, subject: Subject, voxels: int, name: str) -> Path:
    """Return the path of an output of a case."""
    return subject.folder / f"results/{case.step}-{case.space}-{voxels}-{name}.parquet"


def fit_of(case: Case, size: Size, voxels: int, chosen: str) -> Fit:
    """Return the sizes of the fit of a case."""
    ridge, width = json.loads(chosen)["ridge"], size.widths[case.space]
    pictures = size.pictures - size.test_pictures
    penalties = {"alphas": len(ridge["alphas"]), "folds": ridge["folds"], "own_scales": True}
    if case.step == "decode_features":
        return Fit(pictures * REPEATS, size.decoded_from, width, size.test_pictures, **penalties)
    return Fit(pictures, width, voxels, size.test_pictures, **penalties)


def mean_r(case: Case, subject: Subject, voxels: int) -> float:
    """Return the mean score of the targets of a case."""
    path = result(case, subject, voxels, OUTPUTS[case.step][-1])
    return float(np.nanmean(pq.read_table(path, columns=["r"])["r"].to_numpy()))


def row(name: str, fit: Fit, seen: Seen, rate: float, r: float) -> str:
    """Return the table row of a case."""
    sizes = f"{fit.rows} x {fit.predictors} x {fit.targets}"
    memory = f"{seen.peak_gb:.2f} | {seen.polled_gb:.2f} | {seen.own_gb:.2f}"
    work = f"{fit.multiplications / 1e12:.3g} | {share_of(fit, seen, rate):.0%} | {r:.3f}"
    return f"| {name} | {sizes} | {seen.seconds:.1f} | {seen.decomposing:.1f} | {memory} | {work} |"


def share_of(fit: Fit, seen: Seen, rate: float) -> float:
    """Return the share of the machine's rate outside decompositions; reading and writing take time too."""
    return fit.multiplications / (seen.seconds - seen.decomposing) / rate


def parts(name: str, fit: Fit, seen: Seen, rate: float, r: float) -> list[str]:
    """Return the goals that a case meets and misses, and its log without lines that only count."""
    share = share_of(fit, seen, rate)
    checks = {
        f"{seen.peak_gb:.1f} GB (<= {PEAK_GB:g})": seen.peak_gb <= PEAK_GB,
        f"{share:.0%} of the rate (>= {SHARE:.0%})": share >= SHARE,
        f"mean r {r:.2f} (>= {R:g})": r >= R,
    }
    log = [
        f"    {second:8.1f} s  {line.replace(f'{ROOT}/', '')}"
        for second, line in seen.log
        if not COUNTING.search(line)
    ]
    return [f"\n{name}: {', '.join(f'{text} {MET[met]}' for text, met in checks.items())}. Its log:\n", *log]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the tables are kept")
    parser.add_argument("--cases", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--voxels", type=int, default=370_000, help="voxels of the whole brain")
    parser.add_argument("--scale", type=int, default=1, help="divide all sizes by it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--max-memory-gb", type=float, help="setting of this name; as the config has it if left out"
    )
    parser.add_argument("--only-write", action="store_true", help="write the tables, run no step")
    parser.add_argument("--page", type=Path, help="page whose sections are replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    size, whole = Size().divided(args.scale), args.voxels // args.scale
    subject = Subject(args.folder / f"{size.pictures}-pictures", size)
    chosen = {name: CASES[name] for name in args.cases}
    if args.only_write:
        for case in chosen.values():
            options(case, subject, case.voxels(whole, args.scale), "{}", args.threads)
        return
    # In another process, so that this one stays small: its memory counts as that of the steps.
    subprocess.run([sys.executable, *sys.argv, "--only-write"], check=True)
    ridge: dict[str, Any] = {"device": "cpu"}
    if args.max_memory_gb:
        ridge["max_memory_gb"] = args.max_memory_gb
    rate = gemm_rate(args.threads)
    for name, case in chosen.items():
        voxels, values = case.voxels(whole, args.scale), settings(case, ridge)
        command = options(case, subject, voxels, values, args.threads)
        seen = run_step_process(case.step, command, args.threads, subject.folder / "report.json")
        known = name, fit_of(case, size, voxels, values), seen, rate, mean_r(case, subject, voxels)
        lines = [
            f"## The size of NSD: {name}\n\n{machine(args.threads)}.",
            f"{size.trials} trials of {voxels} voxels; {size.pictures} pictures, "
            f"of which {size.test_pictures} are held out. "
            f"Products of float32 matrices run at {rate / 1e9:.0f} billion multiplications a second.",
            HEADER,
            row(*known),
            *parts(*known),
        ]
        print(*lines, sep="\n", flush=True)
        if args.page:
            replace_section(args.page, f"nsd size, {name}", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
