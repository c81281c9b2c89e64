"""The pictures to draw: whose features may be drawn, the seeds of noise, and names of files."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from cortex2image.errors import DataError
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


def require_test_stimuli(stimuli: Sequence[str], trials: pa.Table, source: str) -> None:
    """Check that features are those of the test stimuli of a subject, all of them and no other.

    Parameters
    ----------
    stimuli : sequence of str
        Stimuli of the features.
    trials : table of trials
        In a cross-validated study every stimulus is tested.
    source : str
        What holds the features, for error messages.

    Raises
    ------
    DataError
        A stimulus is not tested, or a tested one is missing.
    """
    columns = (trials[name].to_pylist() for name in ("stimulus_id", "split", "fold"))
    tested = {name for name, split, fold in zip(*columns, strict=True) if split == "test" or fold is not None}
    strange, missing = sorted(set(stimuli) - tested), sorted(tested - set(stimuli))
    if strange or missing:
        first = f", first {(strange or missing)[0]}"
        found = f"{len(strange)} that are no test stimuli, and {len(missing)} missing{first}"
        fix = "decode the test stimuli of this subject, under the identities of trials.parquet"
        raise DataError(source, f"the {len(tested)} test stimuli of the subject", found, fix)


def require_finite(stimuli: Sequence[str], features: Mapping[str, np.ndarray]) -> None:
    """Check the features of stimuli, (n, d) arrays by feature space.

    Raises
    ------
    DataError
        A feature is NaN or infinite.
    """
    for space, values in features.items():
        bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if len(bad):
            found = f"NaN or Inf for {len(bad)} stimuli, first {stimuli[bad[0]]}"
            fix = "find the input that holds them; no picture may be made of them"
            raise DataError(f"features {space}", "finite numbers", found, fix)
