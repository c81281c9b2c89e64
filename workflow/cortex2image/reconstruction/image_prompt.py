"""Pictures under an image prompt: Stable Diffusion with an IP-Adapter (Ye et al. 2023).

A CLIP embedding of the picture, decoded as the feature space e, takes the place of the text: the adapter adds
attention to four tokens made of it beside the attention to the caption. The caption is empty, so that what is
drawn comes from e alone, as where the authors use a picture as the only prompt; where a method also reads c,
the decoded text states are the caption. In the unconditional half of guidance the embedding is zero, as where
the adapter was trained with dropped pictures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.checksums import verify
from cortex2image.networks.components import check_tensors, read_tensors
from cortex2image.networks.load import Diffusion, load_diffusion
from cortex2image.networks.origins import ADAPTER_WEIGHTS
from cortex2image.networks.small_batches import steady_in_small_batches
from cortex2image.reconstruction.generator import Features, StableDiffusion, generate
from cortex2image.reconstruction.studio import Drawn, Painter, Studio
from cortex2image.study.methods import Method

PART = "image_prompt"
TOKENS = 4
FIX = "run `snakemake --cores 1 download_models` with this config"


class ImagePrompt(StableDiffusion):
    """Stable Diffusion conditioned on image embeddings e, and on text states c where they are given.

    Parameters
    ----------
    denoiser : Denoiser
        Of a diffusion model whose U-Net has an adapter, see :func:`attach_adapter`. Its unconditional state
        gets the embedding of no picture: it then serves image prompts only.
    """

    def __init__(self, denoiser: Denoiser):
        super().__init__(denoiser)
        self.no_caption = denoiser.unconditional
        no_picture = torch.zeros(1, denoiser.diffusion.model_set.part_widths[PART])
        denoiser.unconditional = self._with_prompt(self.no_caption, no_picture)

    def states(self, features: Features) -> torch.Tensor:
        """Return text states followed by the embeddings, (n, text_length + rows of e, text_width)."""
        embeds = torch.tensor(features["e"], dtype=torch.float32)
        if "c" in features:
            return self._with_prompt(self.denoiser.states(features["c"]), embeds)
        return self._with_prompt(self.no_caption.expand(len(embeds), -1, -1), embeds)

    def _with_prompt(self, text: torch.Tensor, embeds: torch.Tensor) -> torch.Tensor:
        """Append embeddings (n, d) to text states (n, tokens, width) as rows of that width, filled with 0."""
        rows = -(-embeds.shape[1] // text.shape[2])
        filled = torch.nn.functional.pad(embeds.to(text), (0, rows * text.shape[2] - embeds.shape[1]))
        return torch.cat([text, filled.reshape(len(embeds), rows, -1)], dim=1)


def open_painter(method: Method, studio: Studio) -> Painter:
    """Load the diffusion model with its adapter and return what draws the batches of a method."""
    verify(studio.models, (ADAPTER_WEIGHTS,))
    # Never compiled: what the adapter changes in the U-Net afterwards would not run.
    diffusion = load_diffusion(studio.models, studio.device, studio.precision)
    attach_adapter(diffusion)
    generator = ImagePrompt(Denoiser(diffusion, studio.sampling))

    def paint(features: Features, seeds: Sequence[int]) -> Drawn:
        return Drawn(generate(method.start, generator, features, seeds))

    return paint


def attach_adapter(diffusion: Diffusion) -> None:
    """Put the adapter of the model set into the U-Net, which then takes text states followed by embeddings.

    Raises
    ------
    ModelSetError
        The file of the adapter is missing or damaged, or belongs to another U-Net or another CLIP.
    """
    path = diffusion.model_set.folder / ADAPTER_WEIGHTS
    weights, unet = read_tensors(path, FIX), diffusion.unet
    check_tensors(weights, adapter_shapes(unet, diffusion.model_set.part_widths[PART]), path, FIX)
    attach_weights(unet, weights, diffusion.model_set.text_length, diffusion.model_set.part_widths[PART])


def attach_weights(unet: Any, weights: Mapping[str, torch.Tensor], length: int, width: int) -> None:
    """Put an adapter into a U-Net, which then takes `length` text states followed by `width` values."""
    parts = {part: _under(part, weights) for part in ("image_proj", "ip_adapter")}
    # The public way in diffusers leads through a pipeline, whose other parts have no use here.
    unet._load_ip_adapter_weights([parts], low_cpu_mem_usage=False)
    unet.eval().requires_grad_(False)
    if unet.device.type == "cpu":
        steady_in_small_batches(unet)  # the layers of the adapter too
    unet.register_forward_pre_hook(_splitting(length, width), with_kwargs=True)


def adapter_shapes(unet: Any, width: int) -> dict[str, torch.Tensor]:
    """Return the tensors of an adapter for a U-Net by their names in the published file, without memory.

    Parameters
    ----------
    unet : diffusers.UNet2DConditionModel
    width : int
        Number of values of an image embedding.
    """
    text = unet.config.cross_attention_dim
    shapes: dict[str, tuple[int, ...]] = {
        "image_proj.proj.weight": (TOKENS * text, width),
        "image_proj.proj.bias": (TOKENS * text,),
        "image_proj.norm.weight": (text,),
        "image_proj.norm.bias": (text,),
    }
    # The file numbers all attention layers in this order, and has tensors for those that attend to a caption.
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            attention = unet.get_submodule(name.removesuffix(".processor"))
            for value in ("k", "v"):
                shapes[f"ip_adapter.{number}.to_{value}_ip.weight"] = tuple(attention.to_k.weight.shape)
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def _under(part: str, weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    prefix = f"{part}."
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _splitting(length: int, width: int) -> Any:
    """Return a hook that takes embeddings off the end of the states that a U-Net is called with."""

    def split(unet: Any, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        call = dict(zip(("sample", "timestep", "encoder_hidden_states"), args, strict=False)) | options
        states = call["encoder_hidden_states"]
        embeds = states[:, length:].flatten(1)[:, :width]
        call["encoder_hidden_states"] = states[:, :length]
        # One adapter, with one picture per row.
        call["added_cond_kwargs"] = {"image_embeds": [embeds[:, None]]}
        return (), call

    return split
