"""False discoveries of encoding models in simulated studies; prints a section of docs/benchmarks.md.

    PYTHONPATH=workflow:. python tests/benchmarks/encoding_fdr.py --page docs/benchmarks.md

Each study has features, betas of planted voxels, which respond linearly to them, and of silent ones, and
goes through the fit and the scorer of the workflow. Half of the variance of the noise is common to blocks of
20 voxels. Three designs: pictures in training and test set; runs held out in turn, each trial a picture of
its own; runs held out in turn, in which the same eight categories come back.
"""

import argparse
import io
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tests.benchmarks.measure import machine, replace_section
from threadpoolctl import threadpool_limits

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.encoding.voxel_scores import VoxelScores
from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.predictions import RidgeSettings
from cortex2image.prediction.responses import Responses
from cortex2image.prediction.voxelwise import encode_test_trials
from cortex2image.ridge.repeats import PerTrial
from cortex2image.seeds import rng_for, seed_for

VOXELS, PLANTED, BLOCK, FDR, LEVEL = 400, 100, 20, 0.05, 0.05
TRAINING, TEST, REPEATS, RUNS, CATEGORIES, WIDTH = 200, 60, 3, 12, 8, 40
PERMUTATIONS, RESAMPLES, ALPHAS = 1000, 40, (1.0, 10.0, 100.0, 1000.0, 10_000.0)
NULLS = {"p": ("q", "q_by"), "p_permutation": ("q_permutation", None)}
HEADER = (
    "| design | null | silent voxels with p < 0.05, % | false discoveries at q < 0.05, % | by Benjamini and "
    "Yekutieli, % | planted voxels found, % | by Benjamini and Yekutieli, % |\n|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Design:
    """Features of stimuli, and the stimulus, split and fold of each trial."""

    features: np.ndarray
    trials: Trials
    row: np.ndarray


def split(rng: np.random.Generator) -> Design:
    """Pictures in training and test set, the latter shown three times."""
    row = np.concatenate([np.arange(TRAINING), np.repeat(np.arange(TRAINING, TRAINING + TEST), REPEATS)])
    trials = trials_of(row, np.where(row < TRAINING, "train", "test"), None)
    return Design(decaying(rng, TRAINING + TEST), trials, row)


def pictures(rng: np.random.Generator) -> Design:
    """Runs held out in turn; each trial shows a picture of its own."""
    row = np.arange(RUNS * CATEGORIES)
    trials = trials_of(row, np.full(len(row), "train"), row // CATEGORIES)
    return Design(decaying(rng, len(row)), trials, row)


def categories(rng: np.random.Generator) -> Design:
    """Runs held out in turn; each shows eight categories, whose features are the same in every run."""
    row = np.arange(RUNS * CATEGORIES)
    trials = trials_of(row, np.full(len(row), "train"), row // CATEGORIES)
    return Design(np.tile(decaying(rng, CATEGORIES), (RUNS, 1)), trials, row)


DESIGNS: dict[str, Callable[[np.random.Generator], Design]] = {
    f"{TRAINING} training pictures, {TEST} test pictures": split,
    f"{RUNS} runs of {CATEGORIES} pictures, cross-validated": pictures,
    f"{RUNS} runs of {CATEGORIES} categories, cross-validated": categories,
}


def decaying(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Return features whose variances decay, as those of networks do."""
    return rng.standard_normal((rows, WIDTH)) * np.arange(1, WIDTH + 1) ** -0.5


def trials_of(row: np.ndarray, sides: np.ndarray, fold: np.ndarray | None) -> Trials:
    runs = np.arange(len(row)) // CATEGORIES
    return Trials(
        np.array([f"s-{i:04d}" for i in row]), np.array([f"run-{i:03d}" for i in runs]), sides, fold
    )


def betas_of(rng: np.random.Generator, design: Design) -> np.ndarray:
    """Return betas of the planted voxels, the first ones, and of silent ones; runs have offsets."""
    weights = rng.standard_normal((WIDTH, PLANTED))
    signal = design.features @ weights
    signal /= signal.std(axis=0)
    trials = len(design.row)
    noise = rng.standard_normal((trials, VOXELS))
    noise += np.repeat(rng.standard_normal((trials, VOXELS // BLOCK)), BLOCK, axis=1)
    betas = noise / np.sqrt(2) + rng.standard_normal((trials, VOXELS))[np.arange(trials) // CATEGORIES]
    betas[:, :PLANTED] += rng.uniform(0.2, 1.2, PLANTED) * signal[design.row]
    return betas.astype(np.float32)


def scores_of(design: Design, betas: np.ndarray, seed: int) -> VoxelScores:
    """Fit and score one study."""
    scorer = Scorer(VOXELS, Scoring(PERMUTATIONS, RESAMPLES, design.trials.fold is not None, seed))
    settings = RidgeSettings(ALPHAS, folds=5, average_repeats=["test"], seed=seed, device="cpu", threads=1)
    features = PerTrial(design.features.astype(np.float32), design.row)
    responses = Responses(*betas.shape, lambda: [(np.arange(len(betas)), betas)])
    encode_test_trials(features, responses, design.trials, settings, VOXELS, scorer)
    return scorer.scores(np.full(VOXELS, np.nan), None)


def discoveries(q: np.ndarray) -> tuple[float, float]:
    """Return the share of silent voxels among those found, 0 if none are, and of planted ones found."""
    found = q < FDR
    return found[PLANTED:].sum() / max(found.sum(), 1), found[:PLANTED].mean()


def rates(scores: VoxelScores, p: str) -> list[float]:
    """Return the shares of one study that a row of the table shows."""
    false, power = zip(
        *((discoveries(getattr(scores, q)) if q else (np.nan, np.nan)) for q in NULLS[p]), strict=True
    )
    return [float(np.mean(getattr(scores, p)[PLANTED:] < LEVEL)), *false, *power]


def study(name: str, number: int) -> dict[str, list[float]]:
    """Simulate one study of a design, and return its rates under each null."""
    rng = rng_for(0, "study", name, number)
    design = DESIGNS[name](rng)
    scores = scores_of(design, betas_of(rng, design), seed_for(0, "scores", name, number))
    return {p: rates(scores, p) for p in NULLS}


def line(name: str, p: str, studies: Sequence[dict[str, list[float]]]) -> str:
    """Return a row of the table: means over studies, and their standard errors."""
    values = 100 * np.array([rates_of[p] for rates_of in studies])
    means, errors = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    cells = [
        "" if np.isnan(mean) else f"{mean:.2f} ± {error:.2f}"
        for mean, error in zip(means, errors, strict=True)
    ]
    null = {"p": "Gaussian", "p_permutation": "permutation"}[p]
    return f"| {name} | {null} | {' | '.join(cells)} |"


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=60, help="simulated studies of each design")
    parser.add_argument("--page", type=Path, help="page whose section is replaced; only printed without it")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    torch.set_num_threads(1)
    threadpool_limits(1, user_api="blas")
    rows = []
    for name in DESIGNS:
        # Each study would report the progress of its fits, and penalties at the edge of the few candidates.
        with redirect_stderr(io.StringIO()), warnings.catch_warnings(action="ignore"):
            studies = [study(name, number) for number in range(args.studies)]
        rows += [line(name, p, studies) for p in NULLS]
    lines = [
        f"## False discoveries of encoding models\n\n{machine(1)}.",
        f"{args.studies} simulated studies of each design: {PLANTED} voxels that respond to "
        f"{WIDTH} features, and {VOXELS - PLANTED} silent ones; half of the\nnoise is common to blocks of "
        f"{BLOCK} voxels. "
        f"{PERMUTATIONS} permutations. Means over studies and their standard errors.\n",
        HEADER,
        *rows,
    ]
    print(*lines, sep="\n")
    if args.page:
        replace_section(args.page, "encoding fdr", "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
