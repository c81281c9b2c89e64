"""Regions of interest: labels of voxels from an atlas, and voxels of chosen labels."""

from collections.abc import Mapping, Sequence

import numpy as np

from cortex2image.errors import ConfigError, DataError

UNLABELLED = "unlabelled"
ALL = "all"


def label_voxels(codes: np.ndarray, labels: Mapping[str, int], where: str) -> list[str]:
    """Name the region of every voxel.

    Parameters
    ----------
    codes : (voxels,) array
        Values of the atlas, whole numbers of any type. As in the Natural Scenes Dataset, -1 is outside cortex
        and 0 is cortex without a label; these, NaN, and codes missing from `labels` are unlabelled.
    labels : mapping from name to code
    where : str
        Name of the atlas in errors.

    Raises
    ------
    ConfigError
        A label is 0 or negative, is a reserved name, or shares its code with another.
    DataError
        Codes are not whole numbers, because the atlas was interpolated.
    """
    _check_labels(labels)
    codes = np.nan_to_num(np.asarray(codes, np.float64), nan=0.0)
    if (codes != np.rint(codes)).any():
        fix = "resample the atlas with nearest-neighbour interpolation"
        raise DataError(where, "whole numbers", f"{codes[codes != np.rint(codes)][0]:.4g}", fix)
    names = {code: name for name, code in labels.items()}
    return [names.get(code, UNLABELLED) for code in codes.astype(np.int64).tolist()]


def select_rois(labels: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return the positions of the voxels that lie in any of the named regions, ascending (int64).

    Parameters
    ----------
    labels : (voxels,) labels
        Column `roi` of voxels.parquet.
    names : labels to select; ``all`` selects every voxel

    Raises
    ------
    ConfigError
        A name that no voxel has; the message lists the labels of all voxels.
    """
    present = sorted(set(labels))
    missing = [name for name in names if name != ALL and name not in present]
    if missing or not names:
        fix = "choose from these, or add the label to dataset/rois/labels"
        expected = f"regions among {', '.join([ALL, *present])}"
        raise ConfigError("regions of interest in the config", expected, ", ".join(missing) or "none", fix)
    return np.flatnonzero(np.isin(np.asarray(labels), list(names)) | (ALL in names))


def _check_labels(labels: Mapping[str, int]) -> None:
    where, fix = "dataset/rois/labels in the config", "give each region a name and a code of its own"
    if min(labels.values(), default=1) < 1 or {ALL, UNLABELLED} & set(labels):
        expected = f"codes from 1 and names other than {ALL}, {UNLABELLED}"
        raise ConfigError(where, expected, str(dict(labels)), fix)
    if len(set(labels.values())) < len(labels):
        raise ConfigError(where, "every code once", str(dict(labels)), fix)
