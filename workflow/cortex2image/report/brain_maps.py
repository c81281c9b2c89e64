"""Maps and predictions of encoding models as the page of the brain reads them: few bytes, bounded error.

Correlations are kept to 1 / 65534, q to 0.03 % of its value, noise ceilings to 1 / 131068. Responses are kept
to 1 / 254 of the largest response of their voxel to any test stimulus.
"""

from collections.abc import Iterator

import numpy as np

from cortex2image.report.scripts import packed

R_STEPS, Q_STEPS, SHARE_STEPS, RESPONSE_STEPS = 32767, 4096, 65534, 127
"""Steps of r and of a share from 0 to 1, of -log10 q per unit, and of a response to its largest one."""
UNKNOWN = 65535
LEAST_Q = 1e-15
TILE = (64, 1024)
"""Stimuli and voxels of a script of responses: one voxel and one stimulus both take about 1 MB of NSD."""
TOP = 99.5
"""Percentile of r of significant voxels at which colours end."""


def accuracy_map(r: np.ndarray, q: np.ndarray, significant: np.ndarray) -> dict[str, str]:
    """Return r, q and the significance of (v,) voxels as packed numbers."""
    return {
        "r": packed(np.rint(np.clip(r, -1, 1) * R_STEPS), "int16"),
        "q": packed(np.rint(-np.log10(np.clip(q, LEAST_Q, 1)) * Q_STEPS), "uint16"),
        "significant": packed(np.packbits(significant, bitorder="little"), "uint8"),
    }


def shares(values: np.ndarray) -> str:
    """Return (v,) numbers from 0 to 1 as packed numbers, :data:`UNKNOWN` for NaN."""
    known = np.isfinite(values)
    codes = np.where(known, np.rint(np.clip(np.where(known, values, 0), 0, 1) * SHARE_STEPS), UNKNOWN)
    return packed(codes, "uint16")


def colour_end(r: np.ndarray, significant: np.ndarray) -> float:
    """Return where the colours of a map should end: silent voxels do not decide it, nor does a single one."""
    shown = r[significant] if significant.any() else np.maximum(r, 0)
    return float(np.percentile(shown, TOP))


def best_voxels(r: list[np.ndarray], most: int) -> np.ndarray:
    """Return the voxels that the models predict best, at most so many, in the order of the table.

    Parameters
    ----------
    r : list of (v,) arrays
        Of each model; of a voxel the largest one counts.
    most : int
    """
    highest = np.max(r, axis=0)
    order = np.argsort(-highest, kind="stable")
    return np.sort(order[:most])


def response_scale(responses: np.ndarray) -> np.ndarray:
    """Return the largest absolute response of each voxel, (v,) float32, 1 for voxels without any."""
    largest = np.abs(responses).max(axis=0).astype(np.float32)
    return np.where(largest > 0, largest, np.float32(1))


def response_tiles(responses: np.ndarray, scale: np.ndarray) -> Iterator[tuple[str, str]]:
    """Yield the (m, v) responses in tiles of :data:`TILE`: a name, and packed numbers stimulus by stimulus.

    Parameters
    ----------
    responses : (m, v) array
    scale : (v,) array
        Of :func:`response_scale`.
    """
    codes = np.rint(responses / scale * RESPONSE_STEPS)
    for i, first in enumerate(range(0, len(codes), TILE[0])):
        for j, voxel in enumerate(range(0, codes.shape[1], TILE[1])):
            yield f"{i}-{j}", packed(codes[first : first + TILE[0], voxel : voxel + TILE[1]], "int8")


def region_responses(responses: np.ndarray, members: list[np.ndarray]) -> dict[str, str]:
    """Return the mean response of regions to each stimulus as packed numbers, region by region.

    Parameters
    ----------
    responses : (m, v) array
    members : list of (v,) bool arrays
    """
    means = np.stack([responses[:, inside].mean(axis=1) for inside in members], axis=1)
    scale = response_scale(means)
    return {
        "scale": packed(scale, "float32"),
        "values": packed(np.rint(means / scale * R_STEPS).T, "int16"),
    }


def without_fold_means(responses: np.ndarray, fold: np.ndarray | None) -> np.ndarray:
    """Return (m, v) responses less the mean of their fold: folds are fitted apart, and so differ in level.

    Parameters
    ----------
    responses : (m, v) array
    fold : (m,) int array or None
        None, unless the study is cross-validated, changes nothing.
    """
    if fold is None:
        return responses
    centred = responses.copy()
    for number in np.unique(fold):
        centred[fold == number] -= centred[fold == number].mean(axis=0)
    return centred
