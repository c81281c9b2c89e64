"""The pictures to draw of each stimulus, with the seeds of their noise and their file names."""

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from cortex2image.seeds import seed_for


class Row(NamedTuple):
    """One picture to draw: position of its stimulus, number of the sample, seed of its noise, file name."""

    stimulus: int
    sample: int
    seed: int
    file: str


def plan(stimuli: Sequence[str], samples: int, study_seed: int, shared_noise: bool) -> list[Row]:
    """Return the pictures to draw.

    A seed derives from stimulus and sample, whatever the method. With `shared_noise` it derives from the
    sample alone, as in the code of 2023, which used the same seed for every picture.
    """
    return [
        Row(
            position,
            sample,
            seed_for(study_seed, "reconstruct", *([] if shared_noise else [stimulus]), sample),
            picture_file(stimulus, sample),
        )
        for position, stimulus in enumerate(stimuli)
        for sample in range(samples)
    ]


def picture_file(stimulus_id: str, sample: int, variant: str = "") -> str:
    """Return the file name of a picture; `variant` tells several pictures of one sample apart."""
    return "_".join([file_stem(stimulus_id), f"{sample:03d}", *([variant] if variant else [])]) + ".png"


def file_stem(stimulus_id: str) -> str:
    """Return a file name for a stimulus that no other stimulus has, on any file system."""
    clean = re.sub(r"[^a-z0-9_-]", "_", stimulus_id.lower())[:100]
    if clean == stimulus_id:
        return clean
    return f"{clean}-{hashlib.blake2b(stimulus_id.encode(), digest_size=6).hexdigest()}"
