"""The blocks of a U-Net and their parts, derived from its configuration or from the facts of a registry."""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cortex2image.errors import ModelSetError

# Blocks whose parts are known: residual layers alone, or each followed by attention.
PLAIN, ATTENDING = ("DownBlock2D", "UpBlock2D"), ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D")
MIDDLE = "UNetMidBlock2DCrossAttn"
SHORT = {"resnets": "res", "attentions": "attn"}


@dataclass(frozen=True)
class Block:
    """One block of a U-Net.

    Attributes
    ----------
    name : str
        Name of the module in the network, e.g. ``down_blocks.0``.
    channels : int
        Channels of the maps at this level.
    side : int
        Height and width of the maps at this level.
    attends : bool
        Whether the block has cross-attention to the caption.
    """

    name: str
    channels: int
    side: int
    attends: bool


def blocks(config: Any) -> list[Block]:
    """Return the blocks in the order in which a latent passes them.

    Parameters
    ----------
    config : configuration of a ``diffusers.UNet2DConditionModel``
        The side of the maps halves from each down block to the next and doubles from up block to up block.
    """
    channels, levels = list(config.block_out_channels), len(config.block_out_channels)
    sides = [config.sample_size // 2**level for level in range(levels)]
    down = [
        Block(f"down_blocks.{i}", channels[i], sides[i], _attends(kind))
        for i, kind in enumerate(config.down_block_types)
    ]
    middle = Block("mid_block", channels[-1], sides[-1], _attends(config.mid_block_type))
    up = [
        Block(f"up_blocks.{i}", channels[-1 - i], sides[-1 - i], _attends(kind))
        for i, kind in enumerate(config.up_block_types)
    ]
    return [*down, middle, *up]


def _attends(kind: str) -> bool:
    return "CrossAttn" in kind


def _attend(kinds: Sequence[str]) -> tuple[bool, ...]:
    return tuple(_attends(kind) for kind in kinds)


@dataclass(frozen=True)
class UNetShape:
    """The numbers from which the layers of a U-Net follow; of each level, from the finest to the coarsest.

    Attributes
    ----------
    channels : tuple of int
        Channels of the maps.
    attends : tuple of bool
        Whether the down and the up block have attention; the middle always has.
    residuals : int
        Residual layers of a down block; an up block has one more.
    side : int
        Height and width of the latent.
    """

    channels: tuple[int, ...]
    attends: tuple[bool, ...]
    residuals: int
    side: int

    @classmethod
    def of(cls, config: Any) -> "UNetShape":
        """Return the shape that the configuration of a ``diffusers.UNet2DConditionModel`` gives.

        Raises
        ------
        ModelSetError
            The network has blocks whose layers are not known here, or blocks of different lengths.
        """
        kinds = (*config.down_block_types, *config.up_block_types)
        down, up = map(_attend, (config.down_block_types, config.up_block_types))
        known = {*kinds} <= {*PLAIN, *ATTENDING} and config.mid_block_type == MIDDLE
        if not known or down != up[::-1] or not isinstance(config.layers_per_block, int):
            found = f"{', '.join(kinds)}, {config.mid_block_type}, {config.layers_per_block} layers"
            expected = (
                f"blocks {', '.join((*PLAIN, *ATTENDING, MIDDLE))}, up blocks that mirror the down blocks"
            )
            fix = "choose another model set, or teach networks/unet_layers.py its blocks"
            raise ModelSetError("configuration of the U-Net", expected, found, fix)
        return cls(tuple(config.block_out_channels), down, config.layers_per_block, config.sample_size)


@dataclass(frozen=True)
class Layer:
    """A block of a U-Net or a part of a block, as feature spaces name it.

    Attributes
    ----------
    name : str
        ``down0`` (the finest), ``mid``, ``up0`` (the coarsest), ...; ``down1.res0`` and ``down1.attn0`` are
        the first residual layer and the first attention layer of a block.
    module : str
        Name of the module in a ``diffusers.UNet2DConditionModel``.
    channels, side : int
        Of its output. That of a block is what the next block gets: after the maps were halved or doubled.
        Parts of a block come before that.
    """

    name: str
    module: str
    channels: int
    side: int

    @property
    def width(self) -> int:
        """Return the number of values for a latent: channels x height x width."""
        return self.channels * self.side**2


@functools.cache
def layers(unet: UNetShape) -> tuple[Layer, ...]:
    """Return every layer in the order in which a latent passes them, a block after its parts.

    What a block gives that neither halves nor doubles the maps is the output of its last part, which has no
    name of its own: two models of the same features would keep each other from being the better one.
    """
    last, found = len(unet.channels) - 1, list[Layer]()
    for level in range(last + 1):
        after = unet.side >> min(level + 1, last)
        found += _block(
            unet, f"down{level}", f"down_blocks.{level}", level, unet.residuals, after, level < last
        )
    found += _parts(unet, "mid", "mid_block", last, [(0, "resnets"), (0, "attentions")])
    found += [Layer("mid", "mid_block", unet.channels[last], unet.side >> last)]
    for number in range(last + 1):
        level = last - number
        after = unet.side >> max(level - 1, 0)
        found += _block(
            unet, f"up{number}", f"up_blocks.{number}", level, unet.residuals + 1, after, level > 0
        )
    return tuple(found)


def _block(
    unet: UNetShape, name: str, module: str, level: int, residuals: int, after: int, resized: bool
) -> Iterator[Layer]:
    """Yield the parts of a block at a level, then the block, whose output has the side `after`.

    The last part is left out unless its maps are `resized` before the block gives them.
    """
    kinds = ("resnets", "attentions") if unet.attends[level] else ("resnets",)
    parts = [*itertools.product(range(residuals), kinds)]
    yield from _parts(unet, name, module, level, parts if resized else parts[:-1])
    yield Layer(name, module, unet.channels[level], after)


def _parts(
    unet: UNetShape, name: str, module: str, level: int, parts: Iterable[tuple[int, str]]
) -> Iterator[Layer]:
    """Yield the parts of a block, each given by its number among its kind and its kind."""
    for number, kind in parts:
        part, place = f"{name}.{SHORT[kind]}{number}", f"{module}.{kind}.{number}"
        yield Layer(part, place, unet.channels[level], unet.side >> level)
