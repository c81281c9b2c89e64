"""The encoding step with a limit on the memory of its process; prediction/test_memory.py runs it.

Arguments: folder of the tables, share of the planned memory that the limit allows, bound in GB. From the plan
on, the process may take no more than that share of what was planned, and some row groups.
"""

import json
import resource
import sys
import warnings
from pathlib import Path

import numpy as np
from tests.support.bounded_fit import address_space
from tests.support.tiny_subject import fit_options, write_tiny_subject

from cortex2image.prediction.memory import PYTHON, FitMemory, plan_memory
from cortex2image.steps import encode_voxels
from cortex2image.tables import row_groups
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import FEATURES

TRAIN, TEST, REPEATS, WIDTH, TARGETS = 300, 40, 1, 900, 40_000
ROW_GROUP, COPIES = 2**19, 20
CEILINGS = ("ncsnr", "noise_ceiling", "noise_ceiling_sd", "noise_ceiling_unclipped")


def write_subject(folder: Path) -> None:
    """Write a subject whose betas are larger than what the fit may take; a tenth of the voxels respond."""
    rng = np.random.default_rng(0)
    stimulus = np.concatenate(
        [np.repeat(np.arange(TRAIN), REPEATS), np.repeat(np.arange(TRAIN, TRAIN + TEST), 2)]
    )
    features = rng.standard_normal((TRAIN + TEST, WIDTH), dtype=np.float32)
    weights = np.zeros((WIDTH, TARGETS), np.float32)
    weights[:20, : TARGETS // 10] = rng.standard_normal((20, TARGETS // 10))
    noise = rng.standard_normal((len(stimulus), TARGETS), dtype=np.float32)
    ids = [f"stimulus-{s:04d}" for s in range(len(features))]
    n = len(stimulus)
    TRIALS.write(
        {
            "trial_id": [f"trial-{i}" for i in range(n)],
            "stimulus_id": [ids[s] for s in stimulus],
            **{name: ["1"] * n for name in ("session", "run")},
            "repetition": [0] * n,
            "split": ["train" if s < TRAIN else "test" for s in stimulus],
            "fold": [None] * n,
            **{name: [1.0] * n for name in ("onset", "duration")},
        },
        folder / "trials.parquet",
    )
    FEATURES.write({"stimulus_id": ids, "feature": vectors(features)}, folder / "features.parquet")
    row_groups.ROW_GROUP_BYTES = ROW_GROUP
    betas = features[stimulus] @ weights + 3 * noise
    BETAS.write(
        {"trial_id": [f"trial-{i}" for i in range(n)], "beta": vectors(betas)}, folder / "betas.parquet"
    )
    VOXELS.write(
        {
            "voxel_id": range(TARGETS),
            **{name: [0] * TARGETS for name in "ijk"},
            "roi": ["early"] * TARGETS,
            "hemisphere": ["left"] * TARGETS,
            **dict.fromkeys(CEILINGS, [None] * TARGETS),
        },
        folder / "voxels.parquet",
    )


def run(folder: Path, bound: float) -> None:
    paths = {name: str(folder / f"{name}.parquet") for name in ("trials", "betas", "voxels", "features")}
    options = fit_options(paths, max_memory_gb=bound, encode={"permutations": 100, "resamples": 40})
    outputs = {name: str(folder / f"{name}.parquet") for name in ("encoding", "resamples", "predictions")}
    encode_voxels.main([*options, *(part for name, path in outputs.items() for part in (f"--{name}", path))])


def limited_plan(share: float):
    """Return `plan_memory`, which also limits the memory of the process from then on."""

    def plan(*args, **options) -> FitMemory:
        memory = plan_memory(*args, **options)
        planned = int(share * (memory.total - PYTHON))
        limit = address_space() + planned + COPIES * ROW_GROUP
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        print(json.dumps({"planned": planned, "passes": memory.passes}), flush=True)
        return memory

    return plan


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="ridge alpha")
    where, share, bound = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    # Libraries allocate memory at the first fit and at the first large product.
    warm = where / "warm"
    warm.mkdir(exist_ok=True)
    write_tiny_subject(warm)
    run(warm, 0.1)
    for dtype in (np.float32, np.float64):
        np.ones((600, 600), dtype) @ np.ones((600, 600), dtype)
    encode_voxels.plan_memory = limited_plan(share)
    run(where, bound)
