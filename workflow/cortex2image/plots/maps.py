"""Maps of single voxels on axial slices of a subject's own grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from cortex2image.plots.style import SETTINGS

Volume = NDArray[np.floating]


@dataclass(frozen=True)
class MapRow:
    """One row of slices: `volume` (X, Y, Z) in RAS order, NaN outside the mask; `signed` for differences."""

    name: str
    volume: Volume
    signed: bool = False


def slice_positions(mask: NDArray[np.bool_], count: int) -> list[int]:
    """Return up to `count` third indices, evenly spread over the slices that hold voxels of `mask`.

    The outermost slices hold few voxels, so the positions are the middles of `count` equal parts.
    """
    filled = np.flatnonzero(mask.any(axis=(0, 1)))
    parts = np.array_split(filled, min(count, len(filled))) if len(filled) else []
    return [int(part[len(part) // 2]) for part in parts]


def largest(rows: Sequence[MapRow]) -> float:
    """Return the end of the colour scale: the 99th percentile of the values' size, rounded up to 0.1."""
    values = np.concatenate([np.abs(row.volume[np.isfinite(row.volume)]) for row in rows] or [np.empty(0)])
    return max(0.1, float(np.ceil(10 * np.percentile(values, 99)) / 10)) if len(values) else 0.1


def draw_maps(
    rows: Sequence[MapRow], zooms: tuple[float, float, float], label: str, count: int = 8
) -> Figure:
    """Draw each row's volume on the same axial slices, left of the picture = left of the brain.

    Unsigned rows share one scale from 0; values below 0 take its lowest colour. Signed rows share a
    scale that is symmetric around 0. Voxels of the mask without a value of the map do not occur.

    Parameters
    ----------
    rows : sequence of MapRow on one grid
    zooms : (float, float, float)
        Size of a voxel in mm.
    label : str
        Label of the colour bar.
    """
    positions = slice_positions(np.isfinite(rows[0].volume), count)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(1.15 * len(positions) + 1.2, 1.25 * len(rows)), layout="constrained")
        grid = figure.subplots(len(rows), len(positions), squeeze=False)
        scales = {signed: largest([row for row in rows if row.signed is signed]) for signed in (False, True)}
        for row, axes in zip(rows, grid, strict=True):
            images = [
                _draw_slice(ax, row, k, scales[row.signed], zooms)
                for ax, k in zip(axes, positions, strict=True)
            ]
            axes[0].set_ylabel(row.name)
            text = f"{label}, {row.name}" if row.signed else label
            figure.colorbar(images[-1], ax=list(axes), label=text, shrink=0.85, aspect=12, pad=0.01)
    return figure


def _draw_slice(
    axes: Axes, row: MapRow, k: int, end: float, zooms: tuple[float, float, float]
) -> AxesImage:
    image = axes.imshow(
        np.ma.masked_invalid(row.volume[:, :, k].T),
        cmap="PuOr" if row.signed else "viridis",
        vmin=-end if row.signed else 0.0,
        vmax=end,
        origin="lower",
        aspect=zooms[1] / zooms[0],
        interpolation="nearest",
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return image
