"""Features of pictures that are no stimuli, such as reconstructions, in spaces that a picture alone gives."""

from collections.abc import Sequence

import numpy as np

from cortex2image.features.extraction import core_of
from cortex2image.features.stimuli import batches
from cortex2image.networks.load import Diffusion
from cortex2image.study.spaces import FeatureSpace


def picture_features(
    paths: Sequence[str],
    stimuli: Sequence[str],
    space: FeatureSpace,
    diffusion: Diffusion,
    latent: str,
    study_seed: int,
    at_once: int,
) -> np.ndarray:
    """Return the features of pictures, as :func:`~cortex2image.features.extraction.core_of` extracts them.

    Parameters
    ----------
    paths : paths of k pictures
    stimuli : k ids
        The stimulus that each picture stands for. Where latents are samples of the VAE's posterior, a picture
        gets the seed of its stimulus: what differs between it and the original is the picture alone.
    space : FeatureSpace
        One of :data:`~cortex2image.study.spaces.PICTURED`.
    diffusion : Diffusion
    latent : "mean" or "sample"
    study_seed : int
    at_once : int
        Pictures in a batch.

    Returns
    -------
    (k, p) float32 array

    Raises
    ------
    DataError
        A file is no picture.
    """
    rows = [
        {"stimulus_id": stimulus, "captions": [], "image_path": path}
        for stimulus, path in zip(stimuli, paths, strict=True)
    ]
    parts = batches(rows, at_once, study_seed, f"features {space} of pictures")
    core = core_of(space)
    return np.concatenate([core.extract(part, diffusion, latent) for part in parts])
