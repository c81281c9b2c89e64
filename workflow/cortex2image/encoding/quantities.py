"""What the figures of encoding models show of each voxel, and its summary by region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cortex2image.study.encoding_figures import EncodingFigure, Point, points_at
from cortex2image.study.encoding_models import BESIDE

ACCURACY, UNIQUE_LATENT, UNIQUE_BESIDE = "r", "unique_latent", "unique_z"
PREFERRED = "preferred"
EVERY = "all"
COLUMNS = (
    *("quantity", "model", "band", "noise", "step", "layer", "roi", "voxels", "test_stimuli"),
    *("mean", "lower_quartile", "upper_quartile", "share_significant"),
)


@dataclass(frozen=True)
class VoxelResults:
    """The results of one subject's encoding models, voxel by voxel.

    Attributes
    ----------
    r, q : model -> (v,) array
    unique : (joint model, band) -> (v,) arrays of unique R^2 and of q
    preferred : family -> (v,) array of str
        Preferred model of each voxel; empty where it is not significant or not told from the second.
    rois : (v,) array of str
    fdr : float
        A voxel is significant if its q is below.
    stimuli : int or None
        Number of test stimuli, None where tables do not say.
    unit : str
        What the v places are: ``voxels``, or ``vertices`` of a surface.
    """

    r: Mapping[str, np.ndarray]
    q: Mapping[str, np.ndarray]
    unique: Mapping[tuple[str, str], tuple[np.ndarray, np.ndarray]]
    preferred: Mapping[str, np.ndarray]
    rois: np.ndarray
    fdr: float
    stimuli: int | None
    unit: str = "voxels"


@dataclass(frozen=True)
class Quantity:
    """One number per voxel: `kind` is :data:`ACCURACY`, :data:`UNIQUE_LATENT` or :data:`UNIQUE_BESIDE`."""

    kind: str
    point: Point
    band: str
    values: np.ndarray
    significant: np.ndarray


def quantities(figure: EncodingFigure, results: VoxelResults) -> list[Quantity]:
    """Return the quantities of a figure, point by point: r, then unique variance of both bands if known."""
    return [quantity for point in figure.points for quantity in _of_point(point, results)]


def _of_point(point: Point, results: VoxelResults) -> Iterator[Quantity]:
    below = results.q[point.model] < results.fdr
    yield Quantity(ACCURACY, point, "", results.r[point.model], below)
    if point.joint:
        for kind, band in ((UNIQUE_LATENT, point.model), (UNIQUE_BESIDE, BESIDE)):
            values, q = results.unique[point.joint, band]
            yield Quantity(kind, point, band, values, q < results.fdr)


def regions_of(rois: np.ndarray) -> dict[str, np.ndarray]:
    """Return the voxels of all regions together and of each region, the largest region first."""
    names, counts = np.unique(rois, return_counts=True)
    ordered = [name for _, name in sorted(zip(-counts, names.tolist(), strict=True))]
    return {EVERY: np.ones(len(rois), dtype=bool)} | {name: rois == name for name in ordered}


def region_table(figure: EncodingFigure, results: VoxelResults) -> pd.DataFrame:
    """Summarise the quantities of a figure by region: the numbers behind its curves and bars.

    Returns
    -------
    DataFrame with :data:`COLUMNS`
        `mean` and quartiles are over the voxels of a region; the quartiles say how voxels differ, not how
        sure the mean is. Rows of :data:`PREFERRED` have in `mean` the share of all voxels of the region that
        prefer this layer, and in `share_significant` the share of those whose preference is decided.
    """
    regions = regions_of(results.rois)
    rows = [row for quantity in quantities(figure, results) for row in _summaries(quantity, regions)]
    rows += list(_preferences(figure, results, regions))
    return pd.DataFrame(rows).assign(test_stimuli=results.stimuli).reindex(columns=list(COLUMNS))


def _coordinates(point: Point) -> dict[str, object]:
    return {"model": point.model, "noise": point.noise, "step": point.step, "layer": point.layer}


def _summaries(quantity: Quantity, regions: Mapping[str, np.ndarray]) -> Iterator[dict[str, object]]:
    for roi, inside in regions.items():
        values = quantity.values[inside]
        lower, upper = np.percentile(values, [25, 75])
        yield {
            "quantity": quantity.kind,
            "band": quantity.band,
            **_coordinates(quantity.point),
            "roi": roi,
            "voxels": int(inside.sum()),
            "mean": float(values.mean()),
            "lower_quartile": float(lower),
            "upper_quartile": float(upper),
            "share_significant": float(quantity.significant[inside].mean()),
        }


def _preferences(
    figure: EncodingFigure, results: VoxelResults, regions: Mapping[str, np.ndarray]
) -> Iterator[dict[str, object]]:
    for place, family in figure.families:
        chosen = results.preferred[family]
        for point in points_at(figure, place):
            for roi, inside in regions.items():
                yield {
                    "quantity": PREFERRED,
                    **_coordinates(point),
                    "roi": roi,
                    "voxels": int(inside.sum()),
                    "mean": float(np.mean(chosen[inside] == point.model)),
                    "share_significant": float(np.mean(chosen[inside] != "")),
                }
