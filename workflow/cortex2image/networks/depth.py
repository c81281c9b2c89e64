"""The depth network of a model set: DPT (Ranftl, Bochkovskiy and Koltun 2021), as its generator knows it.

Stable Diffusion 2 was trained for depth with maps of this network; its U-Net takes a map as a channel after
those of the latent.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch.nn.functional import interpolate

from cortex2image.device import choose_device
from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import verify
from cortex2image.networks.compat import spared
from cortex2image.networks.components import FIX, read_network
from cortex2image.networks.normalised import Colours, read_colours
from cortex2image.networks.registry import ModelSet
from cortex2image.study.space_names import parse_space

FOLDER, COLOURS_FOLDER = "depth_estimator", "feature_extractor"


@dataclass(frozen=True)
class DepthEstimator:
    """A loaded depth network.

    Attributes
    ----------
    network : transformers.DPTForDepthEstimation
    colours : Colours
        Normalisation of the pictures that the network was trained on.
    side : int
        Side of a depth map: that of a generated latent.
    """

    network: Any
    colours: Colours
    side: int

    @property
    def picture_side(self) -> int:
        """Return the side in pixels of the pictures that the network sees."""
        side: int = self.network.config.image_size
        return side

    @torch.inference_mode()
    def maps(self, images: np.ndarray) -> np.ndarray:
        """Return the depth maps of pictures.

        Parameters
        ----------
        images : uint8 (n, picture_side, picture_side, 3)

        Returns
        -------
        float32 (n, side * side)
            Relative inverse depth, larger for what is nearer, in the units of the network; reduced by bicubic
            interpolation as the generator's own pipeline in diffusers does it, flattened in C order.
        """
        pixels = self.colours.normalised(images).to(self.network.device)
        depth = self.network(pixel_values=pixels).predicted_depth.float()
        size = (self.side, self.side)
        reduced = interpolate(depth.unsqueeze(1), size=size, mode="bicubic", align_corners=False)
        maps: np.ndarray = reduced.flatten(1).cpu().numpy()
        return maps


@lru_cache(maxsize=1)
def load_depth_estimator(model_set: ModelSet, device: str = "auto") -> DepthEstimator:
    """Load the depth network of a model set, once per process, in float32.

    Raises
    ------
    ConfigError
        The model set has no depth network, or the device does not exist.
    ModelSetError
        A file is missing, altered, pickled or not listed, or the declared maps are not as large as latents.
    """
    width = parse_space("depth").width(model_set)
    with spared():
        from transformers import DPTForDepthEstimation

    latent = model_set.generated_shape[1:]
    if width != math.prod(latent):
        found = f"{width} values of a map"
        raise ModelSetError(model_set.folder, f"depth maps of {latent[0]} x {latent[1]}", found, FIX)
    verify(model_set, [FOLDER, COLOURS_FOLDER])
    folder = model_set.folder
    network = read_network(DPTForDepthEstimation, folder / FOLDER, choose_device(device))
    return DepthEstimator(network, read_colours(folder / COLOURS_FOLDER), latent[0])
