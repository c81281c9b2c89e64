from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from cortex2image.networks.unet_layers import Block
from cortex2image.tutorial.unet_drawing import READS, READS_NOT, unet_schematic

BLOCKS = [
    Block("down_blocks.0", 8, 16, attends=False),
    Block("down_blocks.1", 32, 8, attends=True),
    Block("mid_block", 32, 8, attends=True),
    Block("up_blocks.0", 32, 8, attends=True),
    Block("up_blocks.1", 8, 16, attends=False),
]


def boxes():
    axes = unet_schematic(BLOCKS, 4).axes[0]
    return axes, [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_sizes_follow_channels_and_sides():
    _, drawn = boxes()
    widths, heights = ([getattr(box, f"get_{name}")() for box in drawn] for name in ("width", "height"))
    assert widths[0] < widths[1] < widths[2] == widths[3]
    assert heights[1] > heights[2]
    assert heights[0] == heights[1]


def test_colours_say_who_reads_the_caption():
    _, drawn = boxes()
    found = [to_hex(box.get_facecolor()) for box in drawn]
    assert found == [c.lower() for c in (READS_NOT, READS_NOT, READS, READS, READS, READS_NOT, READS_NOT)]


def test_partners_stand_on_one_level_of_the_u():
    _, drawn = boxes()
    centres = [box.get_y() + box.get_height() / 2 for box in drawn]
    assert centres == centres[::-1]
    assert centres[1] > centres[2]


def test_every_block_is_named_with_its_shape():
    axes, _ = boxes()
    assert [text.get_text() for text in axes.texts if text.get_text()] == [
        "noisy latent\n4×16×16",
        "down 0\n8×16×16",
        "down 1\n32×8×8",
        "mid\n32×8×8",
        "up 0\n32×8×8",
        "up 1\n8×16×16",
        "v\n4×16×16",
    ]
