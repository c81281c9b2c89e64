"""What a picture costs: multiplications of the networks, counted from their modules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from cortex2image.diffusion.denoise import Sampling
from cortex2image.diffusion.samplers import Sampler
from cortex2image.networks.registry import ModelSet
from cortex2image.study.methods import FROM_PICTURE, NO_DIFFUSION
from cortex2image.study.spaces import kept_steps


@dataclass(frozen=True)
class Cost:
    """Multiplications of one call for one row, each with an addition; two floating point operations.

    Convolutions, matrix products and attention are counted; normalisations and activations are not.

    Attributes
    ----------
    unet : int
        One pass of the U-Net, for one latent and one text.
    decode, decode_coarse : int
        The VAE decodes a generated latent, and a latent z.
    encode : int
        The VAE encodes a picture of the generated size.
    """

    unet: int
    decode: int
    decode_coarse: int
    encode: int

    def picture(self, start: str, passes: int, samples: int = 1) -> float:
        """Return the multiplications of one picture.

        Parameters
        ----------
        start : str
            That of the method, see :class:`cortex2image.study.methods.Method`.
        passes : int
            Rows that the U-Net gets for the picture, see :func:`unet_passes`.
        samples : int
            Pictures of one stimulus in a batch, which share the coarse picture and its latent; the VAE's
            encoder still runs for each where samples of its posterior are drawn.
        """
        coarse = self.decode_coarse / samples
        if start == NO_DIFFUSION:
            return coarse
        beginning = coarse + self.encode / samples if start == FROM_PICTURE else 0
        return beginning + passes * self.unet + self.decode


def unet_passes(start: str, sampling: Sampling, scheduler_config: Any) -> int:
    """Return how many rows the U-Net gets for a picture; with guidance every pass has two.

    Parameters
    ----------
    start : str
    sampling : Sampling
    scheduler_config : mapping
        See :class:`Sampler`.
    """
    if start == NO_DIFFUSION:
        return 0
    kept = kept_steps(sampling.steps, sampling.strength) if start == FROM_PICTURE else sampling.steps
    sampler = Sampler(sampling.sampler, scheduler_config, sampling.steps)
    return len(sampler.passes(sampling.steps - kept)) * (1 if sampling.guidance_scale == 1 else 2)


def count(model_set: ModelSet, unet: Any, vae: Any) -> Cost:
    """Count the multiplications of the networks of a set.

    Parameters
    ----------
    model_set : ModelSet
        Its shapes are used, not its files.
    unet, vae : diffusers.UNet2DConditionModel, AutoencoderKL
        Their configurations are used: networks of the same modules, without weights or memory, are counted.
    """
    with torch.device("meta"):
        bare_unet, bare_vae = (type(one).from_config(one.config) for one in (unet, vae))
        latent, coarse = (
            torch.empty(1, *shape) for shape in (model_set.generated_shape, model_set.latent_shape)
        )
        # With the depth map, where the U-Net takes one.
        noisy = torch.empty(1, bare_unet.config.in_channels, *model_set.generated_shape[1:])
        text = torch.empty(1, model_set.text_length, model_set.text_width)
        picture = torch.empty(1, 3, model_set.image_size, model_set.image_size)
        timestep = torch.tensor(1)
        return Cost(
            unet=_multiplications(lambda: bare_unet(noisy, timestep, text)),
            decode=_multiplications(lambda: bare_vae.decode(latent)),
            decode_coarse=_multiplications(lambda: bare_vae.decode(coarse)),
            encode=_multiplications(lambda: bare_vae.encode(picture)),
        )


def _multiplications(call: Callable[[], Any]) -> int:
    with torch.no_grad(), FlopCounterMode(display=False) as counted:
        call()
    return int(counted.get_total_flops()) // 2
