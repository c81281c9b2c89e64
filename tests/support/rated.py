"""Pictures that people rate, and files of choices between them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from cortex2image.rating.pictures import RatedPicture, rated_pictures
from cortex2image.rating.trials import Trial, rounds

STUDY, SEED = "tiny", 7


def reconstruction_tables(
    root: Path, subjects: tuple[str, ...], methods: tuple[str, ...], stimuli: int
) -> dict[tuple[str, str], pd.DataFrame]:
    """Write a picture per subject, method and stimulus, in two samples, and return tables that name them."""
    rng, tables = np.random.default_rng(0), {}
    for subject in subjects:
        for method in methods:
            rows = []
            for number in range(stimuli):
                for sample in (1, 0):
                    path = root / subject / f"{method}-{number}-{sample}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)).save(path)
                    rows.append((f"s{number}", sample, str(path)))
            tables[subject, method] = pd.DataFrame(rows, columns=["stimulus_id", "sample", "image_path"])
    return tables


def some_pictures(
    root: Path, methods: tuple[str, ...] = ("c", "z", "zc"), stimuli: int = 6
) -> list[RatedPicture]:
    return rated_pictures(SEED, stimuli, reconstruction_tables(root, ("sub-01",), methods, stimuli))


def some_trials(pictures: list[RatedPicture], design: str) -> list[Trial]:
    return [trial for members in rounds(SEED, design, pictures) for trial in members]


def as_saved(trials: list[Trial], rater: str, design: str, choices: list[str]) -> dict[str, object]:
    """Return what the page saves; the first picture of each pair lies on the left."""
    made = [
        {
            "subject": trial.subject,
            "stimulus": trial.stimulus,
            "left": trial.pair[0],
            "right": trial.pair[1],
            "choice": choice,
            "seconds": 1.5,
        }
        for trial, choice in zip(trials, choices, strict=False)
    ]
    head = {"format": "cortex2image-ratings", "format_version": 1, "study": STUDY, "seed": str(SEED)}
    return {**head, "version": "0.1.0", "design": design, "rater": rater, "trials": made}


def save(folder: Path, rating: dict[str, object], name: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name or rating['rater']}.json"
    path.write_text(json.dumps(rating), encoding="utf-8")
    return path


def side_of(trial: Trial, name: str) -> str:
    """Return the side of a picture in a file of :func:`as_saved`."""
    return "left" if trial.pair[0] == name else "right"
