"""Population receptive fields of early voxels over Gabor energy, local colour and luminance.

The model is compressive spatial summation (Kay et al. 2013, J. Neurophysiol.) with several visual channels in
place of contrast: a Gaussian pools each channel, weights sum the channels, and a power below one compresses
the sum.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft2, ifft2

from cortex2image.simulation.anatomy import EARLY, Anatomy

Images = NDArray[np.uint8]

IMAGE_SIDE = 64
GRID_SIDE = 32
ORIENTATIONS = (0.0, 45.0, 90.0, 135.0)
WAVELENGTHS = (4.0, 8.0, 16.0)
COLOUR_CHANNELS = ("light", "dark", "red", "green", "blue", "yellow")
GABOR_CHANNELS = tuple(f"gabor {w:g} px {o:g} deg" for w in WAVELENGTHS for o in ORIENTATIONS)
CHANNELS = COLOUR_CHANNELS + GABOR_CHANNELS
_PAD = 24
_CHUNK = 32


@dataclass(frozen=True)
class ReceptiveFields:
    """One receptive field per voxel.

    Attributes
    ----------
    x, y, size : (voxels,) float64
        Centre (x to the right, y downwards) and standard deviation, as fractions of the image side.
    weights : (voxels, channels) float64
        Non-negative weights of the :data:`CHANNELS`; they sum to one.
    exponent : (voxels,) float64
        Power that compresses the pooled sum.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    size: NDArray[np.float64]
    weights: NDArray[np.float64]
    exponent: NDArray[np.float64]

    def profiles(self, side: int = GRID_SIDE) -> NDArray[np.float64]:
        """Return the Gaussians on a grid over the image, (voxels, side * side), each with sum one."""
        centres = (np.arange(side) + 0.5) / side
        gain_x = np.exp(-0.5 * ((centres - self.x[:, None]) / self.size[:, None]) ** 2)
        gain_y = np.exp(-0.5 * ((centres - self.y[:, None]) / self.size[:, None]) ** 2)
        profiles = (gain_y[:, :, None] * gain_x[:, None, :]).reshape(len(self.x), -1)
        normalised: NDArray[np.float64] = profiles / profiles.sum(1, keepdims=True)
        return normalised

    def subset(self, voxels: NDArray[np.int64]) -> "ReceptiveFields":
        """Return the receptive fields of some voxels."""
        return ReceptiveFields(
            self.x[voxels], self.y[voxels], self.size[voxels], self.weights[voxels], self.exponent[voxels]
        )


def draw_receptive_fields(anatomy: Anatomy, rng: np.random.Generator) -> ReceptiveFields:
    """Draw receptive fields: contralateral, the upper visual field ventral, the fovea at the back."""
    right, anterior, superior = anatomy.position.T
    depth = np.empty(len(right))
    depth[np.argsort(anterior, kind="stable")] = np.linspace(0, 1, len(right))
    is_early = anatomy.labels == EARLY
    eccentricity = np.where(is_early, np.clip(depth / is_early.mean(), 0, 1), rng.random(len(right)))
    height = superior / np.sqrt(np.maximum(1 - right**2 - anterior**2, 1e-3))
    x = 0.5 - np.sign(right) * 0.5 * eccentricity + rng.normal(0, 0.05, len(right))
    y = 0.5 + 0.5 * np.clip(height, -1, 1) + rng.normal(0, 0.05, len(right))
    scale = np.where(is_early, 1.0, 2.0)
    return ReceptiveFields(
        x=np.clip(x, 0.0, 1.0),
        y=np.clip(y, 0.0, 1.0),
        size=scale * (0.04 + 0.04 * eccentricity) * rng.lognormal(0, 0.2, len(right)),
        weights=_draw_weights(len(right), rng),
        exponent=rng.uniform(0.6, 1.0, len(right)),
    )


