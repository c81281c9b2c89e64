"""e: the embedding of a picture by the CLIP that an image prompt takes (Radford et al. 2021)."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cortex2image.features.stimuli import Stimuli
from cortex2image.judges.pretrained_judges import prepared
from cortex2image.networks.checksums import verify
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.components import read_network
from cortex2image.networks.judge_specs import CLIP_DEVIATION, CLIP_MEAN, Preparation
from cortex2image.networks.load import Diffusion
from cortex2image.networks.origins import IMAGE_ENCODER
from cortex2image.networks.pixels import square
from cortex2image.pictures import read_picture


def extract(stimuli: Stimuli, diffusion: Diffusion, latent: str) -> np.ndarray:
    """Return e of stimuli, see :func:`picture_embeddings`."""
    verify(diffusion.model_set, (IMAGE_ENCODER,))
    encoder = image_encoder(diffusion.model_set.folder / IMAGE_ENCODER, diffusion.device)
    return picture_embeddings(encoder, [read_picture(str(path)) for path in stimuli.image_paths])


@functools.lru_cache(maxsize=1)
def image_encoder(folder: Path, device: torch.device) -> Any:
    """Return the image tower of a CLIP with its projection, in float32; read once for all batches.

    Raises
    ------
    ModelSetError
        The folder does not hold one.
    """
    ensure_torchvision()
    from transformers import CLIPVisionModelWithProjection

    return read_network(CLIPVisionModelWithProjection, folder, device)


@torch.inference_mode()
def picture_embeddings(encoder: Any, pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Return the projected embeddings of pictures.

    Parameters
    ----------
    encoder : transformers.CLIPVisionModelWithProjection
    pictures : sequence of uint8 (H, W, 3)
        Of any size. The largest central square is resized to the size of the network by a bicubic filter, as
        CLIP was trained to see pictures.

    Returns
    -------
    float32 (n, d)
        Not normalised to unit length: IP-Adapter takes embeddings as they are (Ye et al. 2023).
    """
    seen = Preparation((encoder.config.image_size,), "bicubic", True, CLIP_MEAN, CLIP_DEVIATION)
    # Each in its own size: a resize before this one would blur what the network sees.
    squares = [square(picture, min(picture.shape[:2])) for picture in pictures]
    pixels = torch.cat([prepared(picture[None], seen, encoder.device) for picture in squares])
    embeds: torch.Tensor = encoder(pixels).image_embeds
    return embeds.float().cpu().numpy()
