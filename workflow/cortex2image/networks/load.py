"""Load a model set with the classes of diffusers and transformers, after its files have been checked."""

from dataclasses import dataclass
from typing import Any

import torch

from cortex2image.device import choose_device
from cortex2image.errors import ModelSetError
from cortex2image.networks.checksums import verify
from cortex2image.networks.compat import spared
from cortex2image.networks.components import read_network, read_part, read_tokenizer
from cortex2image.networks.registry import ModelSet
from cortex2image.networks.tuning import decode_one_by_one, network_bytes, tune
from cortex2image.networks.unet_layers import UNetShape

PARTS = ("scheduler", "text_encoder", "tokenizer", "unet", "vae")


@dataclass(frozen=True)
class Diffusion:
    """The loaded parts of a latent diffusion model, on one device, in evaluation mode.

    Attributes
    ----------
    vae, unet, scheduler : diffusers.AutoencoderKL, UNet2DConditionModel, DDIMScheduler
    text_encoder, tokenizer : transformers.CLIPTextModel, CLIPTokenizer
    factor : int
        Side of a picture in pixels divided by the side of its latent.
    coarse_size : int
        Side in pixels of the pictures whose latents are z; see `latent_shape` of :class:`ModelSet`.
    dtype : torch.dtype
        Number format of the networks. Latents between calls of the networks stay in float32.
    """

    model_set: ModelSet
    vae: Any
    unet: Any
    text_encoder: Any
    tokenizer: Any
    scheduler: Any
    device: torch.device
    dtype: torch.dtype

    @property
    def factor(self) -> int:
        levels = len(self.vae.config.block_out_channels)
        return 1 << (levels - 1)

    @property
    def coarse_size(self) -> int:
        return self.model_set.latent_shape[1] * self.factor


def load_diffusion(
    model_set: ModelSet, device: str = "auto", precision: str = "float32", compiled: bool = False
) -> Diffusion:
    """Load VAE, U-Net, text encoder, tokenizer and a DDIM scheduler from the folder of `model_set`.

    Only safetensors files of this folder are read, and only if they match its checksums. The scheduler is
    the deterministic DDIM scheduler of Stable Diffusion 1.x, whichever sampler the folder names: samples are
    not clipped (latents are not pictures), and the last step ends at the first alpha of the schedule.

    Parameters
    ----------
    model_set : ModelSet
    device : str
        See :func:`choose_device`.
    precision : {"float32", "bfloat16", "float16"}
        Number format of weights and activations, whatever format the files are stored in.
    compiled : bool
        Compile U-Net and VAE. How they are prepared without it: :mod:`cortex2image.networks.tuning`.

    Raises
    ------
    ModelSetError
        A file is missing, altered, pickled or not listed, or the parts do not fit together.
    ConfigError
        The device does not exist.
    """
    with spared():
        from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
        from transformers import CLIPTextModel

    verify(model_set, PARTS)
    place, dtype = choose_device(device), getattr(torch, precision)

    folder = model_set.folder
    text_encoder = read_network(CLIPTextModel, folder / "text_encoder", place, dtype)
    loaded = Diffusion(
        model_set=model_set,
        vae=read_network(AutoencoderKL, folder / "vae", place, dtype),
        unet=read_network(UNet2DConditionModel, folder / "unet", place, dtype),
        text_encoder=text_encoder,
        tokenizer=read_tokenizer(folder / "tokenizer", text_encoder.config.vocab_size),
        scheduler=read_part(DDIMScheduler, folder / "scheduler", clip_sample=False, set_alpha_to_one=False),
        device=place,
        dtype=dtype,
    )
    _check_fit(loaded)
    tune(loaded.unet, loaded.vae, compiled)
    if place.type == "cuda":
        used = network_bytes(loaded.unet, loaded.vae, loaded.text_encoder)
        total = torch.cuda.get_device_properties(place).total_memory
        decode_one_by_one(loaded.vae, model_set.most_at_once, model_set.image_size, used, total)
    return loaded


def _check_fit(loaded: Diffusion) -> None:
    declared, text = loaded.model_set, loaded.text_encoder.config
    vae, unet = loaded.vae.config, loaded.unet.config
    channels, sides = declared.latent_shape[0], set(declared.latent_shape[1:])
    generated = (unet.out_channels, unet.sample_size, unet.sample_size)
    shape = UNetShape.of(unet)
    checks = [
        ("text encoder, width", declared.text_width, text.hidden_size),
        ("text encoder, tokens", declared.text_length, text.max_position_embeddings),
        ("tokenizer, tokens", declared.text_length, loaded.tokenizer.model_max_length),
        ("U-Net, width of the text it attends to", declared.text_width, unet.cross_attention_dim),
        ("U-Net, latent channels in", channels + ("depth" in declared.parts), unet.in_channels),
        ("U-Net, latent channels out", channels, unet.out_channels),
        ("VAE, latent channels", channels, vae.latent_channels),
        ("U-Net, side of the latent", declared.image_size // loaded.factor, unet.sample_size),
        ("U-Net, shape of the generated latent", declared.generated_shape, generated),
        ("U-Net, channels at each level", declared.unet_channels, shape.channels),
        ("U-Net, attention at each level", declared.unet_attends, shape.attends),
        ("U-Net, residual layers of a block", declared.unet_residuals, shape.residuals),
        ("latent z, one side", 1, len(sides)),
    ]
    for part, expected, found in checks:
        if expected != found:
            fix = "correct the entry in networks/registry.py, or the folder: its parts must be of one model"
            raise ModelSetError(f"{declared.folder}, {part}", str(expected), str(found), fix)
