"""Layers that give a row the same result in a batch of any size, on a CPU in float32.

PyTorch and its libraries choose other kernels for small inputs, which add in another order, so that a row
of a small batch differs in its last bits. A convolution of a small input is done by oneDNN only from two rows
on, and from 16 if its kernel has one pixel and PyTorch one thread (``ConvParams::use_mkldnn`` in PyTorch's
aten/src/ATen/native/Convolution.cpp); the BLAS has kernels of its own for products of few rows. Maps out of
attention lie channels last in a batch and channels first alone, and the order of sums follows the layout:
here they are taken channels first.
"""

import torch
from torch import nn

FEWEST = 16


class SteadyConv2d(nn.Conv2d):
    """A convolution by oneDNN for batches of any size."""

    padding: tuple[int, ...]

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002 (the name that PyTorch gives it)
        """Return the convolved maps, (n, channels, h, w)."""
        if input.device.type != "cpu" or input.dtype != torch.float32 or torch.compiler.is_compiling():
            return super().forward(input)
        sizes = (self.padding, self.stride, self.dilation, self.groups)
        maps = input.contiguous()
        convolved: torch.Tensor = torch.mkldnn_convolution(maps, self.weight, self.bias, *sizes)
        return convolved


class SteadyGroupNorm(nn.GroupNorm):
    """A group normalisation whose sums have one order, whatever the layout of the maps."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
        """Return the normalised maps, (n, channels, ...)."""
        return super().forward(input.contiguous() if input.device.type == "cpu" else input)


class SteadyLinear(nn.Linear):
    """A linear layer that takes few rows beside rows of zeros, as a part of a larger batch."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
        """Return the products, (n, ..., units)."""
        rows = input.numel() // self.in_features
        if rows >= FEWEST or input.device.type != "cpu":
            return self.product(input)
        flat = input.reshape(rows, self.in_features)
        filled = torch.cat([flat, flat.new_zeros((FEWEST - rows, self.in_features))])
        return self.product(filled)[:rows].reshape(*input.shape[:-1], self.out_features)

    def product(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the products of rows, (..., units)."""
        return nn.functional.linear(rows, self.weight, self.bias)


def steady_in_small_batches(network: nn.Module) -> None:
    """Make the layers of a network, in place, independent of the size of a batch."""
    for layer in network.modules():
        if type(layer) is nn.Linear:
            layer.__class__ = SteadyLinear
        elif type(layer) is nn.GroupNorm:
            layer.__class__ = SteadyGroupNorm
        elif type(layer) is nn.Conv2d and torch.backends.mkldnn.is_available() and _plain(layer):
            layer.__class__ = SteadyConv2d


def _plain(layer: nn.Conv2d) -> bool:
    """Return whether a convolution fills its borders with zeros of a given number, as oneDNN does."""
    return layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
