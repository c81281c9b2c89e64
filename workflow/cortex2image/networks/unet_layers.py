"""The blocks of a U-Net, derived from its configuration."""

from dataclasses import dataclass
from typing import Any


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
