"""A picture for which an encoding model of z predicts a strong response, by gradient ascent.

What ascends is a latent u: the picture is the VAE's decoding of u, and the response is predicted from z of this
picture, encoded as features are. So the picture stays among those that the VAE can draw, which are smooth and
look like pictures; ascent on single pixels would find the fine noise to which any encoder network gives extreme
latents. u stays as near to the mean training latent as the median training picture, and each unit of it
within the range of training pictures, so that the encoder is not asked far outside what it was fitted to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.networks.codec import decode_latents, decoded_pixels, encode_images, encoded_pixels
from cortex2image.networks.load import Diffusion
from cortex2image.progress import track
from cortex2image.regions.encoder import Encoder

NOISE = 0.01
"""Length of the noise at the start, as a share of the largest distance from the mean."""
STEP = 0.1
"""Length of the first step, as a share of the largest distance; steps shrink to 0 along half a cosine."""


@dataclass(frozen=True)
class Bounds:
    """Where latents (d,) of training pictures lie: mean, median distance from it, least and largest values."""

    mean: torch.Tensor
    radius: float
    lowest: torch.Tensor
    highest: torch.Tensor

    @classmethod
    def of(cls, z: np.ndarray) -> "Bounds":
        """Return the bounds of training pictures with latents z, (n, d)."""
        latents = torch.from_numpy(z.astype(np.float32))
        mean = latents.mean(0)
        radius = float((latents - mean).norm(dim=1).median())
        return cls(mean, radius, latents.amin(0), latents.amax(0))

    def nearest(self, u: torch.Tensor) -> torch.Tensor:
        """Return a latent (1, d) within the bounds: clipped, then pulled straight towards the mean."""
        apart = torch.minimum(torch.maximum(u, self.lowest), self.highest) - self.mean
        return self.mean + apart * min(1.0, self.radius / max(float(apart.norm()), 1e-12))

    def on(self, device: torch.device) -> "Bounds":
        """Return the bounds on a device."""
        return Bounds(self.mean.to(device), self.radius, self.lowest.to(device), self.highest.to(device))


@dataclass(frozen=True)
class Ascent:
    """The way to the picture.

    Attributes
    ----------
    predicted : list of float
        Predicted response at the start and after each iteration.
    distance : list of float
        Distance of u from the mean training latent, as a share of the largest one allowed.
    pictures : mapping of iteration to uint8 (size, size, 3)
    final : float
        Predicted response to the last picture as it is saved, in 8 bits.
    """

    predicted: list[float]
    distance: list[float]
    pictures: dict[int, np.ndarray]
    final: float


def synthesise(
    diffusion: Diffusion, encoder: Encoder, bounds: Bounds, iterations: int, seed: int, shown: int = 5
) -> Ascent:
    """Ascend from the mean training latent, with a little noise, to a picture of strong predicted response.

    Parameters
    ----------
    diffusion : Diffusion
        In float32.
    encoder : Encoder of z
    bounds : Bounds
    iterations : int
    seed : int
        Of the noise.
    shown : int
        Pictures that are kept, the first and the last included.
    """
    bounds = bounds.on(diffusion.device)
    weights = torch.from_numpy(encoder.weights).float().to(diffusion.device)
    noise = torch.randn(bounds.mean.shape, generator=torch.Generator("cpu").manual_seed(seed % 2**63))
    start = bounds.mean + NOISE * bounds.radius * (noise / noise.norm()).to(bounds.mean)
    u, kept = bounds.nearest(start[None]), set(_evenly(iterations, shown))
    predicted, distance, pictures = [], [], {}
    for number in track(range(iterations + 1), "gradient ascent"):
        response, gradient = _response(diffusion, u, weights)
        predicted.append(response + encoder.intercept)
        distance.append(float((u - bounds.mean).norm()) / bounds.radius)
        if number in kept:
            pictures[number] = _picture(diffusion, u)
        length = STEP * bounds.radius * (1 + np.cos(np.pi * number / iterations)) / 2
        u = bounds.nearest(u + length * gradient / gradient.norm().clamp_min(1e-12))
    final = encoder.predict(picture_latents(diffusion, pictures[iterations][None]))
    return Ascent(predicted, distance, pictures, float(final[0]))


def picture_latents(diffusion: Diffusion, pictures: np.ndarray) -> np.ndarray:
    """Return z of pictures of the coarse size, uint8 (n, size, size, 3), as the features z are made."""
    return encode_images(diffusion, pictures).flatten(1).cpu().numpy()


def _response(diffusion: Diffusion, u: torch.Tensor, weights: torch.Tensor) -> tuple[float, torch.Tensor]:
    """Return the response to the picture of a latent, less the intercept, and its gradient (1, d)."""
    with torch.enable_grad():
        latent = u.clone().requires_grad_()
        pixels = decoded_pixels(diffusion, latent.reshape(1, *diffusion.model_set.latent_shape)).clamp(0, 1)
        response = encoded_pixels(diffusion, pixels).flatten() @ weights
        (gradient,) = torch.autograd.grad(response, latent)
    return float(response.detach()), gradient


def _picture(diffusion: Diffusion, u: torch.Tensor) -> np.ndarray:
    picture: np.ndarray = decode_latents(diffusion, u.reshape(1, *diffusion.model_set.latent_shape))[0]
    return picture


def _evenly(last: int, count: int) -> Sequence[int]:
    numbers: list[int] = np.linspace(0, last, min(count, last + 1)).round().astype(int).tolist()
    return numbers
