"""Maps of single voxels on axial slices of a subject's own grid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from cortex2image.plots.style import SETTINGS

Volume = NDArray[np.floating]
OUTSIDE = "#dcdcdc"  # in neither colour scale, so that a value of 0 does not look like a missing value


@dataclass(frozen=True)
class MapRow:
    """One row of slices: `volume` (X, Y, Z) in RAS order, NaN outside the mask; `signed` for differences."""

    name: str
    volume: Volume
    signed: bool = False


def bounding_box(mask: NDArray[np.bool_], margin: int = 1) -> tuple[slice, ...]:
    """Return the slices that cut a (X, Y, Z) array down to the voxels of `mask` and `margin` around them."""
    found = np.argwhere(mask)
    if not len(found):
        return tuple(slice(None) for _ in mask.shape)
    low, high = found.min(axis=0) - margin, found.max(axis=0) + 1 + margin
    return tuple(slice(max(int(a), 0), int(b)) for a, b in zip(low, high, strict=True))


def slice_positions(mask: NDArray[np.bool_], count: int) -> list[int]:
    """Return up to `count` axial slices (third indices), evenly spread over the slices with voxels of `mask`.

    The outermost slices hold few voxels, so the positions are the middles of `count` equal parts.
    """
    filled = np.flatnonzero(mask.any(axis=(0, 1)))
    parts = np.array_split(filled, min(count, len(filled))) if len(filled) else []
    return [int(part[len(part) // 2]) for part in parts]


def largest(rows: Sequence[MapRow]) -> float:
    """Return the end of the colour scale: the 99th percentile of absolute values, rounded up to 0.1."""
    values = np.concatenate([np.abs(row.volume[np.isfinite(row.volume)]) for row in rows] or [np.empty(0)])
    return max(0.1, float(np.ceil(10 * np.percentile(values, 99)) / 10)) if len(values) else 0.1


def mosaic(volume: Volume, positions: Sequence[int]) -> Volume:
    """Lay the axial slices at `positions` side by side.

    Parameters
    ----------
    volume : (X, Y, Z) array

    Returns
    -------
    (Y, len(positions) * X) array
        Rows from back to front, to be drawn with the origin at the bottom.
    """
    return np.concatenate([volume[:, :, k].T for k in positions], axis=1)


def draw_maps(
    rows: Sequence[MapRow], zooms: tuple[float, float, float], label: str, count: int = 8
) -> Figure:
    """Draw the volume of each row on the same axial slices; left in the picture is left in the brain.

    Unsigned rows share one colour scale from 0; values below 0 take its lowest colour. Signed rows share a
    scale that is symmetric around 0. Slices are cut to the voxels that have a value; the rest is grey.

    Parameters
    ----------
    rows : sequence of MapRow on one grid
    zooms : (float, float, float)
        Size of a voxel in mm.
    label : str
        Label of the colour bar.
    count : int
        Slices per row.
    """
    box = bounding_box(np.isfinite(rows[0].volume))
    rows = [replace(row, volume=row.volume[box]) for row in rows]
    positions = slice_positions(np.isfinite(rows[0].volume), count)
    ends = {signed: largest([row for row in rows if row.signed is signed]) for signed in (False, True)}
    width, depth = rows[0].volume.shape[0] * zooms[0] * len(positions), rows[0].volume.shape[1] * zooms[1]
    with rc_context(SETTINGS):
        height = 9.0 * depth / width + 0.35
        figure = Figure(figsize=(10.2, height * len(rows)), layout="constrained")
        for row, axes in zip(rows, figure.subplots(len(rows), 1, squeeze=False)[:, 0], strict=True):
            image = _draw_row(axes, row, positions, ends[row.signed], zooms)
            text = f"difference of {label}" if row.signed else label
            figure.colorbar(image, ax=axes, label=text, shrink=0.85, aspect=14, pad=0.01)
    return figure


def _draw_row(
    axes: Axes, row: MapRow, positions: Sequence[int], end: float, zooms: tuple[float, float, float]
) -> AxesImage:
    image = axes.imshow(
        np.ma.masked_invalid(mosaic(row.volume, positions)),
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
    axes.set_facecolor(OUTSIDE)
    axes.set_title(row.name, loc="left", fontsize=11)
    return image
