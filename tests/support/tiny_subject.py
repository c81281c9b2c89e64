"""The tables that the ridge steps read, of one subject with 64 trials and 15 voxels."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from tests.support.studies import as_option

from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import FEATURES

SHAPE = (5, 4, 3)
AFFINE = np.array([[-3.0, 0, 0, 30], [0, 2, 0.5, -20], [0, -0.5, 2, 10], [0, 0, 0, 1]])
TRAIN, TEST, REPEATS = 40, 8, 3
VOXELS_PER_ROI = {"early": 6, "ventral": 5, "unlabelled": 4}
SILENT = slice(11, 15)
WIDTH, CONSTANT_UNIT = 4, 2
RIDGE = {"alphas": [0.1, 1, 10, 100], "folds": 4, "selection": "kfold", "device": "cpu"}


def write_tiny_subject(folder: Path, folds: int = 0) -> dict[str, str]:
    """Write trials, betas, voxels and features to `folder`; return their paths by option name.

    40 training stimuli are shown once and 8 test stimuli 3 times, in runs of 8 trials. The voxels respond
    linearly to the features, except for the unlabelled ones, which hold noise; one feature is constant.
    With `folds` every trial has a stimulus of its own, and its run is held out in one fold.
    """
    rng = np.random.default_rng(5)
    stimulus = np.concatenate([np.arange(TRAIN), np.repeat(np.arange(TRAIN, TRAIN + TEST), REPEATS)])
    stimulus = stimulus[rng.permutation(len(stimulus))]
    features = rng.standard_normal((TRAIN + TEST, WIDTH)).astype(np.float32)
    features[:, CONSTANT_UNIT] = 0.7
    weights = rng.standard_normal((WIDTH, sum(VOXELS_PER_ROI.values())))
    weights[:, SILENT] = 0
    betas = features[stimulus] @ weights + 0.5 * rng.standard_normal((len(stimulus), weights.shape[1]))
    paths = {name: str(folder / f"{name}.parquet") for name in ("trials", "betas", "voxels", "features")}
    if folds:
        features, stimulus = features[stimulus], np.arange(len(stimulus))
    write_trials(stimulus, folds, paths["trials"])
    names = [f"trial-{i:02d}" for i in range(len(stimulus))]
    BETAS.write({"trial_id": names, "beta": vectors(betas)}, paths["betas"])
    stimuli = [f"stimulus-{i:02d}" for i in range(len(features))]
    FEATURES.write({"stimulus_id": stimuli, "feature": vectors(features)}, paths["features"])
    write_voxels(paths["voxels"])
    return paths


def write_trials(stimulus: np.ndarray, folds: int, path: str, train: int = TRAIN) -> None:
    """Write the trials table; numbers of stimuli below `train` are training stimuli."""
    n = len(stimulus)
    TRIALS.write(
        {
            "trial_id": [f"trial-{i:02d}" for i in range(n)],
            "stimulus_id": [f"stimulus-{s:02d}" for s in stimulus],
            "session": ["ses-1"] * n,
            "run": [f"run-{i // 8}" for i in range(n)],
            "repetition": [0] * n,
            "split": ["train" if folds or s < train else "test" for s in stimulus],
            "fold": [i // 8 % folds if folds else None for i in range(n)],
            "onset": [4.0 * (i % 8) for i in range(n)],
            "duration": [3.0] * n,
        },
        path,
    )


def write_voxels(path: str) -> None:
    """Write the voxel table; the noise ceiling is unknown for the first voxel and 0 for the silent ones."""
    rois = [roi for roi, count in VOXELS_PER_ROI.items() for _ in range(count)]
    ijk = np.array(np.unravel_index(np.arange(len(rois)) * 3 + 1, SHAPE))
    ceiling = [None] + [0.9] * (SILENT.start - 1) + [0.0] * (SILENT.stop - SILENT.start)
    VOXELS.write(
        {
            "voxel_id": range(len(rois)),
            **dict(zip("ijk", ijk, strict=True)),
            "roi": rois,
            "hemisphere": ["left"] * len(rois),
            "ncsnr": [None] * len(rois),
            "noise_ceiling": ceiling,
            "noise_ceiling_sd": [None if value is None else 0.05 for value in ceiling],
            "noise_ceiling_unclipped": ceiling,
        },
        path,
        shape=json.dumps(SHAPE),
        affine=json.dumps(AFFINE.tolist()),
    )


def fit_options(paths: dict[str, str], max_memory_gb: float | None = 0.1, **settings: Any) -> list[str]:
    """Return the options that `decode_features` and `encode_voxels` share; `settings` are further ones."""
    tables = [part for name, path in paths.items() for part in (f"--{name}", path)]
    ridge = RIDGE | {"max_memory_gb": max_memory_gb}
    repeats = {"average_repeats": ["test"]}
    return [
        *("--subject", "sub-01", "--space", "z", *tables),
        *as_option(seed=3, ridge=ridge, standardise=repeats, **settings),
    ]
