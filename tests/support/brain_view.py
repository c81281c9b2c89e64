"""A subject of random numbers with everything that the report's page of the brain is made of."""

import base64
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tests.support.encoding_tables import write_grid
from tests.support.studies import as_option

from cortex2image.steps import brain_view
from cortex2image.tables.columns import vectors
from cortex2image.tables.predictions import ENCODING_PREDICTIONS
from cortex2image.tables.recordings import BETAS, TRIALS
from cortex2image.tables.results import ENCODING

SHAPE = (7, 8, 6)
# The first index runs from right to left, the second from bottom to top, the third from front to back.
AFFINE = np.array([[-2.0, 0.1, 0, 9], [0.1, 0, -3, 5], [0, 2.5, 0.1, -4], [0, 0, 0, 1]])
FDR, REPEATS = 0.05, 2
DATASET = {"reader": "bids", "space": "T1w"}


@dataclass(frozen=True)
class ViewedSubject:
    """Paths of the tables, and the numbers in them, which tests look for in the scripts."""

    folder: Path
    subject: str
    models: tuple[str, ...]
    indices: np.ndarray
    regions: np.ndarray
    r: dict[str, np.ndarray]
    q: dict[str, np.ndarray]
    ceiling: np.ndarray
    stimuli: list[str]
    predicted: dict[str, np.ndarray]
    measured: np.ndarray

    def path(self, name: str) -> str:
        """Return the path of a table."""
        return str(self.folder / f"{name}.parquet")

    def options(self, view: Path, dataset: dict[str, Any] = DATASET) -> list[str]:
        """Return the command line of the step."""
        tables = [part for name in ("trials", "betas", "voxels") for part in (f"--{name}", self.path(name))]
        return [
            *("--subject", self.subject, *tables, "--models", *self.models),
            *("--encoding", *(self.path(model) for model in self.models)),
            *("--predictions", *(self.path(f"{model}-predictions") for model in self.models)),
            *("--view", str(view)),
            *as_option(dataset=dataset, encode={"fdr": FDR, "models": self.models}),
        ]


def write_viewed_subject(
    folder: Path,
    subject: str = "sub-01",
    models: Sequence[str] = ("z", "c"),
    stimuli: Sequence[str] = tuple(f"images/test-{i:02d}" for i in range(9)),
    regions: Sequence[str] = ("early", "ventral"),
    folds: int = 0,
    affine: np.ndarray = AFFINE,
) -> ViewedSubject:
    """Write the tables of a subject whose voxels fill a ball in the volume, less a corner.

    Every test stimulus has two trials; with `folds`, stimulus i is held out in fold i modulo `folds`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(zlib.crc32(subject.encode()))
    middle = (np.array(SHAPE) - 1) / 2
    everywhere = np.argwhere(np.ones(SHAPE, bool))
    indices = everywhere[np.linalg.norm((everywhere - middle) / middle, axis=1) < 1.1]
    count, names = len(indices), sorted(stimuli)
    rois = np.array(regions)[np.arange(count) * len(regions) // count]
    ceiling = np.where(np.arange(count) % 5 == 0, np.nan, rng.uniform(0.1, 0.9, count))
    known = [None if np.isnan(value) else value for value in ceiling]
    write_grid(folder / "voxels.parquet", indices, SHAPE, affine, roi=rois, noise_ceiling=known)
    measured = rng.normal(0, 1, (len(names), count)).astype(np.float32)
    fold = [i % folds for i in range(len(names))] if folds else [None] * len(names)
    if folds:
        measured += np.array(fold)[:, None] * 3
    predicted, r, q = {}, {}, {}
    for model in models:
        predicted[model] = (0.4 * measured + rng.normal(0, 0.2, measured.shape)).astype(np.float32)
        r[model], q[model] = rng.uniform(-0.2, 0.8, count), 10 ** rng.uniform(-6, 0, count)
        _write_model(folder, model, r[model], q[model])
        table = {"stimulus_id": names, "fold": fold, "predicted": vectors(predicted[model])}
        ENCODING_PREDICTIONS.write(table, folder / f"{model}-predictions.parquet")
    _write_trials(folder, names, fold, measured, rng)
    return ViewedSubject(
        folder, subject, tuple(models), indices, rois, r, q, ceiling, names, predicted, measured
    )


def _write_model(folder: Path, model: str, r: np.ndarray, q: np.ndarray) -> None:
    columns = {column.name: np.full(len(r), 0.5) for column in ENCODING.columns}
    columns |= {"voxel_id": np.arange(len(r)), "r": r, "q": q}
    ENCODING.write(columns, folder / f"{model}.parquet", test_stimuli=9)


def _write_trials(
    folder: Path, names: list[str], fold: list[Any], measured: np.ndarray, rng: np.random.Generator
) -> None:
    """Write trials whose means over repeats are `measured`, after training trials that no test may show."""
    train = 0 if fold[0] is not None else 3
    shown = [*(f"train-{i}" for i in range(train)), *np.repeat(names, REPEATS).tolist()]
    noise = rng.normal(0, 0.5, measured.shape).astype(np.float32)
    betas = np.stack([measured + noise, measured - noise], axis=1).reshape(-1, measured.shape[1])
    betas = np.concatenate([np.full((train, betas.shape[1]), 50, np.float32), betas])
    order, ids = rng.permutation(len(shown)), np.array([f"trial-{i}" for i in range(len(shown))])
    BETAS.write({"trial_id": ids, "beta": vectors(betas)}, folder / "betas.parquet")
    folds = [None] * train + np.repeat(np.array(fold, object), REPEATS).tolist()
    data = {
        "trial_id": ids[order],
        "stimulus_id": np.array(shown)[order],
        "session": ["ses-1"] * len(shown),
        "run": [f"run-{folds[i]}" for i in order],
        "repetition": [0] * len(shown),
        "split": ["train" if train == 0 or i < train else "test" for i in order],
        "fold": [folds[i] for i in order],
        "onset": [0.0] * len(shown),
        "duration": [1.0] * len(shown),
    }
    TRIALS.write(data, folder / "trials.parquet")


def view(written: ViewedSubject, folder: Path, **dataset: Any) -> Path:
    """Run the step; return the folder of its scripts."""
    brain_view.main(written.options(folder, DATASET | dataset))
    return folder


def loaded(folder: Path, name: str) -> Any:
    """Return the value that a script hands to the page."""
    call = re.fullmatch(r"c2i\.data\((.*)\);\n", (folder / f"{name}.js").read_text("utf-8"), re.DOTALL)
    assert call is not None
    named, value = json.loads(f"[{call[1]}]")
    assert named.endswith(f"/{name}")
    return value


def unpacked(text: str, dtype: str) -> np.ndarray:
    """Return the numbers that a text holds, lowest byte first."""
    return np.frombuffer(base64.b64decode(text), np.dtype(dtype).newbyteorder("<"))
