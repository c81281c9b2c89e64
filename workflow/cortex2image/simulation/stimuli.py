"""Stimuli of the simulated study: rendered scenes with captions, drawn from the seed alone."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.pictures import read_picture
from cortex2image.scenes.captions import captions
from cortex2image.scenes.scene import Scene, sample_scene
from cortex2image.seeds import seed_for
from cortex2image.simulation.layout import Sizes, stimulus_file, stimulus_id

IMAGE_PX = 128
CAPTION_SEPARATOR = " | "


def study_scenes(seed: int, sizes: Sizes) -> list[Scene]:
    """Return the scenes of the study, training scenes first. The miniature is trained on other scenes.

    Parameters
    ----------
    seed : int
        The study's seed.
    sizes : Sizes
    """
    own = seed_for(seed, "simulated", "scenes")
    train = [sample_scene(own, "train", index) for index in range(sizes.train_stimuli)]
    return train + [sample_scene(own, "test", index) for index in range(sizes.test_stimuli)]


def scene_files(scenes: Iterable[Scene]) -> list[str]:
    """Return the `stim_file` of each scene."""
    return [stimulus_file(scene.split, scene.index) for scene in scenes]


def stimuli_table(scenes: Sequence[Scene]) -> pd.DataFrame:
    """Return one row per scene: stim_file, split, category of the main object, setting, five captions."""
    return pd.DataFrame(
        {
            "stim_file": scene_files(scenes),
            "split": [scene.split for scene in scenes],
            "category": [scene.objects[0].category for scene in scenes],
            "setting": [scene.setting for scene in scenes],
            "captions": [CAPTION_SEPARATOR.join(captions(scene)) for scene in scenes],
        }
    )


def scene_lines(scenes: Iterable[Scene]) -> str:
    """Return the description of each scene as one line of JSON."""
    records = ({"stimulus_id": stimulus_id(s.split, s.index), **asdict(s)} for s in scenes)
    return "".join(json.dumps(record) + "\n" for record in records)


def load_images(folder: str | Path, stim_files: Sequence[str], side: int) -> NDArray[np.uint8]:
    """Read the pictures that a subject saw, (n, side, side, 3) uint8, shrunk by averaging.

    Raises
    ------
    DataError
        A picture is missing.
    """
    images = np.empty((len(stim_files), side, side, 3), np.uint8)
    for row, name in zip(images, stim_files, strict=True):
        path = Path(folder, name)
        if not path.is_file():
            raise DataError(path, "the picture of a simulated scene", "no file", "run simulate_stimuli again")
        picture = Image.fromarray(read_picture(path))
        row[:] = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
    return images
