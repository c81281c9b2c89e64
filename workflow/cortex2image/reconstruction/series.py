"""Pictures of the same features over strength and steps, and how far they follow the decoded layout.

Strength is the share of the noise schedule that a coarse picture is taken up, and brought down again under c
(Meng et al. 2022, SDEdit; Takagi and Nishimoto 2023): at small strength the coarse picture of z remains, at
strength 1 it is drowned in noise, and the picture follows c.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.metrics.pixels import pixcorr_matrix
from cortex2image.networks.load import Diffusion
from cortex2image.reconstruction.batches import Batches
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.studio import Drawn
from cortex2image.study.methods import METHODS

Features = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Cell:
    """Pictures, uint8 (n, image_size, image_size, 3), at one strength and number of steps.

    `denoised` counts the steps that were denoised.
    """

    strength: float
    steps: int
    denoised: int
    pictures: np.ndarray


def draw_series(
    diffusion: Diffusion,
    sampling: Sampling,
    strengths: Sequence[float],
    steps: Sequence[int],
    features: Features,
    seeds: Sequence[int],
    at_once: int,
) -> Iterator[Cell]:
    """Draw the pictures of method zc at every combination of steps and strength, steps by steps.

    Parameters
    ----------
    diffusion : Diffusion
    sampling : Sampling
        Whatever else a picture depends on; its own strength and steps do not matter.
    strengths : floats in (0, 1]
    steps : positive ints
    features : mapping of `z` and `c` to (n, d) arrays
    seeds : n ints
        Seeds of the noise, the same in every cell.
    at_once : int
        Pictures in a batch; halved when memory runs out.

    Raises
    ------
    ConfigError
        A combination leaves no step to denoise.
    """
    for count, strength in itertools.product(steps, strengths):
        denoiser = Denoiser(diffusion, replace(sampling, steps=count, strength=strength))
        drawn = _drawn("zc", denoiser, features, seeds, at_once)
        yield Cell(strength, count, denoiser.kept_steps, drawn)


def coarse(diffusion: Diffusion, sampling: Sampling, features: Features, at_once: int) -> np.ndarray:
    """Return the coarse pictures of z, as method z shows them: uint8 (n, image_size, image_size, 3)."""
    unused = [0] * len(features["z"])
    return _drawn("z", Denoiser(diffusion, sampling), features, unused, at_once)


def likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the pixel correlation of each picture with its counterpart, (n,) in [-1, 1].

    It is the metric `pixcorr`: Pearson r over all RGB values, 0 for a constant picture. Both are uint8 arrays
    (n, height, width, 3).
    """
    pairs = zip(one, other, strict=True)
    return np.array([pixcorr_matrix(a[None], b[None])[0, 0] for a, b in pairs])


def _drawn(
    method: str, denoiser: Denoiser, features: Features, seeds: Sequence[int], at_once: int
) -> np.ndarray:
    def paint(features: Features, seeds: Sequence[int]) -> Drawn:
        return Drawn(pictures(METHODS[method], denoiser, features, seeds))

    # As the reconstructions are drawn, which one of the cells repeats.
    padded = denoiser.diffusion.device.type == "cuda"
    return Batches(paint, at_once, padded)(features, seeds).pictures
