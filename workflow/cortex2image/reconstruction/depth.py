"""Pictures that are held to a decoded depth map: the core of the method ``depth``.

The map is a channel after those of the noisy latent in every pass of the U-Net, under the text and without
it, as in ``StableDiffusionDepth2ImgPipeline`` of diffusers and in the technical report of Takagi and
Nishimoto (2023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import DataError
from cortex2image.networks.load import load_diffusion
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.studio import Drawn, Painter, Studio
from cortex2image.study.methods import Method


def open_painter(method: Method, studio: Studio) -> Painter:
    """Load the diffusion model and return what draws the batches of a method."""
    diffusion = load_diffusion(studio.models, studio.device, studio.precision, studio.compiled)
    unet, side = DepthUNet(diffusion.unet), studio.models.generated_shape[1]
    denoiser = Denoiser(replace(diffusion, unet=unet), studio.sampling)

    def paint(features: Mapping[str, np.ndarray], seeds: Sequence[int]) -> Drawn:
        unet.hold(scaled_maps(features["depth"], side))
        return Drawn(pictures(method, denoiser, {"z": features["z"], "c": features["c"]}, seeds))

    return paint


def scaled_maps(depth: np.ndarray, side: int) -> torch.Tensor:
    """Return decoded depth maps as the U-Net was trained to see them: each from -1, far, to 1, near.

    Depth is known up to its scale and its zero alone, so that each map is scaled by its own extremes.

    Parameters
    ----------
    depth : (n, side * side) array
        In any units, larger for what is nearer.
    side : int

    Returns
    -------
    float32 tensor (n, 1, side, side)

    Raises
    ------
    DataError
        A map has one value everywhere, and so no extremes.
    """
    maps = torch.tensor(depth, dtype=torch.float32).reshape(-1, 1, side, side)
    least, most = maps.amin((1, 2, 3), keepdim=True), maps.amax((1, 2, 3), keepdim=True)
    if not (most > least).all():
        fix = "look at the scores of the decoded depth, or drop the method"
        raise DataError("decoded depth", "maps with near and far parts", "a map of one value", fix)
    return 2 * (maps - least) / (most - least) - 1


class DepthUNet(nn.Module):
    """A U-Net that is called with latents alone, and holds the depth maps that it takes beside them.

    Parameters
    ----------
    unet : diffusers.UNet2DConditionModel
        With one channel more than the latents have.
    """

    def __init__(self, unet: Any):
        super().__init__()
        self.unet = unet
        self.config = type(unet.config)({**unet.config, "in_channels": unet.config.in_channels - 1})
        self.maps: torch.Tensor | None = None

    def hold(self, maps: torch.Tensor) -> None:
        """Take the maps of the next pictures, (n, 1, side, side)."""
        self.maps = maps

    def forward(self, latents: torch.Tensor, timestep: Any, states: torch.Tensor, **options: Any) -> Any:
        """Return the output of the U-Net for latents of n pictures, or twice those of n for guidance.

        Raises
        ------
        DataError
            The maps held are not of as many pictures.
        """
        assert self.maps is not None
        times, rest = divmod(len(latents), len(self.maps))
        if rest:
            expected = f"latents of {len(self.maps)} pictures, one or two of each"
            raise DataError(
                "U-Net with depth", expected, f"{len(latents)}", "hold the maps of these pictures"
            )
        maps = self.maps.to(latents).repeat(times, 1, 1, 1)
        return self.unet(torch.cat([latents, maps], dim=1), timestep, states, **options)
