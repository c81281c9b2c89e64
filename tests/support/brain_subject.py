"""A subject who sees small pictures, with voxels that respond linearly to z of the tiny model set."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tests.support.reconstructions import without_incident

from cortex2image.features.latents import image_latents
from cortex2image.networks.load import Diffusion
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import FEATURES, RECONSTRUCTIONS

TRAIN, TEST, REPEATS = 300, 20, 3
VOXELS_PER_ROI = {"early": 60, "ventral": 40, "silent": 80}
MEAN_RESPONSE = 3.0
NOISE = 1.0
NAMES = [f"stimulus-{number:03d}" for number in range(TRAIN + TEST)]
TESTED = NAMES[TRAIN:]


@dataclass(frozen=True)
class BrainSubject:
    """Paths of the tables, and the planted responses to test stimuli, (TEST, voxels), without noise."""

    folder: Path
    paths: dict[str, str]
    responses: np.ndarray
    pictures: np.ndarray

    def members(self, roi: str) -> np.ndarray:
        """Return the positions of the voxels of a region."""
        labels = np.repeat(list(VOXELS_PER_ROI), list(VOXELS_PER_ROI.values()))
        return np.flatnonzero(labels == roi)

    def write_method(self, method: str, samples: list[np.ndarray]) -> str:
        """Write pictures, (TEST, side, side, 3) uint8 for each sample, and their table; return its path."""
        rows: dict[str, list[object]] = {"stimulus_id": [], "sample": [], "seed": [], "image_path": []}
        for number, pictures in enumerate(samples):
            for stimulus, picture in zip(TESTED, pictures, strict=True):
                path = self.folder / f"{method}-{stimulus}-{number}.png"
                Image.fromarray(picture).save(path)
                for name, value in zip(rows, (stimulus, number, 1, str(path)), strict=True):
                    rows[name].append(value)
        table = str(self.folder / f"{method}.parquet")
        RECONSTRUCTIONS.write(rows | without_incident(len(rows["seed"])), table)
        return table


def random_pictures(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return pictures of four squares of one colour each, (count, 16, 16, 3) uint8."""
    colours = rng.integers(0, 256, (count, 2, 2, 3), dtype=np.uint8)
    return colours.repeat(8, axis=1).repeat(8, axis=2)


def blended(pictures: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return pictures of which a share is that of other random pictures."""
    mixed = (1 - share) * pictures + share * random_pictures(len(pictures), rng)
    return mixed.round().astype(np.uint8)


def write_brain_subject(folder: Path, diffusion: Diffusion, folds: bool = False) -> BrainSubject:
    """Write trials, betas, voxels and z of a subject.

    300 training stimuli are shown once, 20 test stimuli thrice. Every voxel but the silent ones has a mean
    response of its own, and responds to z with a signal of variance 1 over stimuli; noise has variance 1.
    """
    rng = np.random.default_rng(8)
    pictures = random_pictures(TRAIN + TEST, rng)
    z = image_latents(diffusion, pictures)
    scaled = (z - z[:TRAIN].mean(axis=0)) / z[:TRAIN].std(axis=0)
    signal = scaled @ rng.standard_normal((z.shape[1], sum(VOXELS_PER_ROI.values())))
    signal /= signal[:TRAIN].std(axis=0)
    signal[:, -VOXELS_PER_ROI["silent"] :] = 0
    signal += MEAN_RESPONSE * rng.standard_normal(signal.shape[1])
    stimulus = np.concatenate([np.arange(TRAIN), np.repeat(np.arange(TRAIN, TRAIN + TEST), REPEATS)])
    stimulus = rng.permutation(stimulus)
    betas = signal[stimulus] + NOISE * rng.standard_normal((len(stimulus), signal.shape[1]))
    paths = {name: str(folder / f"{name}.parquet") for name in ("trials", "betas", "voxels", "features")}
    _write_trials(stimulus, folds, paths["trials"])
    ids = [f"trial-{number}" for number in range(len(stimulus))]
    BETAS.write({"trial_id": ids, "beta": vectors(betas)}, paths["betas"])
    FEATURES.write({"stimulus_id": NAMES, "feature": vectors(z)}, paths["features"])
    _write_voxels(paths["voxels"])
    return BrainSubject(folder, paths, signal[TRAIN:] - signal[:TRAIN].mean(axis=0), pictures[TRAIN:])


def _write_trials(stimulus: np.ndarray, folds: bool, path: str) -> None:
    count = len(stimulus)
    TRIALS.write(
        {
            "trial_id": [f"trial-{number}" for number in range(count)],
            "stimulus_id": [NAMES[number] for number in stimulus],
            "session": ["ses-1"] * count,
            "run": ["run-1"] * count,
            "repetition": [0] * count,
            "split": ["train" if folds or number < TRAIN else "test" for number in stimulus],
            "fold": [number % 3 if folds else None for number in stimulus.tolist()],
            "onset": [0.0] * count,
            "duration": [1.0] * count,
        },
        path,
    )


def _write_voxels(path: str) -> None:
    rois = [roi for roi, count in VOXELS_PER_ROI.items() for _ in range(count)]
    ceiling = [0.1 if number % 2 else 0.5 for number in range(len(rois))]
    data = {
        "voxel_id": range(len(rois)),
        "roi": rois,
        "hemisphere": ["left"] * len(rois),
        "ncsnr": [None] * len(rois),
        "noise_ceiling": ceiling,
        "noise_ceiling_sd": [None] * len(rois),
        "noise_ceiling_unclipped": ceiling,
    }
    data |= {axis: range(len(rois)) for axis in "ijk"}
    facts = {"shape": json.dumps([200] * 3), "affine": json.dumps(np.eye(4).tolist()), "ncsnr_from": "train"}
    VOXELS.write(data, path, **facts)
