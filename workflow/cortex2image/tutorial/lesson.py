"""What the figures of docs/diffusion.md are drawn from: a model, scenes, captions, a slice of an MR image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.networks.load import Diffusion
from cortex2image.seeds import seed_for

Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Lesson:
    """Model, material and settings that all figures share.

    Attributes
    ----------
    diffusion : Diffusion
    scenes : uint8 (n, image_size, image_size, 3)
        Pictures that the model was not trained on.
    captions : n texts
        One caption of each scene.
    slice_ : uint8 (side, side)
        A slice of an MR image.
    prompts : texts
        Captions to be painted from one and the same noise.
    sampling : Sampling
        Settings of the sampler, except for the one that a figure varies.
    seed : int
        Seed of all noise.
    """

    diffusion: Diffusion
    scenes: Pictures
    captions: Sequence[str]
    slice_: Pictures
    prompts: Sequence[str]
    sampling: Sampling
    seed: int

    def denoiser(self, **changes: Any) -> Denoiser:
        """Return a denoiser with the sampling settings of the lesson, except for `changes`."""
        return Denoiser(self.diffusion, replace(self.sampling, **changes))

    def seeds(self, count: int, figure: str) -> list[int]:
        """Return `count` seeds that belong to one figure."""
        return [seed_for(self.seed, "lesson", figure, index) for index in range(count)]


def template_slice(height_mm: float = 0.0, resolution_mm: int = 3, side: int = 64) -> Pictures:
    """Return an axial slice of the MNI152 template as a grey picture, (side, side) uint8.

    The template is the T1-weighted one that nilearn ships. The front of the head is up and its left is on the
    left; the brain is in the middle. At 3 mm, a usual resolution of functional images, the whole brain fits
    into 64 x 64 voxels.

    Parameters
    ----------
    height_mm : float
        z in MNI space.
    resolution_mm : int
        Side of a voxel.
    side : int
        Side of the picture in voxels. A larger slice is cropped; a smaller one is padded with black.
    """
    from nilearn.datasets import load_mni152_template

    image = load_mni152_template(resolution=resolution_mm)
    index = round((height_mm - image.affine[2, 3]) / image.affine[2, 2])
    grey = np.asarray(image.dataobj)[:, :, index]
    brain = np.argwhere(grey > 0)
    centre = (brain.min(axis=0) + brain.max(axis=0) + 1) // 2
    window = np.pad(grey, side)[
        tuple(slice(c + side - side // 2, c + side + (side + 1) // 2) for c in centre)
    ]
    slice_: NDArray[np.uint8] = np.round(255 * window / window.max()).clip(0, 255).astype(np.uint8).T[::-1]
    return slice_
