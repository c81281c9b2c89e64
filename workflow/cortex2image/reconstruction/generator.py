"""Generators: what stands between decoded features and pictures, as a protocol of four methods.

Any model that denoises latents can draw the pictures of the methods if it shows coarse pictures, encodes
pictures, denoises and decodes latents; :func:`generate` does the rest. Stable Diffusion is the first
implementation, :mod:`cortex2image.reconstruction.image_prompt` the second.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import NotFiniteError
from cortex2image.networks.codec import decode_latents
from cortex2image.networks.pixels import squares
from cortex2image.study.methods import FROM_PICTURE, NO_DIFFUSION

Features = Mapping[str, np.ndarray]


class Generator(Protocol):
    """A model that turns features of n stimuli into n pictures; every row depends on itself alone.

    The latents that :meth:`encode` and :meth:`denoise` give are the generator's own: nothing but its other
    methods reads them.
    """

    def coarse(self, z: np.ndarray) -> np.ndarray:
        """Return the pictures that z alone shows, without noise.

        Parameters
        ----------
        z : float32 (n, d)
            d is the width of the feature space z of the model set.

        Returns
        -------
        uint8 (n, image_size, image_size, 3)
        """

    def encode(self, pictures: np.ndarray, seeds: Sequence[int]) -> torch.Tensor:
        """Return the latents from which coarse pictures, uint8 (n, image_size, image_size, 3), start.

        `seeds`, n ints, belong to the noise that :meth:`denoise` adds; a generator that draws samples of a
        posterior derives other seeds from them.
        """

    def denoise(self, features: Features, seeds: Sequence[int], start: torch.Tensor | None) -> torch.Tensor:
        """Return latents that were denoised under the condition that features give.

        Parameters
        ----------
        features : mapping of space to float32 (n, d) array
            Every space that the method reads.
        seeds : n ints
            All noise of a row is drawn from its own seed, the same for every method.
        start : tensor or None
            Latents that noise is added to; None to start from noise alone.
        """

    def decode(self, latents: torch.Tensor) -> np.ndarray:
        """Return the pictures of denoised latents, uint8 (n, image_size, image_size, 3).

        Raises
        ------
        DataError
            Values are NaN or infinite.
        """


class StableDiffusion:
    """Stable Diffusion, conditioned on text states c (Takagi and Nishimoto 2023).

    Parameters
    ----------
    denoiser : Denoiser
    """

    def __init__(self, denoiser: Denoiser):
        self.denoiser = denoiser

    def coarse(self, z: np.ndarray) -> np.ndarray:
        """Return z decoded by the autoencoder, at the size of a generated picture; see :class:`Generator`."""
        model_set = self.denoiser.diffusion.model_set
        latents = torch.tensor(z, dtype=torch.float32).reshape(-1, *model_set.latent_shape)
        return squares(decode_latents(self.denoiser.diffusion, latents), model_set.image_size)

    def encode(self, pictures: np.ndarray, seeds: Sequence[int]) -> torch.Tensor:
        """Return the VAE's latents of pictures; equal pictures are encoded once unless samples are drawn."""
        if self.denoiser.sampling.latent == "sample":
            return self.denoiser.encode(pictures, seeds)
        distinct, place = distinct_rows(pictures)
        # Each alone: the latents of a picture do not depend on which others share its batch.
        latents = [self.denoiser.encode(pictures[row][None], seeds[:1]) for row in distinct]
        return torch.cat(latents)[place]

    def denoise(self, features: Features, seeds: Sequence[int], start: torch.Tensor | None) -> torch.Tensor:
        """Return latents denoised under the text states of features; see :class:`Generator`."""
        states = self.states(features)
        if start is None:
            return self.denoiser.from_noise(states, seeds)
        return self.denoiser.from_latents(start, states, seeds)

    def decode(self, latents: torch.Tensor) -> np.ndarray:
        """Return the pictures of latents, decoded by the VAE."""
        return decode_latents(self.denoiser.diffusion, latents)

    def states(self, features: Features) -> torch.Tensor:
        """Return what the U-Net attends to, (n, text_length, text_width): the text states c."""
        return self.denoiser.states(features["c"])


def generate(start: str, generator: Generator, features: Features, seeds: Sequence[int]) -> np.ndarray:
    """Return one picture per row of the features.

    Parameters
    ----------
    start : str
        How a picture starts, see :class:`cortex2image.study.methods.Method`.
    generator : Generator
    features : mapping of space to float32 (n, d) array
    seeds : n ints
        A picture depends only on its own row and seed.

    Returns
    -------
    uint8 (n, image_size, image_size, 3)
    """
    if start == NO_DIFFUSION:
        return generator.coarse(features["z"])
    first = coarse_start(generator, features["z"], seeds) if start == FROM_PICTURE else None
    return generator.decode(generator.denoise(features, seeds, first))


def coarse_start(generator: Generator, z: np.ndarray, seeds: Sequence[int]) -> torch.Tensor:
    """Return the latents of the coarse pictures of z, (n, d); those of equal rows are decoded once.

    Rows of z are equal where several samples of a stimulus are drawn. Each distinct row is decoded alone, so
    that its picture does not depend on which others share its batch.

    Raises
    ------
    NotFiniteError
        Coarse pictures are not finite; it has the rows of all of them.
    """
    distinct, place = distinct_rows(z)
    coarse, broken = [], dict[int, NotFiniteError]()
    for number, row in enumerate(distinct):
        try:
            coarse.append(generator.coarse(z[row][None]))
        except NotFiniteError as error:
            broken[number] = error
    if broken:
        first, *_ = broken.values()
        rows = [row for row, number in enumerate(place) if number in broken]
        raise NotFiniteError(first.where, rows, first.fix) from first
    return generator.encode(np.concatenate(coarse)[place], seeds)


def distinct_rows(rows: np.ndarray) -> tuple[list[int], list[int]]:
    """Return the first of equal rows of an (n, ...) array in order, and for each row its place among them."""
    first: dict[bytes, int] = {}
    place = [first.setdefault(row.tobytes(), len(first)) for row in rows]
    return [place.index(number) for number in range(len(first))], place
