"""Style of all figures, with colours that colour-blind readers can tell apart, and figures as bytes."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

# Okabe and Ito (2008), Color Universal Design; series take the colours in this order.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
NULL_COLOUR = "#8a8a8a"
SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "cortex2image",  # without a fixed salt the ids, and so the bytes, differ from run to run
}


def colours(names: Sequence[str]) -> dict[str, str]:
    """Assign each name a colour by its place in `names`; the palette repeats after eight."""
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(names)}


def single_axes(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure of `width` x `height` inches with one pair of axes."""
    with rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots()


def svg(figure: Figure) -> bytes:
    """Draw a figure as SVG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    with rc_context(SETTINGS):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png(figure: Figure, dpi: int = 160) -> bytes:
    """Draw a figure as PNG at `dpi` dots per inch, enough for screens of double density."""
    buffer = io.BytesIO()
    with rc_context(SETTINGS):
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def paletted_png(figure: Figure, texts: Mapping[str, str], dpi: int = 160) -> bytes:
    """Draw a figure as PNG of 256 colours, which takes less than half the bytes if it holds pictures.

    The 256 colours cover all colours of the figure, not just frequent ones: small bright objects keep theirs.
    `texts`, by keyword, say what the figure was made from; they become text chunks of the file.
    """
    written = PngInfo()
    for keyword, text in texts.items():
        written.add_text(keyword, text)
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png(figure, dpi))) as drawn:
        few = drawn.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, kmeans=5, dither=Image.Dither.NONE
        )
    few.save(buffer, format="PNG", optimize=True, pnginfo=written)
    return buffer.getvalue()
