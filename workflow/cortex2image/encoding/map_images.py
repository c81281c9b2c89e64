"""Values of voxels as NIfTI volumes and as GIFTI files of a hemisphere, with headers for other tools."""

from collections.abc import Callable
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.gifti.gifti import GiftiDataArray, GiftiImage, GiftiMetaData

from cortex2image.study.data_settings import Dataset
from cortex2image.study.surfaces import in_mni, on_surface

LONGEST_NIFTI1 = 2**15 - 1
DESCRIPTION_BYTES, INTENT_BYTES = 79, 15
UNKNOWN, SCANNER, MNI152 = 0, 1, 4
"""Codes of coordinate systems, NIfTI-1 standard: none, the subject's own scans, the MNI152 template."""
STRUCTURES = {"left": "CortexLeft", "right": "CortexRight"}


def space_code(dataset: Dataset) -> int:
    """Return the code of the coordinate system in which volumes of a data set lie."""
    if on_surface(dataset):
        return UNKNOWN
    return MNI152 if in_mni(dataset) else SCANNER


def nifti_map(volume: np.ndarray, affine: np.ndarray, space: int, name: str, description: str) -> Any:
    """Return a NIfTI image of one statistic.

    Parameters
    ----------
    volume : (X, Y, Z) float32 array, NaN outside the mask
    affine : (4, 4) array
        From indices to mm; x increases to the right, y to the front, z upwards.
    space : int
        :data:`UNKNOWN` (rows of surface vertices, which have no place in space), :data:`SCANNER` or
        :data:`MNI152`.
    name : str
        Name of the statistic, up to 15 characters.
    description : str
        Up to 79 characters.

    Notes
    -----
    The sform holds the affine. The qform holds it too if it is a rotation with voxel sizes; a sheared affine
    has no quaternion, and its qform has the code 0, so that no tool reads a wrong one.
    """
    # A row of surface vertices can be longer than NIfTI-1 can count.
    kind: Callable[..., Any] = nib.Nifti2Image if max(volume.shape) > LONGEST_NIFTI1 else nib.Nifti1Image
    image = kind(volume.astype(np.float32), affine)
    header = image.header
    image.set_sform(affine, code=space)
    image.set_qform(affine, code=space)
    if not np.allclose(header.get_qform(), affine, atol=1e-3):
        header["qform_code"] = UNKNOWN
    header.set_xyzt_units("mm" if space else "unknown")
    header.set_intent("estimate", name=name[:INTENT_BYTES])
    header["descrip"] = description.encode("ascii", "replace")[:DESCRIPTION_BYTES]
    low, high = _range(volume)
    header["cal_min"], header["cal_max"] = low, high
    return image


def _range(volume: np.ndarray) -> tuple[float, float]:
    """Return the range of colours that viewers start with: from 0 to the largest value."""
    largest = float(np.nanmax(volume))
    return 0.0, largest if largest > 0 else 1.0


def gifti_map(values: np.ndarray, hemisphere: str, facts: dict[str, str]) -> GiftiImage:
    """Return a functional GIFTI file of one hemisphere.

    Parameters
    ----------
    values : (vertices,) array
        NaN for vertices without a value.
    hemisphere : str
        ``left`` or ``right``.
    facts : dict
        Further metadata; `Name` names the map.
    """
    array = GiftiDataArray(
        values.astype(np.float32),
        intent="NIFTI_INTENT_ESTIMATE",
        datatype="NIFTI_TYPE_FLOAT32",
        meta=GiftiMetaData({"Name": facts["Name"]}),
    )
    meta = GiftiMetaData({"AnatomicalStructurePrimary": STRUCTURES[hemisphere], **facts})
    return GiftiImage(meta=meta, darrays=[array])