def visual_channels(images: Images) -> NDArray[np.float32]:
    """Return the visual channels that receptive fields pool: luminance, opponent colours, Gabor energy.

    Parameters
    ----------
    images : (n, 64, 64, 3) uint8

    Returns
    -------
    (n, channels, 32, 32) float32, non-negative, in the order of :data:`CHANNELS`.
    """
    parts = [_channels(images[start : start + _CHUNK]) for start in range(0, len(images), _CHUNK)]
    return np.concatenate(parts)


def visual_drive(fields: ReceptiveFields, channels: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the response of each receptive field, (n, voxels), in arbitrary units.

    Parameters
    ----------
    fields : ReceptiveFields
    channels : (n, channels, side, side), non-negative
    """
    profiles = fields.profiles(channels.shape[-1]).astype(np.float32).T
    pooled = np.zeros((len(channels), profiles.shape[1]))
    for channel in range(channels.shape[1]):
        maps = channels[:, channel].reshape(len(channels), -1)
        pooled += fields.weights[:, channel] * (maps @ profiles)
    return pooled**fields.exponent


def gabor(wavelength: float, orientation: float) -> NDArray[np.complex128]:
    """Return a complex Gabor filter that does not respond to a uniform picture.

    Parameters
    ----------
    wavelength : float
        In pixels; the standard deviation of the envelope is half of it.
    orientation : float
        Angle between the stripes of the grating and the horizontal, in degrees.
    """
    half = int(np.ceil(1.4 * wavelength))
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    envelope = np.exp(-0.5 * (x**2 + y**2) / (wavelength / 2) ** 2)
    angle = np.radians(orientation)
    wave = np.exp(2j * np.pi * (y * np.cos(angle) - x * np.sin(angle)) / wavelength)
    envelope /= envelope.sum()
    kernel: NDArray[np.complex128] = envelope * (wave - (envelope * wave).sum())
    return kernel


def _channels(images: Images) -> NDArray[np.float32]:
    red, green, blue = np.moveaxis(images.astype(np.float32) / 255, -1, 0)
    light = (red + green + blue) / 3 - 0.5
    opponent = (light, red - green, blue - (red + green) / 2)
    signed = np.stack([sign * channel for channel in opponent for sign in (1, -1)], axis=1)
    maps = np.concatenate([np.maximum(signed, 0), np.sqrt(_gabor_energy(light))], axis=1)
    block = IMAGE_SIDE // GRID_SIDE
    channels: NDArray[np.float32] = maps.reshape(*maps.shape[:2], GRID_SIDE, block, GRID_SIDE, block).mean(
        (3, 5)
    )
    return channels


def _gabor_energy(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the modulus of the response of each Gabor filter, (n, filters, side, side).

    Pictures are mirrored at their edges.
    """
    padded = np.pad(light, ((0, 0), (_PAD, _PAD), (_PAD, _PAD)), mode="reflect")
    side = padded.shape[-1]
    spectrum = fft2(padded)
    inner = slice(_PAD, _PAD + IMAGE_SIDE)
    energies = []
    for wavelength in WAVELENGTHS:
        for orientation in ORIENTATIONS:
            kernel = gabor(wavelength, orientation)
            half = kernel.shape[0] // 2
            canvas = np.zeros((side, side), np.complex64)
            canvas[: kernel.shape[0], : kernel.shape[1]] = kernel
            transfer = fft2(np.roll(canvas, (-half, -half), (0, 1)))
            energies.append(np.abs(ifft2(spectrum * transfer))[:, inner, inner])
    return np.stack(energies, axis=1)


def _draw_weights(voxels: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw sparse channel weights, (voxels, channels), with a random share of colour against contour."""
    colour = rng.dirichlet(np.full(len(COLOUR_CHANNELS), 0.5), voxels)
    contour = rng.dirichlet(np.full(len(GABOR_CHANNELS), 0.3), voxels)
    share = rng.random((voxels, 1))
    return np.concatenate([share * colour, (1 - share) * contour], axis=1)
