"""A picture for which an encoding model of z predicts a strong response, by gradient ascent.

What ascends is a latent u: the picture is the VAE's decoding of u, and the response is predicted from z of
this picture, encoded as features are. So the picture stays among those that the VAE can draw; ascent on
single pixels would find the fine noise to which any encoder network gives extreme latents.

Latents as long as those of pictures still need not be latents of pictures: along the weights alone, ascent
ends in coloured grain. The gradient is therefore smoothed over neighbouring cells of the latent, and u is
pulled straight back to the median distance of training pictures from their mean. Where such steps end, u -
mean is proportional to the smoothed gradient: among latents so far from the mean, the compromise between a
strong response and a smooth picture. Each unit of u stays within the range of training pictures. A product
with the covariance of training latents instead gave pictures more like the seen ones, but put what a region
prefers where pictures vary most (sky and ground), not where its receptive fields are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from cortex2image.networks.codec import decode_latents, decoded_pixels, encode_images, encoded_pixels
from cortex2image.networks.load import Diffusion
from cortex2image.progress import track
from cortex2image.regions.encoder import Encoder

NOISE = 0.01
"""Length of the noise at the start, as a share of the median distance of training pictures."""
SMOOTHING = 1 / 16
"""Standard deviation of the Gaussian that smooths the gradient, as a share of the side of the picture."""
PATH = 5.0
"""Length of all steps together, as such a share; steps shrink to 0 along half a cosine."""
MOMENTUM = 0.9
"""Weight of earlier gradients in their running mean, without which ascent swings across steep directions."""


@dataclass(frozen=True)
class TrainingLatents:
    """Where n latents (d,) of training pictures lie.

    Attributes
    ----------
    mean, lowest, highest : (d,) tensors
    radius : float
        Median distance from the mean.
    """

    mean: torch.Tensor
    lowest: torch.Tensor
    highest: torch.Tensor
    radius: float

    @classmethod
    def of(cls, z: np.ndarray, device: torch.device) -> "TrainingLatents":
        """Return what training pictures with latents z, (n, d), tell."""
        latents = torch.tensor(z, dtype=torch.float32, device=device)
        mean = latents.mean(0)
        radius = float((latents - mean).norm(dim=1).median())
        return cls(mean, latents.amin(0), latents.amax(0), radius)

    def nearest(self, u: torch.Tensor) -> torch.Tensor:
        """Return a latent (d,) clipped to the range, then pulled straight to the radius if it is outside."""
        apart = torch.minimum(torch.maximum(u, self.lowest), self.highest) - self.mean
        return self.mean + apart * min(1.0, self.radius / max(float(apart.norm()), 1e-12))


@dataclass(frozen=True)
class Ascent:
    """The way to the picture.

    Attributes
    ----------
    predicted : list of float
        Predicted response at the start and after each iteration.
    distance : list of float
        Distance of u from the mean training latent, as a share of the median of training pictures.
    pictures : mapping of iteration to uint8 (size, size, 3)
    final : float
        Predicted response to the last picture as it is saved, in 8 bits.
    """

    predicted: list[float]
    distance: list[float]
    pictures: dict[int, np.ndarray]
    final: float


def synthesise(
    diffusion: Diffusion, encoder: Encoder, training: np.ndarray, iterations: int, seed: int, shown: int = 5
) -> Ascent:
    """Ascend from the mean training latent, with a little noise, to a picture of strong predicted response.

    Parameters
    ----------
    diffusion : Diffusion
        In float32.
    encoder : Encoder of z
    training : (n, d) array
        z of training pictures.
    iterations : int
    seed : int
        Of the noise.
    shown : int
        Pictures that are kept, the first and the last included.
    """
    latents = TrainingLatents.of(training, diffusion.device)
    weights = torch.tensor(encoder.weights, dtype=torch.float32, device=diffusion.device)
    noise = torch.randn(latents.mean.shape, generator=torch.Generator("cpu").manual_seed(seed))
    shape, kept = diffusion.model_set.latent_shape, _evenly(iterations, shown)
    u = latents.mean + NOISE * latents.radius * smoothed(noise.to(latents.mean), shape)
    predicted, distance, pictures, mean = [], [], {}, torch.zeros_like(u)
    for number in track(range(iterations + 1), "gradient ascent"):
        response, gradient = _response(diffusion, u, weights)
        predicted.append(response + encoder.intercept)
        distance.append(float((u - latents.mean).norm()) / latents.radius)
        if number in kept:
            pictures[number] = _picture(diffusion, u)
        length = latents.radius * PATH / iterations * (1 + np.cos(np.pi * number / iterations))
        mean = MOMENTUM * mean + (1 - MOMENTUM) * gradient
        u = latents.nearest(u + length * smoothed(mean, shape))
    final = encoder.predict(picture_latents(diffusion, pictures[iterations][None]))
    return Ascent(predicted, distance, pictures, float(final[0]))


def picture_latents(diffusion: Diffusion, pictures: np.ndarray) -> np.ndarray:
    """Return z of pictures of the coarse size, uint8 (n, size, size, 3), as the features z are made."""
    latents: np.ndarray = encode_images(diffusion, pictures).flatten(1).cpu().numpy()
    return latents


def smoothed(direction: torch.Tensor, shape: tuple[int, int, int]) -> torch.Tensor:
    """Return a direction (d,) in latents of a shape, smoothed over neighbouring cells, at unit length."""
    width = SMOOTHING * shape[1]
    smooth = gaussian_filter(direction.reshape(shape).cpu().numpy(), (0, width, width), mode="nearest")
    found: torch.Tensor = torch.from_numpy(smooth).flatten().to(direction)
    unit: torch.Tensor = found / found.norm().clamp_min(1e-12)
    return unit


def _response(diffusion: Diffusion, u: torch.Tensor, weights: torch.Tensor) -> tuple[float, torch.Tensor]:
    """Return the response to the picture of a latent, less the intercept, and its gradient (d,)."""
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
