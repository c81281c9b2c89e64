"""A tiny subject whose features have the widths of the tiny model set, for the steps on single regions."""

from pathlib import Path

import numpy as np
from PIL import Image
from tests.support.tiny_subject import TEST, TRAIN, write_tiny_subject

from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import FEATURES

Z_WIDTH, C_WIDTH = 64, 128


def write_tiny_regions(folder: Path, pictures: bool = True) -> dict[str, str]:
    """Write the tables of a tiny subject, features z and c, and stimuli with 16-pixel pictures or none."""
    paths = write_tiny_subject(folder)
    rng = np.random.default_rng(6)
    names = [f"stimulus-{i:02d}" for i in range(TRAIN + TEST)]
    for space, width in (("z", Z_WIDTH), ("c", C_WIDTH)):
        paths[space] = str(folder / f"{space}.parquet")
        features = rng.standard_normal((len(names), width))
        FEATURES.write({"stimulus_id": names, "feature": vectors(features)}, paths[space])
    for name in names:
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{name}.png")
    paths["stimuli"] = str(folder / "stimuli.parquet")
    STIMULI.write(
        {
            "stimulus_id": names,
            "split": ["train"] * TRAIN + ["test"] * TEST,
            "captions": [["a cat"]] * len(names),
            "image_path": [str(folder / f"{name}.png") if pictures else None for name in names],
            "category": ["cat"] * len(names),
        },
        paths["stimuli"],
    )
    return paths


def recordings(paths: dict[str, str], space: str) -> list[str]:
    """Return the options of the tables that a fit reads."""
    tables = {name: paths[name] for name in ("trials", "betas", "voxels")} | {"features": paths[space]}
    return [part for name, path in tables.items() for part in (f"--{name}", path)]


RIDGE = {"alphas": [1, 10], "folds": 4, "max_memory_gb": 0.1}
ROIS = {"z": ["early"], "c": ["ventral"]}
DRAWING = {"steps": 5, "strength": 0.8, "guidance_scale": 3}
