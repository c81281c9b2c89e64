"""Networks prepared for the device that runs them: the one place where speed depends on the device.

- CPU, float32: linear layers are computed by oneDNN, as convolutions are, and not by MKL, which on processors
  of AMD reaches less than half the rate; convolutions of one pixel as linear layers, since the last digit of
  oneDNN's own depends on the number of pictures. Other layers: :mod:`cortex2image.networks.small_batches`.
- CUDA: maps of the U-Net and of the VAE lie channels last, for tensor cores; queries, keys and values come
  from one product; the VAE works picture by picture where the device has no memory for a batch.
- Everywhere: attention is PyTorch's `scaled_dot_product_attention`, which diffusers chooses by itself.

Not done, as it brought little: channels last on a CPU, where diffusers changes it back from 64 rows on; one
product for queries, keys and values there; keeping keys and values of the text over steps (2 % of the
multiplications of the miniature, 0.4 % of those of Stable Diffusion 1).
"""

from typing import Any

import torch
from torch import nn

from cortex2image.networks.small_batches import SteadyConv2d, SteadyLinear

LIVE_MAPS = 4
"""Full-size maps that the VAE holds at once for a picture: a residual block's input, sum, and two between."""


class OneDnnLinear(SteadyLinear):
    """A linear layer computed by oneDNN; where gradients are asked for, as any other."""

    def product(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the products of rows, (..., units)."""
        if torch.is_grad_enabled():
            return super().product(rows)
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            rows, self.weight, self.bias, "none", [], ""
        )
        return product


class OneDnnPointwise(nn.Conv2d):
    """A convolution of one pixel, computed as a linear layer; where gradients are asked for, as any other."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        if torch.is_grad_enabled():
            return super().forward(maps)
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            maps.permute(0, 2, 3, 1), self.weight.flatten(1), self.bias, "none", [], ""
        )
        # In one layout throughout: convolutions that follow sum in an order that depends on it.
        return product.permute(0, 3, 1, 2).contiguous()


def tune(unet: Any, vae: Any, compiled: bool) -> None:
    """Prepare networks, in place, for the device and the precision that they are in.

    Parameters
    ----------
    unet, vae : diffusers.UNet2DConditionModel, AutoencoderKL
        In evaluation mode.
    compiled : bool
        Compile both, for each shape that they meet; a batch of another size costs minutes again. Hooks that
        are set on their layers later would not run.
    """
    device, dtype = unet.device, unet.dtype
    if device.type == "cuda":
        unet.to(memory_format=torch.channels_last)
        vae.to(memory_format=torch.channels_last)
        unet.fuse_qkv_projections()
    elif dtype == torch.float32 and not compiled and has_onednn_linear():
        use_onednn(unet)
        use_onednn(vae)
    if compiled:
        for network in (unet, vae.encoder, vae.decoder):
            network.compile(dynamic=False)


def has_onednn_linear() -> bool:
    """Return whether this build of PyTorch has oneDNN's linear layer, whose name is private there."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def use_onednn(network: nn.Module) -> None:
    """Let oneDNN compute linear layers and convolutions of one pixel, in float32 on a CPU, in place."""
    for layer in network.modules():
        if type(layer) in (nn.Linear, SteadyLinear):
            layer.__class__ = OneDnnLinear
        elif isinstance(layer, nn.Conv2d) and type(layer) in (nn.Conv2d, SteadyConv2d) and _one_pixel(layer):
            layer.__class__ = OneDnnPointwise


def _one_pixel(layer: nn.Conv2d) -> bool:
    alone = layer.kernel_size == layer.stride == (1, 1) and layer.padding == (0, 0)
    return alone and layer.groups == 1


def decode_one_by_one(vae: Any, pictures: int, side: int, used: int, total: int) -> None:
    """Let the VAE work picture by picture if a batch would not fit into memory.

    The decision follows from the size of the device's memory and not from what is free, so that a device
    always draws the same pictures.

    Parameters
    ----------
    vae : diffusers.AutoencoderKL
    pictures, side : int
        Pictures of a batch, and their side in pixels.
    used, total : int
        Bytes of the networks, and of the device's memory.
    """
    widest = max(vae.config.block_out_channels[:2])
    needed = LIVE_MAPS * pictures * side**2 * widest * vae.dtype.itemsize
    if used + needed > total:
        vae.enable_slicing()


def network_bytes(*networks: nn.Module) -> int:
    """Return the bytes of the weights of networks."""
    return sum(weight.numel() * weight.element_size() for one in networks for weight in one.parameters())
