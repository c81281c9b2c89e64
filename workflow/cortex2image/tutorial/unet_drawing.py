"""The U-Net as a drawing: boxes as tall as their maps and as wide as their channels."""

import itertools
from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from cortex2image.networks.unet_layers import Block
from cortex2image.plots.style import NULL_COLOUR, PALETTE, SETTINGS

READS, READS_NOT = PALETTE[1], PALETTE[4]
COLUMN, LEVEL = 1.45, 0.85
"""Distances between neighbouring boxes, and between the levels of the U."""


def unet_schematic(blocks: Sequence[Block], latent_channels: int) -> Figure:
    """Draw the blocks of a U-Net in the order in which a latent passes them, each level below the last.

    Parameters
    ----------
    blocks : sequence of Block
        As many up blocks as down blocks, and one in the middle.
    latent_channels : int
        Channels of the input and of the output.
    """
    side = max(block.side for block in blocks)
    ends = [Block(name, latent_channels, side, attends=False) for name in ("noisy latent", "v")]
    boxes = [ends[0], *blocks, ends[1]]
    levels = [min(i, len(blocks) - 1 - i, len(blocks) // 2 - 1) for i in range(len(blocks))]
    depths = [0, *levels, 0]
    with rc_context(SETTINGS):
        figure = Figure(figsize=(6.2, 2.9), layout="constrained")
        axes = figure.subplots()
    widest = max(block.channels for block in blocks)
    for i, (block, depth) in enumerate(zip(boxes, depths, strict=True)):
        _box(axes, block, (i * COLUMN, -depth * LEVEL), block.channels / widest, block.side / side)
    _arrows(axes, depths)
    _skips(axes, depths)
    axes.legend(
        handles=[Patch(color=READS, label="reads the caption"), Patch(color=READS_NOT, label="does not")],
        loc="lower right",
        frameon=False,
        fontsize=8,
    )
    axes.set(xlim=(-0.8, (len(boxes) - 0.4) * COLUMN), ylim=(-max(depths) * LEVEL - 0.75, 0.75))
    axes.axis("off")
    return figure


def _box(axes: Axes, block: Block, centre: tuple[float, float], width: float, height: float) -> None:
    """Draw one block; a width of 1 fills a column and a height of 1 fills a level."""
    x, y = centre
    extent = (0.15 + 0.6 * width, 0.12 + 0.45 * height)
    corner = (x - extent[0] / 2, y - extent[1] / 2)
    axes.add_patch(Rectangle(corner, *extent, color=READS if block.attends else READS_NOT))
    below = f"{block.name.replace('_blocks.', ' ').replace('_block', '')}\n"
    below += f"{block.channels}×{block.side}×{block.side}"
    axes.text(x, corner[1] - 0.04, below, ha="center", va="top", size=7)


def _arrows(axes: Axes, depths: Sequence[int]) -> None:
    """Join neighbouring boxes in the order in which a latent passes them."""
    for i, (here, there) in enumerate(itertools.pairwise(depths)):
        tail, head = ((i + 0.3) * COLUMN, -here * LEVEL), ((i + 0.7) * COLUMN, -there * LEVEL)
        axes.annotate("", head, tail, arrowprops={"arrowstyle": "->", "linewidth": 0.8})


def _skips(axes: Axes, depths: Sequence[int]) -> None:
    """Join each down block with the up block that receives its maps through a skip connection."""
    style = {"arrowstyle": "->", "linestyle": ":", "color": NULL_COLOUR, "connectionstyle": "arc3,rad=-0.15"}
    for i in range(1, len(depths) // 2):
        left, right, y = (i + 0.15) * COLUMN, (len(depths) - 1.15 - i) * COLUMN, -depths[i] * LEVEL + 0.2
        axes.annotate("", (right, y), (left, y), arrowprops=style)
